"""Inequalities of known truth, put to ``gradgap check``: no verdict may be wrong.

    python -m tests.benchmarks.constructed [--count 1000] [--effort 4] [--jobs 2] [--seed 0]
                                           [--progress FILE]

writes proofs_notes/generated/constructed.json: for each kind how many are proved, refuted and
undecided, and by which method. A wrong verdict stops everything. Half of the questions are false,
a quarter true and tight, a quarter true with room. The effort is counted in steps, so the table
is the same on every machine. A run that is stopped goes on after the last line of its FILE; to ask
again what was undecided, take those lines out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from numeric.core.record import as_text, versions, write_whole
from tests.laws.formulas import Case, constructed
from theory.inequality import decide
from theory.inequality.expression import write

PATH = Path(__file__).resolve().parents[2] / "proofs_notes" / "generated" / "constructed.json"


class WrongVerdict(Exception):
    """A true inequality was refuted, or a false one proved. Nothing may be believed."""


Row = dict[str, Any]
"""A question's kind, truth and text, and the verdict with its method and seconds."""


def judge(case: Case, effort: float) -> Row:
    """WrongVerdict: the verdict is not the truth."""
    question = case.question
    found = decide(question.claim, question.assume, effort)
    if found.verdict == ("refuted" if case.truth else "proved"):
        raise WrongVerdict(f"{found.verdict}, and it is {case.truth}: {write(question)}")
    return {
        "kind": case.kind,
        "verdict": found.verdict,
        "method": found.method,
        "seconds": round(found.seconds, 1),
        "question": write(question),
    }


def study(cases: Sequence[Case], effort: float, jobs: int, progress: Path | None) -> list[Row]:
    """Each decision runs in a process of its own; ``jobs`` of them at a time. Those that the file
    has are not asked again."""
    known = recorded(progress) if progress else []
    done = {row["question"] for row in known}
    waiting = [case for case in cases if write(case.question) not in done]
    with ThreadPoolExecutor(jobs) as pool:
        for row in pool.map(lambda case: judge(case, effort), waiting):
            known.append(row)
            if progress:
                with progress.open("a") as file:
                    file.write(json.dumps(row) + "\n")
            if len(known) % 50 == 0:
                print(f"{len(known)} of {len(cases)}", file=sys.stderr)
    asked = {write(case.question) for case in cases}
    return [row for row in known if row["question"] in asked]


def recorded(path: Path) -> list[Row]:
    """The lines of a file of progress."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def table(found: Sequence[Row]) -> dict[str, Any]:
    """By kind: how many of each verdict; and how many by each method."""
    kinds: dict[str, Counter[str]] = {}
    for row in found:
        kinds.setdefault(row["kind"], Counter())[row["verdict"]] += 1
    decided = [row["method"] for row in found if row["verdict"] != "undecided"]
    methods = Counter(method.split(":")[0].split(",")[0] for method in decided)
    undecided = len(found) - len(decided)
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
    parser.add_argument("--progress", type=Path)
    options = parser.parse_args()
    cases = constructed(np.random.default_rng(options.seed), options.count)
    found = study(cases, options.effort, options.jobs, options.progress)
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
