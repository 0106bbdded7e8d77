"""What a formula is worth at a point, by mpmath: an oracle that shares nothing with the project.

A value is computed with 60 digits, and with 250 where the sides of a comparison come close; sides
that agree to 150 digits then count as equal. Sampling can only refute: it never proves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal

import mpmath
import numpy as np

from theory.inequality.expression import Comparison, Expr, Question

Point = Mapping[str, Fraction]
Answer = Literal["holds", "fails", "undefined"]
DIGITS, MORE_DIGITS = 60, 250
CLOSE, EQUAL = mpmath.mpf("1e-30"), mpmath.mpf("1e-150")
ONE_ARGUMENT = {"exp": mpmath.exp, "sin": mpmath.sin, "cos": mpmath.cos, "abs": abs}


def answer(question: Question, point: Point) -> Answer | None:
    """Of the claim at the point; None where the point is not one of the assumptions."""
    if any(at(assumption, point) != "holds" for assumption in question.assume):
        return None
    found = [at(comparison, point) for comparison in question.claim]
    return "undefined" if "undefined" in found else "fails" if "fails" in found else "holds"


def at(comparison: Comparison, point: Point) -> Answer:
    """Does the comparison hold at the point?"""
    try:
        order = compared(comparison, point)
    except ValueError:
        return "undefined"
    holds = {"<": order < 0, "<=": order <= 0, "==": order == 0}
    return "holds" if holds[comparison.sign] else "fails"


def compared(comparison: Comparison, point: Point) -> int:
    """-1, 0 or 1: left is less, equal or greater. ValueError: not defined there."""
    left, right = _exact(comparison.left, point), _exact(comparison.right, point)
    if left is not None and right is not None:
        return (left > right) - (left < right)
    for digits, too_close in ((DIGITS, CLOSE), (MORE_DIGITS, EQUAL)):
        with mpmath.workdps(digits):
            left, right = value(comparison.left, point), value(comparison.right, point)
            if abs(left - right) > too_close * max(1, abs(left), abs(right)):
                return 1 if left > right else -1
    return 0


def value(expr: Expr, point: Point) -> Any:
    """At mpmath's working precision. ValueError: not defined at the point."""
    args = [value(e, point) for e in expr.args]
    match expr.op:
        case "const":
            return _real(expr.value)
        case "var":
            return _real(point[str(expr.value)])
        case "pi":
            return +mpmath.pi
        case "add":
            return mpmath.fsum(args)
        case "mul":
            return mpmath.fprod(args)
        case "neg":
            return -args[0]
        case "min":
            return min(args)
        case "max":
            return max(args)
        case "div" if args[1] != 0:
            return args[0] / args[1]
        case "pow" if args[0] != 0 or expr.value >= 0:
            return args[0] ** expr.value
        case "real_power" if args[0] > 0 or (args[0] == 0 and args[1] >= 0):
            return args[0] ** args[1]
        case "log" if args[0] > 0:
            return mpmath.log(args[0])
        case "sqrt" if args[0] >= 0:
            return mpmath.sqrt(args[0])
        case "exp" | "sin" | "cos" | "abs":
            return ONE_ARGUMENT[expr.op](args[0])
    raise ValueError(f"{expr.op} is not defined at {args}")


def _exact(expr: Expr, point: Point) -> Fraction | None:
    """Of a constant or a variable."""
    known = {"const": expr.value, "var": point.get(str(expr.value))}.get(expr.op)
    return known if isinstance(known, Fraction) else None


def _real(number: Any) -> Any:
    return mpmath.mpf(number.numerator) / number.denominator


def sampled(
    rng: np.random.Generator, low: Fraction | None, high: Fraction | None, near: Fraction
) -> Iterator[Fraction]:
    """Numbers between low and high (None: no bound) without end: `near` and the ends themselves,
    very close to them, all over the interval, and far out."""
    marks = [near, *(end for end in (low, high) if end is not None)]
    while True:
        mark = marks[rng.integers(len(marks))]
        sign = int(rng.choice([-1, 1]))
        far = Fraction(float(10 ** rng.uniform(-12, 2)))
        number = mark + sign * far * int(rng.integers(0, 8) > 0)
        if low is not None and high is not None and rng.random() < 0.4:
            number = low + (high - low) * Fraction(float(rng.random()))
        if (low is None or low <= number) and (high is None or number <= high):
            yield number
