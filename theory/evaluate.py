"""Evaluate terms on measured numbers, so that no constant is typed twice.

``values`` maps a name (J, gap, eta, ...) to a number, and a function (J(k), logp(o, t), ...) to a
Python function; a function that shares its name with a number is listed as "name()". For formal
terms it also lists each index set by the name of its sort: {"Response": range(n)}. Numbers are
floats or float64 arrays (which broadcast), balls of ``flint``, or exact rationals; one table says
what each of these arithmetics can do. It is told by the numbers, or given.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from flint import arb

from theory.kernel.terms import KernelError, Symbol, Term

Values = Mapping[str, Any]
Function = Callable[..., Any]

# -- the table of arithmetics ----------------------------------------------------------------------


@dataclass(frozen=True)
class Backend:
    """``number`` takes an exact constant; the functions are by the name of their operator."""

    number: Callable[[Fraction], Any]
    functions: Mapping[str, Function]


def _over(scalar: Function, ufunc: Function, count: int = 1) -> Function:
    """The function of numbers, of arrays of numbers or of balls, and of tensors."""
    elementwise = np.frompyfunc(scalar, count, 1)

    def function(*args: Any) -> Any:
        if all(hasattr(x, "__torch_function__") for x in args):
            return getattr(args[0], ufunc.__name__)(*args[1:])  # torch calls them as NumPy does
        arrays = [x for x in args if isinstance(x, np.ndarray)]
        if not arrays:
            return scalar(*args)
        return (elementwise if any(x.dtype == object for x in arrays) else ufunc)(*args)

    return function


def _exactly(function: Callable[[Any], float], at: int, value: int) -> Function:
    """A function that has a rational value at one rational only."""
    return lambda x: value if x == at else function(x)


PLAIN: Mapping[str, Function] = {
    "add": lambda x, y: x + y,
    "mul": lambda x, y: x * y,
    "neg": lambda x: -x,
    "abs": abs,
}
FLOATS = Backend(
    number=lambda q: q.numerator if q.denominator == 1 else q.numerator / q.denominator,
    functions={
        **PLAIN,
        "div": lambda x, y: x / y,
        "pi": lambda: math.pi,
        "exp": _over(math.exp, np.exp),
        "log": _over(math.log, np.log),
        "sin": _over(math.sin, np.sin),
        "cos": _over(math.cos, np.cos),
        "max": _over(max, np.maximum, 2),
        "min": _over(min, np.minimum, 2),
    },
)
BALLS = Backend(
    number=lambda q: q.numerator if q.denominator == 1 else arb(q.numerator) / q.denominator,
    functions={
        **PLAIN,
        "div": lambda x, y: (arb(x) if isinstance(x, int) else x) / y,
        "pi": arb.pi,
        "exp": _over(lambda x: arb(x).exp(), np.exp),
        "log": _over(lambda x: arb(x).log(), np.log),
        "sin": _over(lambda x: arb(x).sin(), np.sin),
        "cos": _over(lambda x: arb(x).cos(), np.cos),
        "max": _over(lambda x, y: arb(x).max(arb(y)), np.maximum, 2),
        "min": _over(lambda x, y: arb(x).min(arb(y)), np.minimum, 2),
    },
)
RATIONALS = Backend(
    number=Fraction,
    functions={
        **FLOATS.functions,
        "div": lambda x, y: (Fraction(x) if isinstance(x, int) else x) / y,
        "exp": _exactly(math.exp, 0, 1),
        "log": _exactly(math.log, 1, 0),
        "sin": _exactly(math.sin, 0, 0),
        "cos": _exactly(math.cos, 0, 1),
    },
)
"""Exact as long as the value is rational; else a float."""


def backend_of(values: Values) -> Backend:
    """Balls if some number is a ball, rationals if some number is one, else floats."""
    kinds = {type(x.flat[0]) if _has_objects(x) else type(x) for x in values.values()}
    if arb in kinds:
        return BALLS
    return RATIONALS if Fraction in kinds else FLOATS


def _has_objects(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == object and value.size > 0


# -- evaluation ------------------------------------------------------------------------------------


def evaluate(term: Term, values: Values, backend: Backend | None = None) -> Any:
    """The value of a real term, or the element that a term names. KeyError for a missing name."""
    return _value(term, values, backend or backend_of(values))


def _value(term: Term, values: Values, backend: Backend) -> Any:
    data = term.data
    if isinstance(data, Symbol):
        function = values[data.name]
        if not callable(function):
            function = values[f"{data.name}()"]
        return function(*[_value(a, values, backend) for a in term.args])
    match term.op:
        case "var":
            return values[str(data)]
        case "const":
            assert isinstance(data, Fraction)
            return backend.number(data)
        case "pow":
            assert isinstance(data, int)
            return math.prod([_value(term.args[0], values, backend)] * data)
        case "sum":
            index, body = term.args
            elements = values[index.sort.name]
            return sum(_value(body, {**values, str(index.data): e}, backend) for e in elements)
        case "prefix":
            index, count, body = term.args
            last = int(_value(count, values, backend))
            named = ({**values, str(index.data): j} for j in range(last))
            return sum(_value(body, inner, backend) for inner in named)
    if term.op not in backend.functions:
        raise KernelError(f"{term.op} has no numeric value")
    return backend.functions[term.op](*[_value(a, values, backend) for a in term.args])


# -- comparisons -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """left <= right, left < right or left = right, with both sides evaluated."""

    relation: Literal["le", "lt", "eq"]
    left: Any
    right: Any

    def holds(self) -> bool:
        """Certainly, where the sides are balls."""
        if self.relation == "le":
            return bool(self.left <= self.right)
        return bool(self.left < self.right if self.relation == "lt" else self.left == self.right)


def comparisons(formula: Term, values: Values, backend: Backend | None = None) -> list[Comparison]:
    """Every comparison a formula makes; the conclusion of an implication counts where its condition
    certainly holds. Statements about derivatives have no numbers to compare and are left out."""
    backend = backend or backend_of(values)
    match formula.op:
        case "and":
            return [c for part in formula.args for c in comparisons(part, values, backend)]
        case "implies":
            condition, conclusion = formula.args
            holds = all(c.holds() for c in comparisons(condition, values, backend))
            return comparisons(conclusion, values, backend) if holds else []
        case "le" | "lt" | "eq":
            left, right = (_value(a, values, backend) for a in formula.args)
            return [Comparison(formula.op, left, right)]
        case "deriv":
            return []
    raise KernelError(f"{formula.op} has no numeric comparison")
