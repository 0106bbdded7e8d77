"""The ball route against the interval arithmetic of mpmath.

``python -m tests.benchmarks.inequalities``. Not a test; nothing is asserted.

All columns answer the same questions in one run. "balls" is `prove_on_boxes` as it is. "halving"
and "mpmath.iv" do one and the same subdivision, halving the widest side until the enclosure has the
right sign, and differ only in the arithmetic: their ratio compares the two. "check" is the separate
checker on the certificate of the first column. The times are the least of RUNS runs.
"""

from __future__ import annotations

import math
import os
import platform
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import mpmath
from mpmath import iv

from theory.inequality.balls import BITS, ball_precision, enclose, interval
from theory.inequality.branch import prove_on_boxes
from theory.inequality.certificate import Budget
from theory.inequality.checker import check
from theory.inequality.expression import Expr, Question
from theory.inequality.goals import Goal, goals
from theory.inequality.parser import parse

RUNS = 3
MOST_BOXES = 20_000

QUESTIONS = [
    ("x^2 - x + 3/10 > 0", "-2 <= x <= 2"),
    ("x^4 - 2*x^2 + 11/10 > 0", "-2 <= x <= 2"),
    ("exp(x) > x + 9/10", "-3 <= x <= 3"),
    ("x - log(x) > 9/10", "1/10 <= x <= 10"),
    ("cos(x) > 9/10 - x^2/2", "-2 <= x <= 2"),
    ("1/(1 + exp(-x)) < (1 + x)/2 + 1/10", "0 <= x <= 3"),
    ("sqrt(x*y) < (x + y)/2 + 1/10", "1/10 <= x <= 2", "1/10 <= y <= 2"),
    ("x^2 + y^2 + 1/10 > 2*x*y", "-1 <= x <= 1", "-1 <= y <= 1"),
    ("exp(x) >= 1 + x", "-3 <= x <= 3"),
    ("sin(x) <= x", "0 <= x <= 2"),
]
"""On closed boxes with rational ends; the last two are tight, and halving alone must fail."""

Box = tuple[tuple[Fraction, Fraction], ...]


def halving(goal: Goal, positive: Callable[[Box], bool]) -> int | None:
    """The number of boxes until all are positive; None: more than `MOST_BOXES`."""
    waiting: list[Box] = [tuple((Fraction(s.low or 0), Fraction(s.high or 0)) for s in goal.box)]
    boxes = 0
    while waiting:
        box = waiting.pop()
        boxes += 1
        if boxes > MOST_BOXES:
            return None
        if not positive(box):
            waiting += halves(box)
    return boxes


def halves(box: Box) -> tuple[Box, Box]:
    widest = max(range(len(box)), key=lambda i: box[i][1] - box[i][0])
    low, high = box[widest]
    middle = (low + high) / 2
    before, after = box[:widest], box[widest + 1 :]
    return (*before, (low, middle), *after), (*before, (middle, high), *after)


def with_balls(goal: Goal) -> int | None:
    names = [s.name for s in goal.box]

    def positive(box: Box) -> bool:
        sides = {name: interval(*ends) for name, ends in zip(names, box, strict=True)}
        found = enclose(goal.expression, sides)
        return found is not None and bool(found[0] > 0)

    with ball_precision():
        return halving(goal, positive)


def with_mpmath(goal: Goal) -> int | None:
    names = [s.name for s in goal.box]

    def positive(box: Box) -> bool:
        sides = {n: iv.mpf([ratio(a).a, ratio(b).b]) for n, (a, b) in zip(names, box, strict=True)}
        return bool(iv_value(goal.expression, sides).a > 0)

    iv.prec = BITS
    return halving(goal, positive)


def ratio(number: Fraction) -> Any:
    return iv.mpf(number.numerator) / number.denominator


def iv_value(e: Expr, box: dict[str, Any]) -> Any:
    """The same expression, node by node, in the interval arithmetic of mpmath."""
    x = [iv_value(arg, box) for arg in e.args]
    match e.op:
        case "const":
            return ratio(Fraction(e.value or 0))
        case "var":
            return box[str(e.value)]
        case "pi":
            return iv.pi
        case "add":
            return sum(x[1:], x[0])
        case "mul":
            return math.prod(x[1:], start=x[0])
        case "neg":
            return -x[0]
        case "div":
            return x[0] / x[1]
        case "pow":
            return x[0] ** int(e.value or 0)
        case _:
            return getattr(iv, e.op)(x[0])


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    best = float("inf")
    for _ in range(RUNS):
        started = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - started)
        if best > 2:
            break
    return found, 1000 * best


def shown(found: object, milliseconds: float) -> str:
    return f"{'-' if found is None else found!s:>7}{milliseconds:>10.2f}"


def main() -> None:
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, python-flint "
        f"{flint.__version__}, mpmath {mpmath.__version__}, {BITS} bits; milliseconds, least of "
        f"{RUNS} runs; -: not proved with {MOST_BOXES} boxes"
    )
    print(f"{'':<38}{'balls':>17}{'check':>9}{'halving':>17}{'mpmath.iv':>17}{'iv/halving':>11}")
    print(f"{'inequality':<38}{'leaves':>7}{'ms':>10}{'ms':>9}" + f"{'boxes':>7}{'ms':>10}" * 2)
    ratios = []
    for claim, *assumptions in QUESTIONS:
        asked = Question(tuple(c for a in assumptions for c in parse(a)), parse(claim))
        goal = goals(asked)[-1]
        proof, proving = timed(lambda asked=asked: prove_on_boxes(asked, Budget(MOST_BOXES)))
        _, checking = timed(lambda asked=asked, proof=proof: check(asked, proof))
        boxes, ours = timed(lambda goal=goal: with_balls(goal))
        others, theirs = timed(lambda goal=goal: with_mpmath(goal))
        ratio_text = ""
        if boxes is not None and others is not None:
            ratios.append(theirs / ours)
            ratio_text = f"{theirs / ours:.1f}"
        line = shown(None if proof is None else proof.boxes(), proving) + f"{checking:>9.2f}"
        line += shown(boxes, ours) + shown(others, theirs) + f"{ratio_text:>11}"
        print(f"{claim:<38}{line}", flush=True)
    ratios.sort()
    print(
        f"mpmath.iv takes {ratios[0]:.1f} to {ratios[-1]:.1f} times as long as the balls for the "
        f"same subdivision; median {ratios[len(ratios) // 2]:.1f}"
    )


if __name__ == "__main__":
    main()
