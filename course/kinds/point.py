"""Numbers at which a plain implication fails: every assumption holds, and the claim does not.

[check.point]
slots = ["J", "c"]
assume = ["0 < J < 1"]
claim = "J <= c"
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course.exercises import Exercise
from course.formulas import names_of, put_in, students_expression
from course.marks import Mark
from theory.inequality.at_point import truth
from theory.inequality.parser import parse

WORDS = {"fails": "fails", "undefined": "has no value", "unknown": "is not decided by 4096 bits"}


def judge(
    exercise: Exercise, check: Mapping[str, Any], answer: Mapping[str, Any], folder: Path
) -> Mark:
    point, about, points = check["point"], check["about"], check["points"]
    empty = [slot for slot in point["slots"] if answer.get(slot, "") == ""]
    if empty:
        return Mark(about, points, 0, "missing", (f"{empty[0]} is empty",))
    given = {slot: students_expression(answer[slot], slot) for slot in point["slots"]}
    values = names_of(exercise, given)

    def at(text: str) -> list[str]:
        return [truth(put_in(comparison, values), {}) for comparison in parse(text)]

    reasons = [
        f"the assumption {text} {WORDS[told]} there"
        for text in point.get("assume", ())
        for told in at(text)
        if told != "holds"
    ]
    if reasons:
        return Mark(about, points, 0, "wrong", tuple(reasons))
    claim = at(point["claim"])
    if any(told in ("fails", "undefined") for told in claim):
        return Mark(about, points, points, "right")
    decided = all(told == "holds" for told in claim)
    return Mark(
        about,
        points,
        0,
        "wrong" if decided else "undecided",
        (
            f"every assumption holds there, and so does {point['claim']}"
            if decided
            else "undecided",
        ),
    )
