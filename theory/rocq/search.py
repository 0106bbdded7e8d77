"""A development tool: proof scripts for arithmetic lemmas that have none yet.

    python -m theory.rocq.search [SLUG ...]

z3 says which hypotheses a lemma needs. Rocq's ``lra`` and ``nra`` try to prove it from all of them,
then from those alone, with alternatives taken apart. A script is kept in scripts.json only when
Rocq accepts it. What stays open is printed, to be proved by hand: put the script under its name.
Scripts that no claim needs are dropped. Clocks here decide what is tried, never what is true.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from theory.files import write_whole
from theory.kernel.obligations import smtlib
from theory.ledger.run import build, select
from theory.rocq.arithmetic import Arithmetic
from theory.rocq.files import ROOM, SCRIPTS, arithmetic_of, scripts

HEAD = (
    "From Coq Require Import Reals Lra Psatz Classical.\nRequire Import GradGap.\n"
    "Open Scope R_scope.\n"
)
AT_ONCE = 20
SECONDS = 5  # for one script
Z3_MILLISECONDS = 10_000


def plain(question: Arithmetic) -> list[str]:
    """Scripts that are tried first."""
    return ["intros; lra", "intros; nra"]


def on_the_core(question: Arithmetic) -> list[str]:
    """From the hypotheses that z3 needs alone; alternatives taken apart."""
    core = needed(question)
    if core is None:
        return ["apart; nra"]
    names = [f"H{n}" for n, _ in enumerate(question.hypotheses)]
    kept = " ".join(names[n] for n in core)
    sides = " ".join(names[: len(question.sides)])  # quotients and cases: z3 has these anyway
    start = " ".join(["intros", *question.variables.values(), *names])
    return [
        f"{start}; clear -{f' {some}' if some.strip() else ''}; apart; nra"
        for some in dict.fromkeys((kept, f"{sides} {kept}"))
    ]


def needed(question: Arithmetic) -> list[int] | None:
    """Numbers of the hypotheses that contradict the negated goal, as few as z3 finds."""
    import z3

    text = smtlib(tuple(question.hypotheses), question.goal)
    constraints = z3.parse_smt2_string(text)
    hypotheses, goal = constraints[-len(question.hypotheses) - 1 : -1], constraints[-1]
    solver = z3.Solver()
    solver.set("timeout", Z3_MILLISECONDS)
    solver.set("core.minimize", True)
    solver.add(*constraints[: -len(question.hypotheses) - 1], goal)
    for n, hypothesis in enumerate(hypotheses):
        solver.assert_and_track(hypothesis, f"h{n}")
    if solver.check() != z3.unsat:
        return None
    return sorted(int(str(name)[1:]) for name in solver.unsat_core())


def search(
    questions: Mapping[str, Arithmetic],
    candidates: Callable[[Arithmetic], list[str]],
    folder: Path,
) -> dict[str, str]:
    """Scripts that Rocq accepts."""
    found: dict[str, str] = {}
    names = list(questions)
    for start in range(0, len(names), AT_ONCE):
        lines = []
        for name in names[start : start + AT_ONCE]:
            lines.append(f"Lemma {name} : {questions[name].statement}.")
            tries = "".join(
                f'solve [timeout {SECONDS} ({script})]; idtac "FOUND {name} {script}" | '
                for script in candidates(questions[name])
            )
            lines.append(f"Proof. first [{tries} idtac]. Abort.")
        printed = run_rocq("\n".join(lines) + "\n", folder)
        for name, script in re.findall(r"^FOUND (\w+) (.*)$", printed, re.MULTILINE):
            found[name] = f"{script}."
        print(f"{min(start + AT_ONCE, len(names))} tried, {len(found)} proved", file=sys.stderr)
    return found


def run_rocq(text: str, folder: Path) -> str:
    """What Rocq prints."""
    (folder / "Try.v").write_text(HEAD + text)
    run = subprocess.run(["coqc", "-q", "Try.v"], cwd=folder, capture_output=True, text=True)
    return run.stdout


def save(found: Mapping[str, str]) -> None:
    """One line a script, sorted; ``lra`` and ``nra`` by name alone."""
    by = {t: sorted(n for n, s in found.items() if s == f"intros; {t}.") for t in ("lra", "nra")}
    plain = {name for names in by.values() for name in names}
    rest = {name: found[name] for name in sorted(found.keys() - plain)}
    write_whole(SCRIPTS, (json.dumps({**by, "scripts": rest}, indent=0) + "\n").encode())


def main(slugs: list[str]) -> int:
    """The number of lemmas that stay without a script."""
    asked, known = arithmetic_of(map(build, select(slugs))), scripts()
    if not slugs:
        known = {name: script for name, script in known.items() if name in asked}
    missing = {name: question for name, question in asked.items() if name not in known}
    print(f"{len(asked)} lemmas, {len(missing)} without a script", file=sys.stderr)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copy(ROOM / "GradGap.v", folder)
        subprocess.run(["coqc", "-q", "GradGap.v"], cwd=folder, check=True)
        for candidates in (plain, on_the_core):
            still = {name: question for name, question in missing.items() if name not in known}
            known |= search(still, candidates, folder)
            save(known)
    still = {name: question for name, question in missing.items() if name not in known}
    for name, question in still.items():
        print(f"{name}: {question.statement}", file=sys.stderr)
    return len(still)


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
