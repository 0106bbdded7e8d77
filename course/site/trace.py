"""The project's own functions as JavaScript: run once on numbers that write down what is done.

A ``Traced`` number has the operations of a float; each one appends a line to its tape, and an
expression that was met before is the variable it was given. What branches on the value of a number
cannot be traced: comparisons are not defined, and every number counts as other than 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

from theory.evaluate import Backend

Number: TypeAlias = "Traced | Fraction | int | float"
Results: TypeAlias = Mapping[str, Any]
"""Numbers, or lists of numbers, by name."""


@dataclass
class Tape:
    """The variable that holds each expression, in the order of the lines."""

    names: dict[str, str] = field(default_factory=dict)

    def line(self, expression: str) -> Traced:
        return Traced(self, self.names.setdefault(expression, f"t{len(self.names)}"))


@dataclass(frozen=True, eq=False)
class Traced:
    """A number that the page will know; ``code`` names it there."""

    tape: Tape
    code: str

    def _binary(self, left: Number, sign: str, right: Number) -> Traced:
        return self.tape.line(f"{literal(left)} {sign} {literal(right)}")

    def __add__(self, other: Number) -> Traced:
        return self if is_plain(other, 0) else self._binary(self, "+", other)

    def __radd__(self, other: Number) -> Traced:
        return self if is_plain(other, 0) else self._binary(other, "+", self)

    def __sub__(self, other: Number) -> Traced:
        return self._binary(self, "-", other)

    def __rsub__(self, other: Number) -> Traced:
        return self._binary(other, "-", self)

    def __mul__(self, other: Number) -> Traced | int:
        if is_plain(other, 0):
            return 0
        return self if is_plain(other, 1) else self._binary(self, "*", other)

    def __rmul__(self, other: Number) -> Traced | int:
        return (
            self * other
            if is_plain(other, 0) or is_plain(other, 1)
            else self._binary(other, "*", self)
        )

    def __truediv__(self, other: Number) -> Traced:
        return self._binary(self, "/", other)

    def __rtruediv__(self, other: Number) -> Traced:
        return self._binary(other, "/", self)

    def __pow__(self, exponent: int) -> Traced:
        return self._binary(self, "**", exponent)

    def __neg__(self) -> Traced:
        return self.tape.line(f"-{self.code}")

    def _call(self, name: str, *others: Number) -> Traced:
        arguments = ", ".join(literal(x) for x in (self, *others))
        return self.tape.line(f"Math.{name}({arguments})")

    def __abs__(self) -> Traced:
        return self._call("abs")

    # The methods that balls have, and that NumPy looks for.
    def exp(self) -> Traced:
        return self._call("exp")

    def expm1(self) -> Traced:
        return self._call("expm1")

    def log(self) -> Traced:
        return self._call("log")

    def log1p(self) -> Traced:
        return self._call("log1p")

    def sin(self) -> Traced:
        return self._call("sin")

    def cos(self) -> Traced:
        return self._call("cos")

    def tan(self) -> Traced:
        return self._call("tan")

    def cosh(self) -> Traced:
        return self._call("cosh")

    def sqrt(self) -> Traced:
        return self._call("sqrt")

    def max(self, other: Number) -> Traced:
        return self._call("max", other)

    def min(self, other: Number) -> Traced:
        return self._call("min", other)


def is_plain(number: Number, value: int) -> bool:
    """Whether this is that number, known now."""
    return not isinstance(number, Traced) and number == value


def literal(number: Number) -> str:
    """A number as JavaScript. TypeError: it is none."""
    if isinstance(number, Traced):
        return number.code
    if isinstance(number, Fraction) and number.denominator > 1:
        return f"({number.numerator} / {number.denominator})"
    if isinstance(number, bool) or not isinstance(number, Fraction | int | float):
        raise TypeError(f"not a number that can be traced: {number!r}")
    text = str(int(number) if isinstance(number, Fraction) else number)
    return f"({text})" if text.startswith("-") else text


def _first(name: str) -> Callable[..., Any]:
    """A function of one or two numbers of which the first may be a plain one."""

    def function(x: Any, *others: Any) -> Any:
        traced = [a for a in (x, *others) if isinstance(a, Traced)]
        if not traced:
            raise TypeError(f"{name} of plain numbers: leave it to Python")
        return traced[0].tape.line(f"Math.{name}({', '.join(map(literal, (x, *others)))})")

    return function


TRACED = Backend(
    number=lambda q: q,
    functions={
        "add": lambda x, y: x + y,
        "mul": lambda x, y: x * y,
        "div": lambda x, y: x / y,
        "neg": lambda x: -x,
        **{name: _first(name) for name in ("abs", "exp", "log", "sin", "cos", "max", "min")},
    },
)
"""For ``theory.evaluate.evaluate``: the terms of a statement as JavaScript."""


def function(arguments: Sequence[str], traced: Callable[..., Results]) -> str:
    """``traced`` as a JavaScript function from an object with these members, which are numbers or,
    named "p[3]", arrays of so many, to an object with the members that it returns."""
    tape = Tape()
    names = [name.partition("[") for name in arguments]
    values: dict[str, Any] = {
        name: [Traced(tape, f"{name}[{j}]") for j in range(int(count[:-1]))]
        if count
        else Traced(tape, name)
        for name, _, count in names
    }
    results = traced(**values)
    lines = [f"  const {name} = {expression};" for expression, name in tape.names.items()]
    returned = ", ".join(f"{name}: {_written(value)}" for name, value in results.items())
    head = ", ".join(name for name, _, _ in names)
    return "\n".join([f"({{ {head} }}) => {{", *lines, f"  return {{ {returned} }};", "}"])


def _written(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    return literal(value)
