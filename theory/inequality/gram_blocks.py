"""Which squares may occur in a sum of squares: products of constraints, monomials for each.

Monomials whose squares meet no term of the polynomial are left out (Newton polytope), and those
that differ in a symmetry of signs stand apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from theory.inequality.squares import (
    Constraint,
    Polynomial,
    Problem,
)

Tier = Literal["linear", "single", "mixed"]
TIERS: tuple[Tier, ...] = ("linear", "single", "mixed")
Exponents = tuple[int, ...]
MOST_PRODUCTS = 130
"""So many products of constraints, at most."""


@dataclass(frozen=True, slots=True)
class Block:
    """factors: numbers of constraints, their product; basis: the polynomials z."""

    factors: tuple[int, ...]
    product: Polynomial
    basis: tuple[Polynomial, ...]


@dataclass(frozen=True, slots=True)
class Multiples:
    """An equation by its number, and the monomials by which it may be multiplied."""

    number: int
    equation: Polynomial
    basis: tuple[Polynomial, ...]


def linear_in(constraint: Constraint) -> int | None:
    """The variable x of a constraint x - a >= 0."""
    terms = {p: c for p, c in constraint.polynomial.to_dict().items() if any(p)}
    if constraint.equation or len(terms) != 1:
        return None
    ((powers, factor),) = terms.items()
    return powers.index(1) if factor == 1 and sum(powers) == 1 else None


def orthant(asked: Problem) -> dict[int, int]:
    """The variables x that are themselves a constraint x >= 0, with its number."""
    found: dict[int, int] = {}
    for number, constraint in enumerate(asked.constraints):
        i = linear_in(constraint)
        if i is not None and len(constraint.polynomial) == 1:
            found.setdefault(i, number)
    return found


def homogeneous(f: Polynomial) -> bool:
    return len({sum(powers) for powers in f.to_dict()}) == 1


def products(asked: Problem, degree: int, tier: Tier) -> list[tuple[tuple[int, ...], Polynomial]]:
    """Products of different constraints up to that degree, few factors first: of those of the
    first degree ("linear"), of constraints x >= 0 and each of the others ("single"), of all
    ("mixed")."""
    one = asked.polynomial.context().constant(1)
    found: list[tuple[tuple[int, ...], Polynomial]] = [((), one)]
    usable = [
        i
        for i, c in enumerate(asked.constraints)
        if not c.equation
        and 1 <= c.polynomial.total_degree() <= (min(degree, 1) if tier == "linear" else degree)
    ]
    plain = set(orthant(asked).values())
    for size in range(1, len(usable) + 1):
        before = len(found)
        for chosen in combinations(usable, size):
            if size > 1 and tier != "mixed" and not plain.issuperset(chosen):
                continue
            whole = one
            for i in chosen:
                whole = whole * asked.constraints[i].polynomial
            if whole.total_degree() <= degree:
                found.append((chosen, whole))
            if len(found) >= MOST_PRODUCTS:
                return found
        if len(found) == before:
            break
    return found


def blocks(asked: Problem, tier: Tier) -> list[Block]:
    """A block, or several, for each product of constraints."""
    f = asked.polynomial
    degree = f.total_degree()
    same = homogeneous(f) and all(homogeneous(c.polynomial) for c in asked.constraints)
    top = degree if same else degree + degree % 2
    ring = f.context()
    n = len(asked.names)
    rows: dict[tuple[int, ...], list[Exponents]] = {}
    products_of = dict(products(asked, top, tier))
    for factors, g in products_of.items():
        room = top - g.total_degree()
        if same and room % 2:
            continue
        low = room // 2 if same else 0
        rows[factors] = list(monomials(n, low, room // 2))
    rows = possible(f, rows, products_of)
    found = []
    for factors, kept in rows.items():
        for group in by_sign(asked, factors, kept):
            basis = tuple(ring.from_dict({powers: 1}) for powers in group)
            found.append(Block(factors, products_of[factors], basis))
    return found


def multiples(asked: Problem) -> list[Multiples]:
    """Each equation with all monomials up to the degree of f."""
    ring, degree, n = asked.polynomial.context(), asked.polynomial.total_degree(), len(asked.names)
    found = []
    for number, constraint in enumerate(asked.constraints):
        room = degree + degree % 2 - constraint.polynomial.total_degree()
        if constraint.equation and room >= 0:
            basis = tuple(ring.from_dict({powers: 1}) for powers in monomials(n, 0, room))
            found.append(Multiples(number, constraint.polynomial, basis))
    return found


def monomials(n: int, low: int, high: int) -> Iterator[Exponents]:
    """All exponents of n variables with a sum from low to high."""
    if n == 1:
        yield from ((k,) for k in range(low, high + 1))
        return
    for k in range(high + 1):
        for rest in monomials(n - 1, max(0, low - k), high - k):
            yield (k, *rest)


def possible(
    f: Polynomial,
    rows: dict[tuple[int, ...], list[Exponents]],
    products_of: dict[tuple[int, ...], Polynomial],
) -> dict[tuple[int, ...], list[Exponents]]:
    """Without the monomials whose square nothing else can cancel: what is left of the Newton
    polytope. Products of constraints with several terms keep what they may touch."""
    support = {tuple(map(int, p)) for p in f.to_dict()}
    several = {s: len(g) > 1 for s, g in products_of.items()}
    shapes = {s: [tuple(map(int, p)) for p in products_of[s].to_dict()] for s in rows}
    while True:
        touched: Counter[Exponents] = Counter()
        for s, kept in rows.items():
            for shape in shapes[s]:
                for a, b in combinations(kept, 2):
                    touched[plus(shape, plus(a, b))] += 1
                if several[s]:
                    for a in kept:
                        touched[plus(shape, plus(a, a))] += 1
        fewer = {
            s: [
                a
                for a in kept
                if several[s]
                or plus(shapes[s][0], plus(a, a)) in support
                or touched[plus(shapes[s][0], plus(a, a))]
            ]
            for s, kept in rows.items()
        }
        if fewer == rows:
            return {s: kept for s, kept in rows.items() if kept}
        rows = fewer


def plus(a: Exponents, b: Exponents) -> Exponents:
    return tuple(x + y for x, y in zip(a, b, strict=True))


def by_sign(
    asked: Problem, factors: tuple[int, ...], kept: list[Exponents]
) -> Iterator[list[Exponents]]:
    """Where f and all constraints are even in some variables, odd and even monomials don't mix;
    and where the variable is itself a constraint x >= 0, they belong to different products."""
    signed = orthant(asked)
    others = [c for i, c in enumerate(asked.constraints) if i not in signed.values()]
    parts: dict[Exponents, list[Exponents]] = {}
    polynomials = [asked.polynomial, *(c.polynomial for c in others)]
    even = [
        i
        for i in range(len(asked.names))
        if i not in signed and all(p[i] % 2 == 0 for q in polynomials for p in q.to_dict())
    ]
    for powers in kept:
        parts.setdefault(tuple(powers[i] % 2 for i in even), []).append(powers)
    yield from parts.values()
