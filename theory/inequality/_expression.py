"""What a question about real numbers is made of: expressions, comparisons, a claim under
assumptions.

A question means: for all real values of the variables that satisfy the assumptions, everything in
the claim is defined (no division by 0, no log of a number <= 0, no root of a negative number) and
every comparison of the claim holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Op = Literal[
    "const",
    "var",
    "pi",
    "add",
    "mul",
    "div",
    "neg",
    "pow",
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "abs",
    "min",
    "max",
]
Sign = Literal["<", "<=", "=="]


@dataclass(frozen=True, slots=True)
class Expr:
    """A node. ``value`` is the Fraction of a const, the name of a var, the exponent (an int, may be
    negative) of a pow, and None elsewhere."""

    op: Op
    args: tuple[Expr, ...] = ()
    value: Fraction | str | int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """left < right, left <= right or left == right; > and >= are written the other way round."""

    left: Expr
    sign: Sign
    right: Expr


@dataclass(frozen=True, slots=True)
class Question:
    """Do the assumptions imply every comparison of the claim?"""

    assume: tuple[Comparison, ...]
    claim: tuple[Comparison, ...]


def variables(question: Question) -> tuple[str, ...]:
    """The names in order of first appearance, assumptions first."""
    found: dict[str, None] = {}

    def visit(node: Expr) -> None:
        if node.op == "var":
            found.setdefault(str(node.value))
        for inner in node.args:
            visit(inner)

    for comparison in (*question.assume, *question.claim):
        visit(comparison.left)
        visit(comparison.right)
    return tuple(found)
