"""Inequalities of known truth, put to ``gradgap check``: no verdict may be wrong.

    python -m tests.benchmarks.constructed [--count 1000] [--effort 4] [--jobs 2] [--seed 0]

writes proofs_notes/generated/constructed.json: for each kind how many are proved, refuted and
undecided, and by which method. A wrong verdict stops everything. Half of the questions are false,
a quarter true and tight, a quarter true with room. The effort is counted in steps, so the table
is the same on every machine.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from numeric.core.record import as_text, versions, write_whole
from tests.laws.formulas import Case, constructed
from theory.inequality import Result, decide
from theory.inequality.expression import write

PATH = Path(__file__).resolve().parents[2] / "proofs_notes" / "generated" / "constructed.json"


class WrongVerdict(Exception):
    """A true inequality was refuted, or a false one proved. Nothing may be believed."""


def judge(case: Case, effort: float) -> tuple[Case, Result]:
    """WrongVerdict: the verdict is not the truth."""
    question = case.question
    found = decide(question.claim, question.assume, effort)
    if found.verdict == ("refuted" if case.truth else "proved"):
        raise WrongVerdict(f"{found.verdict}, and it is {case.truth}: {write(question)}")
    return case, found


def study(cases: Sequence[Case], effort: float, jobs: int) -> list[tuple[Case, Result]]:
    """Each decision runs in a process of its own; ``jobs`` of them at a time."""
    found = []
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(judge, case, effort) for case in cases]
        for done in as_completed(waiting):
            found.append(done.result())
            if len(found) % 50 == 0:
                print(f"{len(found)} of {len(cases)}", file=sys.stderr)
    return found


def table(found: Sequence[tuple[Case, Result]]) -> dict[str, Any]:
    """By kind: how many of each verdict; and how many by each method."""
    kinds: dict[str, Counter[str]] = {}
    for case, result in found:
        kinds.setdefault(case.kind, Counter())[result.verdict] += 1
    methods = Counter(r.method.split(":")[0].split(",")[0] for _, r in found if r.certified)
    undecided = sum(result.verdict == "undecided" for _, result in found)
    return {
        "questions": len(found),
        "wrong": 0,
        "undecided": undecided,
        "share undecided": round(undecided / len(found), 4),
        "by kind": {kind: dict(sorted(counts.items())) for kind, counts in sorted(kinds.items())},
        "by method": dict(methods.most_common()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--effort", type=float, default=4.0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    cases = constructed(np.random.default_rng(options.seed), options.count)
    found = study(cases, options.effort, options.jobs)
    command = (
        f"python -m tests.benchmarks.constructed --count {options.count} "
        f"--effort {options.effort:g} --jobs {options.jobs} --seed {options.seed}"
    )
    packages = versions("python-flint", "z3-solver", "cvc5", "scipy")
    document = {"command": command, "versions": packages, **table(found)}
    write_whole(PATH, as_text(document).encode())
    print(as_text(document))


if __name__ == "__main__":
    main()
