"""What a step claims, and where: relations between formulas, and a domain to draw points from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import sympy as sp
from flint import arb

from theory.derivations._balls import WIDTH, evaluate
from theory.derivations._signs import UP, orientation

LARGEST_WHOLE = 50
Sign = Literal["=", "<=", "<"]


@dataclass(frozen=True, slots=True)
class Relation:
    """left = right, left <= right or left < right: read from left to right, a chain ascends."""

    left: sp.Expr
    sign: Sign
    right: sp.Expr

    @property
    def surplus(self) -> sp.Expr:
        """What is 0 (=), not negative (<=) or positive (<) when the relation holds."""
        return self.right - self.left

    def compare(self, point: Mapping[sp.Symbol, Any]) -> tuple[Any, Any]:
        return evaluate(self.left, point), evaluate(self.right, point)

    def certain(self, point: Mapping[sp.Symbol, Any]) -> bool:
        """In balls: an inequality certainly holds; an equality holds to within WIDTH."""
        left, right = self.compare(point)
        if self.sign == "=":
            difference = arb(left - right)
            return bool(difference.contains(0)) and bool(2 * difference.rad() < WIDTH)
        return bool(left <= right) if self.sign == "<=" else bool(left < right)


@dataclass(frozen=True, slots=True)
class Equivalence:
    """A condition, and the same condition solved for one of its symbols."""

    condition: Relation
    solved: Relation


Claim = Relation | Equivalence


@dataclass(frozen=True, slots=True)
class Range:
    """A symbol that may take every value strictly between ``low`` and ``high``, both formulas in
    the symbols before it (or -oo, oo). The bounds are the hypotheses of a derivation."""

    symbol: sp.Symbol
    low: sp.Expr
    high: sp.Expr
    meaning: str = ""

    @property
    def uses(self) -> set[sp.Symbol]:
        return set(self.low.free_symbols | self.high.free_symbols)


@dataclass(frozen=True, slots=True)
class Let:
    """A symbol that stands for a formula in the symbols before it."""

    symbol: sp.Symbol
    value: sp.Expr
    meaning: str = ""

    @property
    def uses(self) -> set[sp.Symbol]:
        return set(self.value.free_symbols)


@dataclass(frozen=True, slots=True)
class Whole:
    """A symbol for a whole number from 0 on."""

    symbol: sp.Symbol
    meaning: str = ""

    @property
    def uses(self) -> set[sp.Symbol]:
        return set()


Entry = Range | Let | Whole


@dataclass(frozen=True, slots=True)
class Domain:
    """The symbols of a derivation, in order, each with its range or its meaning. ValueError for a
    symbol that occurs twice."""

    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        names = [entry.symbol.name for entry in self.entries]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"symbols with two ranges: {sorted(twice)}")

    def unfold(self, formula: sp.Expr) -> sp.Expr:
        """The formula without abbreviations."""
        for entry in reversed(self.entries):
            if isinstance(entry, Let):
                formula = formula.subs(entry.symbol, entry.value)
        return formula

    def unfold_relation(self, relation: Relation) -> Relation:
        return Relation(self.unfold(relation.left), relation.sign, self.unfold(relation.right))

    def positive(self) -> tuple[sp.Expr, ...]:
        """What the ranges say is positive, without abbreviations."""
        facts: list[sp.Expr] = []
        for entry in self.entries:
            if isinstance(entry, Range):
                x, low, high = entry.symbol, self.unfold(entry.low), self.unfold(entry.high)
                facts += [x - low] if low != -sp.oo else []
                facts += [high - x] if high != sp.oo else []
                facts += [x] if low != -sp.oo and orientation(low, facts) == UP else []
        return tuple(facts)

    def draw(self, rng: np.random.Generator) -> dict[sp.Symbol, Any]:
        """A random point, in exact numbers or balls. ValueError for a range that is empty, and for
        a value that contradicts what SymPy was told of the symbol."""
        point: dict[sp.Symbol, Any] = {}
        for entry in self.entries:
            value = _value(entry, point, rng)
            if entry.symbol.is_positive and not value > 0:
                raise ValueError(f"{entry.symbol} is declared positive, and drawn as {value}")
            point[entry.symbol] = value
        return point


def _value(entry: Entry, point: Mapping[sp.Symbol, Any], rng: np.random.Generator) -> Any:
    if isinstance(entry, Let):
        return evaluate(entry.value, point)
    if isinstance(entry, Whole):
        return arb(int(rng.integers(0, LARGEST_WHOLE)))
    return _inside(entry, point, rng)


def share(rng: np.random.Generator) -> arb:
    """A number strictly between 0 and 1, an exact binary fraction."""
    return arb(int(rng.integers(1, 2**20))) / 2**20


def _inside(entry: Range, point: Mapping[sp.Symbol, Any], rng: np.random.Generator) -> Any:
    u = share(rng)
    far = ((6 * u - 3) * arb(2).log()).exp()  # between 1/8 and 8
    if entry.low == -sp.oo and entry.high == sp.oo:
        return far - 1 / far
    if entry.low == -sp.oo:
        high = evaluate(entry.high, point)
        return high - (1 + abs(high)) * far
    low = evaluate(entry.low, point)
    if entry.high == sp.oo:
        return low + (1 + abs(low)) * far
    high = evaluate(entry.high, point)
    if not low < high:
        raise ValueError(f"the range of {entry.symbol} is empty: {low} to {high}")
    return low + u * (high - low)
