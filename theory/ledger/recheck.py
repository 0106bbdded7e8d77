"""Judge an exported folder from its files alone: each solver in a process of its own, rules in a
third.

python -m theory.ledger.recheck z3 FOLDER      what Z3 answers to every obligation
python -m theory.ledger.recheck rules FOLDER   a verdict on every claim: the rules apply again,
                                               the questions are those of the files to the letter,
                                               and the answers come from the solvers' processes
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from theory.kernel.solvers import CANARIES, SOLVERS, Decision
from theory.kernel.statement import Statement
from theory.kernel.terms import KernelError
from theory.kernel.verdict import Case, verdict
from theory.ledger.ask import EFFORT, keep_freed_memory
from theory.ledger.export import MANIFEST, PROOFS, replay
from theory.statements import STATEMENTS

Answers = Mapping[str, Mapping[str, str]]
"""What each solver answers to each file of obligations."""


class BadExport(ValueError):
    """The folder is not a complete, unchanged export."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """A verdict on each claim of the export, what is wrong with the rest, which claims of the
    ledger are missing, and how many files each solver answered unsat."""

    verdicts: Mapping[str, str]
    rejected: Mapping[str, str]
    missing: list[str]
    unsat: Mapping[str, int] = field(default_factory=dict)

    def accepted(self, partial: bool = False) -> bool:
        """Whether every claim has the verdict that its statement expects. A partial export has some
        claims of the ledger, at least one."""
        return bool(self.verdicts) and not self.rejected and (partial or not self.missing)


def recheck(folder: Path) -> Recheck:
    """Run all checkers, each in a new process, at the same time. Raises BadExport.

    They start where this program lies: started in an export, they would import its files."""
    read_manifest(folder)
    solvers = {name: _start(name, folder) for name in SOLVERS}
    rules = _start("rules", folder)
    answers = {name: json.loads(_output(name, process)) for name, process in solvers.items()}
    return Recheck(**json.loads(_output("rules", rules, json.dumps(answers))))


def _start(checker: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "theory.ledger.recheck", checker, str(folder.resolve())]
    home, pipe = Path(__file__).resolve().parents[2], subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=home)


def _output(checker: str, process: subprocess.Popen[str], given: str = "") -> str:
    output, _ = process.communicate(given)
    if process.returncode != 0:
        raise BadExport(f"the checker {checker} stopped with exit code {process.returncode}")
    return output


def read_manifest(folder: Path) -> dict[str, str]:
    """Names and SHA-256 of the files. Raises BadExport when one is missing, changed or not
    listed."""
    path = folder / MANIFEST
    if not path.is_file():
        raise BadExport(f"{folder} has no {MANIFEST}: it is not an export of gradgap verify")
    try:
        sums: dict[str, str] = dict(json.loads(path.read_text()))
    except (TypeError, ValueError) as error:
        raise BadExport(f"{path} can't be read") from error
    if PROOFS not in sums:
        raise BadExport(f"{folder}: {MANIFEST} does not list {PROOFS}")
    present = {p.name for p in folder.iterdir()} - {MANIFEST}
    if present != set(sums):
        names = ", ".join(sorted(present ^ set(sums))[:3])
        raise BadExport(f"{folder}: files are missing or not listed: {names}")
    for name, expected in sums.items():
        if not (folder / name).is_file():
            raise BadExport(f"{folder / name} is not a file")
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected:
            raise BadExport(f"{folder / name} was changed after the export")
    return sums


def ask_solver(name: str, folder: Path) -> dict[str, str]:
    """What one solver answers to every file. A solver that gets a question of known truth wrong has
    answered nothing."""
    keep_freed_memory()
    solver = SOLVERS[name]
    files = sorted(n for n in read_manifest(folder) if n.endswith(".smt2"))
    if any(solver(text, EFFORT) != expected for text, expected in CANARIES):
        return dict.fromkeys(files, "unknown")
    return {file: solver((folder / file).read_text(), EFFORT) for file in files}


def judge(
    folder: Path, answers: Answers, statements: Mapping[str, Statement] = STATEMENTS
) -> Recheck:
    """Replay all proofs and give the verdicts of the kernel: the ends of the proofs must be the
    statements, and their obligations the files, to the letter."""
    texts = {name: (folder / name).read_bytes() for name in read_manifest(folder)}
    proofs = texts.pop(PROOFS)
    unsat = {name: list(given.values()).count("unsat") for name, given in answers.items()}
    try:
        cases = replay(json.loads(proofs, object_pairs_hook=_no_repetition), statements)
    except Exception as error:  # a forged document may fail in any way; it is refused in each
        return Recheck({}, {PROOFS: f"can't be replayed: {error!r}"}, [*statements], unsat)
    verdicts: dict[str, str] = {}
    rejected: dict[str, str] = {}
    for slug, case in cases.items():
        try:
            decided = _decisions(case, texts, answers)
            verdicts[slug] = verdict(case, decided)
        except Exception as error:
            rejected[slug] = str(error) or repr(error)
            continue
        if verdicts[slug] != case.statement.expected:
            unproved = {d: q.answers for d, q in decided.items() if q.verdict != "proved"}
            first = "".join(f"; {d}.smt2: {said}" for d, said in [*unproved.items()][:1])
            rejected[slug] = f"{verdicts[slug]}, expected {case.statement.expected}{first}"
    asked = {f"{digest}.smt2" for case in cases.values() for digest in case.obligations()}
    rejected |= dict.fromkeys(sorted(texts.keys() - asked), "no proof asks this")
    return Recheck(verdicts, rejected, [s for s in statements if s not in cases], unsat)


def _decisions(case: Case, texts: Mapping[str, bytes], answers: Answers) -> dict[str, Decision]:
    """What the solvers answered to the obligations of a case, by digest. KernelError when a file
    does not ask what the proof leaves open."""
    decided = {}
    for digest, obligation in case.obligations().items():
        file = f"{digest}.smt2"
        if texts.get(file) != obligation.text.encode():
            raise KernelError(f"{file} is not the obligation of that name")
        given: dict[str, Any] = {name: said.get(file, "unknown") for name, said in answers.items()}
        decided[digest] = Decision(given, digest)
    return decided


def _no_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; of two values under one name a reader might see either."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)


def main(checker: str, folder: Path) -> None:
    if checker == "rules":
        found = judge(folder, json.loads(sys.stdin.read()))
        names = ("verdicts", "rejected", "missing", "unsat")
        print(json.dumps({name: getattr(found, name) for name in names}))
    else:
        print(json.dumps(ask_solver(checker, folder)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
