"""What a rule of derivation is, and the textbook inequalities that a step may use.

A rule either returns, or raises ``Refused`` with the reason. ``cites`` are the earlier steps it
uses. Rules decide by algebra; none looks at numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import sympy as sp

from theory.derivations._relation import Claim, Domain, Relation
from theory.derivations._signs import Orientation, is_zero, orientation, split_logs


class Refused(ValueError):
    """The rule does not justify the claim."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a step may use: the domain, and the claims of the steps before it."""

    domain: Domain
    claims: Mapping[str, Claim]

    def zero(self, formula: sp.Expr) -> bool:
        formula = self.domain.unfold(formula)
        return is_zero(formula) or is_zero(split_logs(formula, self.domain.positive()))

    def sign(self, formula: sp.Expr) -> Orientation | None:
        return orientation(self.domain.unfold(formula), self.domain.positive())

    def cited(self, name: str) -> Relation:
        claim = self.claims.get(name)
        if not isinstance(claim, Relation):
            raise Refused(f"{name!r} is no earlier relation")
        return claim


class Rule(Protocol):
    """``restarts``: the claim is made from the cited steps alone, wherever the last step ended."""

    @property
    def cites(self) -> tuple[str, ...]: ...

    @property
    def restarts(self) -> bool: ...

    def justify(self, claim: Claim, context: Context) -> None: ...


def require(condition: bool, message: str) -> None:
    if not condition:
        raise Refused(message)


def is_relation(claim: Claim, *signs: str) -> Relation:
    if not isinstance(claim, Relation) or claim.sign not in signs:
        raise Refused(f"the rule is for {' or '.join(signs)}")
    return claim


# -- textbook inequalities, each as a formula that is never negative -------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """``surplus`` is never negative wherever all of ``needs`` are positive."""

    name: str
    surplus: sp.Expr
    needs: tuple[sp.Expr, ...] = ()


def tangent(x: sp.Expr) -> Fact:
    """e^x >= 1 + x."""
    return Fact("tangent line of exp", sp.exp(x) - 1 - x)


def tangent_log(z: sp.Expr) -> Fact:
    """log z <= z - 1, for z > 0."""
    return Fact("tangent line of log", z - 1 - sp.log(z), (z,))


def larger(a: sp.Expr, b: sp.Expr) -> Fact:
    """max(a, b) >= a."""
    return Fact("maximum", sp.Max(a, b) - a)


def chord(x: sp.Expr, low: sp.Expr, high: sp.Expr) -> Fact:
    """e^x lies below the chord of exp between low and high, for low < x < high."""
    line = ((high - x) * sp.exp(low) + (x - low) * sp.exp(high)) / (high - low)
    return Fact("chord of exp", line - sp.exp(x), (high - x, x - low))
