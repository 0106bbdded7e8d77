"""An exact number or formula, judged by the conditions that define it.

    value = ["low == bound"]     conditions in the slots, the letters, and the names of the exercise
    letters = ["J", "L"]         that the answer may contain; none: a number is asked for
    assume = ["0 < J < 1"]       of the letters
    whole = ["steps"]            slots with a whole number

Each condition is decided: proved, false at a point, or undecided. No text is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from course.exercises import Exercise
from course.formulas import names_of, put_in, students_expression
from course.marks import Mark, Unfit
from theory.inequality.at_point import Point, Undefined, Unknown, ball, sides, truth
from theory.inequality.decision import decide_here
from theory.inequality.expression import Comparison, Question, variables
from theory.inequality.parser import parse
from theory.inequality.result import coordinate

EFFORT = 4.0


def judge(
    exercise: Exercise, check: Mapping[str, Any], answer: Mapping[str, Any], folder: Path
) -> Mark:
    about, points = check["about"], check["points"]
    asked = [(text, parse(text)) for text in check["value"]]
    spoken = variables(Question((), tuple(c for _, parsed in asked for c in parsed)))
    slots = [slot for slot in exercise.answer if slot in spoken]
    empty = [slot for slot in slots if answer.get(slot, "") in ("", [])]
    if empty:
        return Mark(about, points, 0, "missing", (f"{empty[0]} is empty",))
    letters = tuple(check.get("letters", ()))
    written = {slot: students_expression(answer[slot], slot, letters) for slot in slots}
    values = names_of(exercise, written)
    for slot in check.get("whole", ()):
        number = written[slot].value
        if not isinstance(number, Fraction) or number.denominator > 1:
            raise Unfit(f"{slot} is a whole number")
    assume = tuple(c for text in check.get("assume", ()) for c in parse(text))
    for text, parsed in asked:
        for comparison in parsed:
            verdict, reason = decided(assume, put_in(comparison, values), text)
            if verdict != "right":
                return Mark(about, points, 0, verdict, (reason,))
    return Mark(about, points, points, "right")


def decided(assume: tuple[Comparison, ...], asked: Comparison, text: str) -> tuple[Any, str]:
    """The verdict on one condition, and the reason if it does not hold."""
    if not variables(Question((), (asked,))):
        known = truth(asked, {})
        if known == "holds":
            return "right", ""
        if known in ("fails", "undefined"):
            return "wrong", _why(asked, {}, text)
    result = decide_here((asked,), assume, EFFORT)
    if result.verdict == "proved":
        return "right", ""
    if result.counterexample is not None:
        return "wrong", _why(asked, result.counterexample, text)
    return "undecided", f"neither proved nor refuted that {text} ({result.method})"


def _why(asked: Comparison, point: Point, text: str) -> str:
    """Too large, too small, or undefined; where there are letters, at which of their values."""
    at = ", ".join(f"{name} = {coordinate(x)}" for name, x in point.items())
    where = f" at {at}" if at else ""
    try:
        left, right = map(ball, sides(asked, point))
    except (Undefined, Unknown) as error:
        return f"without a value{where}: {error}"
    if asked.sign == "==":
        return f"{'too large' if left > right else 'too small'}{where}"
    return f"it does not hold{where} that {text}"
