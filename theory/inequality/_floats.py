"""Expressions on arrays of floats: where to look, never what is true.

Each row of a float64 array of shape (m, d) is a point. Everything found here is confirmed, or
dropped, by ``_exact``. NaN stands for "undefined or overflowed".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from theory.inequality._expression import Comparison, Expr

Array = np.ndarray[Any, np.dtype[np.float64]]
Columns = Mapping[str, Array]

UNARY: Mapping[str, Callable[[Any], Any]] = {
    "neg": np.negative,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "abs": np.abs,
}
NARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": np.add,
    "mul": np.multiply,
    "div": np.divide,
    "min": np.minimum,
    "max": np.maximum,
}


def nearest(number: Fraction) -> float:
    """The float next to a fraction; infinity beyond the range of floats."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def values(expression: Expr, columns: Columns) -> Array:
    """The expression at m points, shape (m,). Call inside ``np.errstate(all="ignore")``."""
    match expression.op:
        case "var":
            return columns[str(expression.value)]
        case "const" | "pi":
            value = expression.value
            number = nearest(value) if isinstance(value, Fraction) else np.pi
            return np.full(len(next(iter(columns.values()))), number)
    inner = [values(a, columns) for a in expression.args]
    if expression.op == "pow":
        assert isinstance(expression.value, int)
        return np.power(inner[0], float(expression.value))
    if expression.op in UNARY:
        found: Array = UNARY[expression.op](inner[0])
        return found
    return reduce(NARY[expression.op], inner)


def margins(comparison: Comparison, columns: Columns) -> Array:
    """How far each point is inside the comparison, relative to the size of its sides; shape (m,).

    Negative outside, NaN where a side is undefined. For an equation, minus the distance."""
    with np.errstate(all="ignore"):
        left, right = values(comparison.left, columns), values(comparison.right, columns)
        gap = (right - left) / (1 + np.abs(left) + np.abs(right))
    found: Array = -np.abs(gap) if comparison.sign == "==" else gap
    return np.where(np.isfinite(found), found, np.nan)
