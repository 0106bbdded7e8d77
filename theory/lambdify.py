"""Evaluate terms on measured numbers, so that no constant is typed twice.

Numbers are floats or balls (anything with +, -, *, /, comparisons and, for balls, .exp() and
.log()). ``values`` maps a name (J, gap, eta, ...) to a number, or to a function for J(k), M(K), ...
For formal terms it also lists each index set by the name of its sort: {"Response": range(n)}.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from theory.kernel.terms import KernelError, Symbol, Term

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """left <= right, left < right or left = right, with both sides evaluated."""

    relation: Literal["le", "lt", "eq"]
    left: Any
    right: Any


def comparisons(formula: Term, values: Values) -> list[Comparison]:
    """Every comparison a formula makes; the conclusion of an implication counts where its condition
    certainly holds. Statements about derivatives have no numbers to compare and are left out."""
    match formula.op:
        case "and":
            return [c for part in formula.args for c in comparisons(part, values)]
        case "implies":
            condition, conclusion = formula.args
            if all(_certain(c) for c in comparisons(condition, values)):
                return comparisons(conclusion, values)
            return []
        case "le" | "lt" | "eq":
            left, right = (evaluate(a, values) for a in formula.args)
            return [Comparison(formula.op, left, right)]
        case "deriv":
            return []
    raise KernelError(f"{formula.op} has no numeric comparison")


def _certain(comparison: Comparison) -> bool:
    left, right = comparison.left, comparison.right
    if comparison.relation == "le":
        return bool(left <= right)
    return bool(left < right) if comparison.relation == "lt" else bool(left == right)


def evaluate(term: Term, values: Values) -> Any:
    """The value of a real term. Raises KeyError for a name that has no value."""
    data = term.data
    if isinstance(data, Symbol):
        return values[data.name](*(evaluate(a, values) for a in term.args))
    match term.op:
        case "var":
            return values[str(data)]
        case "const":
            assert isinstance(data, Fraction)
            return _rational(data, values)
        case "pow":
            assert isinstance(data, int)
            return math.prod([evaluate(term.args[0], values)] * data)
        case "sum":
            index, body = term.args
            elements = values[index.sort.name]
            return sum(evaluate(body, {**values, str(index.data): e}) for e in elements)
        case "prefix":
            index, count, body = term.args
            last = int(evaluate(count, values))
            return sum(evaluate(body, {**values, str(index.data): j}) for j in range(last))
        case "pi":
            return math.pi if "one" not in values else type(values["one"]).pi()
    if term.op not in OPERATIONS:
        raise KernelError(f"{term.op} has no numeric value")
    return OPERATIONS[term.op](*(evaluate(a, values) for a in term.args))


def _rational(value: Fraction, values: Values) -> Any:
    """A constant in the arithmetic of ``values``: a ball when ``values["one"]`` is one."""
    if "one" in values:
        return values["one"] * value.numerator / value.denominator
    return value.numerator if value.denominator == 1 else value.numerator / value.denominator


def _exp(x: Any) -> Any:
    return x.exp() if hasattr(x, "exp") else math.exp(x)


def _log(x: Any) -> Any:
    return x.log() if hasattr(x, "log") else math.log(x)


def _sin(x: Any) -> Any:
    return x.sin() if hasattr(x, "sin") else math.sin(x)


def _cos(x: Any) -> Any:
    return x.cos() if hasattr(x, "cos") else math.cos(x)


def _max(x: Any, y: Any) -> Any:
    return x.max(y) if hasattr(x, "max") else max(x, y)


def _min(x: Any, y: Any) -> Any:
    return x.min(y) if hasattr(x, "min") else min(x, y)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "abs": abs,
    "exp": _exp,
    "log": _log,
    "sin": _sin,
    "cos": _cos,
    "max": _max,
    "min": _min,
}
