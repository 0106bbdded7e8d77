"""The proof as plain data: a tree for each goal, with the rule that does each step.

The tree holds only what the checker can't find itself (where a box is split, which point is tight).
Boxes and formulas inside follow from the question; the ones at the top are there to be read.

What a search may still spend, in steps of its own kind. Nothing here looks at a clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

# -- the certificate -------------------------------------------------------------------------------


SAYS = {
    "value": "the enclosure over the box has this sign",
    "range": "the exact range over the box has this sign",
    "slope": "the mean value form over the box has this sign",
    "constant": "the expression is this number, wherever it is defined",
    "outside": "an assumption fails all over the box",
    "split": "the box is cut in two at",
    "narrow": "the assumptions, or else the claim, leave a smaller box",
    "cases": "an abs, min or max, one case at a time",
    "above": "different from 0 because positive",
    "below": "different from 0 because negative",
    "rise": "it rises away from the lower end, so that end decides, in",
    "fall": "it falls towards the upper end, so that end decides, in",
    "bottom": "it is convex on the box, and level at",
    "valley": "it is convex in one variable, and level along",
    "clear": "numerator and denominator, over one denominator",
    "factors": "the sign of each factor",
    "scale": "divided by an exponential, which is positive",
    "lift": "exp of both sides, to be rid of a logarithm",
    "invert": "the box is unbounded; take the reciprocal of",
    "use": "an assumption, times a number >= 0, is subtracted",
    "squares": "a sum of products that are not negative: an identity of polynomials",
    "unroot": "a root against the rest, both squared",
    "taylor": "a Taylor model over the box has this sign",
    "normal": "one quotient of polynomials, logs of products taken apart",
    "signs": "numerator and denominator in factors, even powers left out",
    "toward": "it falls towards a line from both sides, so the line decides, in",
    "shift": "what a linear assumption says is positive takes the place of",
    "root": "a square root takes the place of",
    "exponential": "an exponential takes the place of a variable",
    "turn": "the angle in units of pi, in place of",
    "period": "one period is enough, in units of pi",
    "logarithm": "logs of both sides, which are positive",
    "tangents": "logarithms below their tangents, weighted",
    "chord": "it is concave between the ends, so both ends decide, in",
}
"""What each rule says; `theory.inequality.rules` checks it."""

LEVEL = ("bottom", "valley", "toward")
"""Rules about a point or line at which the gradient is 0."""


@dataclass(frozen=True, slots=True)
class Square:
    """weight * product of the constraints with these numbers * root^2, and root instead of its
    square where one of the constraints is an equation. ``root``: coefficients by exponents."""

    weight: Fraction
    factors: tuple[int, ...]
    root: tuple[tuple[tuple[int, ...], Fraction], ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A step: its rule, the variable it is about, numbers by name, and the steps below it. A sum of
    squares has its terms, and those of the multiplier of the goal, if that is not 1."""

    rule: str
    name: str = ""
    at: tuple[tuple[str, Fraction], ...] = ()
    index: int = 0
    parts: tuple[Node, ...] = ()
    squares: tuple[Square, ...] = ()
    multiplier: tuple[Square, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """One goal: what is shown, on which box, and how. The two texts are for a reader, and the
    checker compares them with the question."""

    shows: str
    where: str
    tree: Node


@dataclass(frozen=True, slots=True)
class Certificate:
    """A proof for each goal of the question, in the order of `theory.inequality.goals.goals`."""

    proofs: tuple[Proof, ...]

    def lines(self) -> list[str]:
        """For a reader: every goal, its box, and how often each rule is used."""
        found = []
        for p in self.proofs:
            found.append(f"{p.shows}   where {p.where}")
            steps = list(nodes(p.tree))
            for rule, count in Counter(node.rule for node in steps).most_common():
                found.append(f"    {count:>6} x {rule}: {SAYS.get(rule, 'an unknown rule')}")
            found += [f"           {_point(node)}" for node in steps if node.rule in LEVEL][:8]
        return found

    def boxes(self) -> int:
        """The number of leaves of all trees."""
        return sum(not node.parts for p in self.proofs for node in nodes(p.tree))

    def has_squares(self) -> bool:
        rules = {node.rule for p in self.proofs for node in nodes(p.tree)}
        return bool(rules & {"squares", "unroot"})


@dataclass(frozen=True, slots=True)
class CaseCertificate:
    """A certificate for each of `theory.inequality.cases.cases`, in their order, by the kernel or
    on boxes."""

    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A question without variables is evaluated; there is nothing to tell."""


def nodes(tree: Node) -> Iterator[Node]:
    """All steps, the upper ones first."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(node.parts)


def _point(node: Node) -> str:
    if node.rule in ("valley", "toward"):
        form = " + ".join(f"{number} {name}".strip() for name, number in node.at)
        return f"level along {node.name} = {form}"
    return "level at " + ", ".join(f"{name} = {number}" for name, number in node.at)


# -- a budget of steps -----------------------------------------------------------------------------


class Exhausted(Exception):
    """No steps are left."""


@dataclass(slots=True)
class Budget:
    """So many steps: boxes, points or units of a solver's effort."""

    left: float

    def spend(self, cost: float = 1.0) -> None:
        """Raises Exhausted when nothing is left; the last step may overdraw."""
        if self.left <= 0:
            raise Exhausted
        self.left -= cost
