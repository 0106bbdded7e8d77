"""Where to look, in floats: the lowest point of a goal on its box. Nothing here is believed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from theory.inequality._balls import Tape, tape
from theory.inequality._domain import Goal, Side, slack
from theory.inequality._expression import Expr

FINEST = 1e-9
"""The search for the lowest point ends at steps of this size."""

DENOMINATORS = (1, 2, 6, 12, 60, 1000)


@dataclass(frozen=True, slots=True)
class Lowest:
    """A point, the value there, and whether the assumptions seem to hold there."""

    point: dict[str, float]
    value: float
    allowed: bool


def number(program: tuple[Tape, tuple[int, ...]], point: dict[str, float]) -> float:
    """The value of the first expression of the tape; nan where there is none."""
    steps, outputs = program
    found: list[float] = []
    try:
        for node, inner in steps:
            found.append(_apply(node, [found[i] for i in inner], point))
    except (ArithmeticError, ValueError):
        return math.nan
    return found[outputs[0]]


def _apply(node: Expr, x: Sequence[float], point: dict[str, float]) -> float:
    match node.op:
        case "const":
            return float(Fraction(node.value or 0))
        case "var":
            return point[str(node.value)]
        case "pi":
            return math.pi
        case "add":
            return math.fsum(x)
        case "mul":
            return math.prod(x)
        case "neg":
            return -x[0]
        case "div":
            return x[0] / x[1]
        case "pow":
            return float(x[0] ** int(node.value or 0))
        case "abs":
            return abs(x[0])
        case "min":
            return min(x)
        case "max":
            return max(x)
        case _:
            return float(getattr(math, node.op)(x[0]))


def inside(side: Side) -> float:
    """A point of the range, in the middle if there is one."""
    low, high = side.low, side.high
    if low is None and high is None:
        return 0.0
    if low is None or high is None:
        end = float(high if low is None else low)  # type: ignore[arg-type]
        return end - max(1.0, abs(end)) if low is None else end + max(1.0, abs(end))
    return float(low + high) / 2


def reach(side: Side) -> float:
    """A first step."""
    if side.low is None or side.high is None:
        return 1.0
    return float(side.high - side.low) / 4


def clipped(x: float, side: Side) -> float:
    low = -math.inf if side.low is None else float(side.low)
    high = math.inf if side.high is None else float(side.high)
    return min(max(x, low), high)


def lowest(goal: Goal) -> Lowest:
    """Downhill from the centre, one variable at a time, with steps that grow and shrink."""
    program = tape((goal.expression,))
    point = {side.name: inside(side) for side in goal.box}
    steps = {side.name: reach(side) for side in goal.box}
    best = number(program, point)
    for _ in range(60):
        before = best
        for side in goal.box:
            for x in (point[side.name] + steps[side.name], point[side.name] - steps[side.name]):
                trial = {**point, side.name: clipped(x, side)}
                found = number(program, trial)
                if found < best or (math.isnan(best) and not math.isnan(found)):
                    point, best = trial, found
                    break
        if not best < before:
            steps = {name: step / 3 for name, step in steps.items()}
            if max(steps.values(), default=0) < FINEST:
                break
    return Lowest(point, best, allowed(goal, point))


def allowed(goal: Goal, point: dict[str, float]) -> bool:
    """Whether the assumptions seem to hold, with room to spare."""
    for comparison in goal.assume:
        found = number(tape((slack(comparison),)), point)
        if not (abs(found) < 1e-9 if comparison.sign == "==" else found > 1e-9):
            return False
    return True


def rounded(
    point: dict[str, float], box: Sequence[Side], most: int
) -> tuple[tuple[str, Fraction], ...]:
    """The nearest fractions with small denominators, in the box."""
    found = []
    for side in box:
        x = Fraction(point[side.name]).limit_denominator(most)
        x = x if side.low is None else max(x, side.low)
        found.append((side.name, x if side.high is None else min(x, side.high)))
    return tuple(found)
