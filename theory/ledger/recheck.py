"""Judge an exported folder from its files alone: each solver in a process of its own, rules in a
third.

python -m theory.ledger.recheck z3 FOLDER      every obligation must be unsat
python -m theory.ledger.recheck rules FOLDER   every rule application must be valid, and must end in
the
                                        statements that the ledger lists
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from theory.kernel.solvers import CANARIES, SOLVERS
from theory.kernel.terms import KernelError
from theory.ledger.export import MANIFEST, PROOFS, replay
from theory.ledger.run import SECONDS, check_case

CHECKERS = (*SOLVERS, "rules")


class BadExport(ValueError):
    """The folder is not a complete, unchanged export."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """What one checker found: how many items it accepted, and which it did not."""

    checker: str
    accepted: int
    rejected: dict[str, str]


def recheck(folder: Path) -> list[Recheck]:
    """Run all checkers, each in a new process, at the same time. Raises BadExport.

    They start where this program lies: started in an export, they would import its files."""
    read_manifest(folder)
    command, where = [sys.executable, "-m", "theory.ledger.recheck"], str(folder.resolve())
    home = Path(__file__).resolve().parents[2]
    running = [
        subprocess.Popen([*command, checker, where], stdout=subprocess.PIPE, text=True, cwd=home)
        for checker in CHECKERS
    ]
    found = []
    for checker, process in zip(CHECKERS, running, strict=True):
        output, _ = process.communicate()
        if process.returncode != 0:
            raise BadExport(f"the checker {checker} stopped with exit code {process.returncode}")
        found.append(Recheck(checker, **json.loads(output)))
    return found


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


def check_with_solver(name: str, folder: Path) -> tuple[int, dict[str, str]]:
    """Ask one solver about every file."""
    solver = SOLVERS[name]
    rejected = {
        f"canary {n}": f"expected {expected}"
        for n, (text, expected) in enumerate(CANARIES)
        if solver(text, SECONDS) != expected
    }
    names = sorted(n for n in read_manifest(folder) if n.endswith(".smt2"))
    for file in names:
        answer = solver((folder / file).read_text(), SECONDS)
        if answer != "unsat":
            rejected[file] = answer
    return len(names) - len(rejected), rejected


def check_rules(folder: Path) -> tuple[int, dict[str, str]]:
    """Replay all proofs; their ends must be the statements, and their obligations the files, to
    the letter: the solvers see nothing else."""
    unasked = set(read_manifest(folder)) - {PROOFS}
    rejected = {}
    try:
        cases = replay(json.loads((folder / PROOFS).read_text()))
    except (KernelError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        return 0, {PROOFS: f"can't be replayed: {error!r}"}
    if not cases:
        return 0, {PROOFS: "no claim is proved or refuted here"}
    for slug, case in cases.items():
        try:
            check_case(case)
            for digest, obligation in case.obligations().items():
                file = folder / f"{digest}.smt2"
                if not file.is_file() or file.read_bytes() != obligation.text.encode():
                    raise KernelError(f"{file.name} is not the obligation of that name")
                unasked.discard(file.name)
        except KernelError as error:
            rejected[slug] = str(error)
    accepted = len(cases) - len(rejected)
    if not rejected:
        rejected = dict.fromkeys(sorted(unasked), "no proof asks this")
    return accepted, rejected


def main(checker: str, folder: Path) -> None:
    accepted, rejected = (
        check_rules(folder) if checker == "rules" else check_with_solver(checker, folder)
    )
    print(json.dumps({"accepted": accepted, "rejected": rejected}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
