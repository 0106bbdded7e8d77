"""A derivation: named steps that hang together, each justified by algebra and tested in balls.

``check`` refuses a step that its rule does not justify, a step that fails in balls at a random
point, a step that does not begin where the one before ended, and a step that nothing uses. A wrong
rule would have to agree with the balls, and a lucky point with the algebra.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from theory.derivations._balls import evaluate, precision
from theory.derivations._relation import Claim, Domain, Equivalence, Relation, share
from theory.derivations._rule import Context, Refused, Rule
from theory.derivations._rules import Limits, Unknown
from theory.derivations._signs import is_zero

POINTS = 8
AGREES = {"=": ("=",), "<": ("<",), "<=": ("<=", "<")}  # what is claimed: what shows it


class Rejected(ValueError):
    """A derivation with a wrong step: its name, the reason, and the point with both sides if balls
    found it."""

    def __init__(
        self, step: str, reason: str, point: Mapping[str, str] | None = None, values: str = ""
    ) -> None:
        self.step, self.reason, self.point, self.values = step, reason, point, values
        at = ", ".join(f"{name} = {value}" for name, value in (point or {}).items())
        super().__init__(f"step {step!r}: {reason}" + (f" at {at}: {values}" if at else ""))


@dataclass(frozen=True, slots=True)
class Step:
    """One line. ``begins``: a new strand, which need not start where the step before ended."""

    name: str
    claim: Claim
    reason: str
    rule: Rule
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A step that passed: by which rule, and at how many random points."""

    step: str
    rule: str
    points: int


@dataclass(frozen=True, slots=True)
class Derivation:
    """``stated`` names steps and what a Statement says in their place. They are the results; every
    other step must lead to one of them, or to one of ``results``."""

    slug: str
    title: str
    domain: Domain
    steps: tuple[Step, ...]
    stated: tuple[tuple[str, Relation], ...] = ()
    results: tuple[str, ...] = ()

    def check(self, rng: np.random.Generator, points: int = POINTS) -> tuple[Checked, ...]:
        """Every step, in order. Rejected at the first that is wrong."""
        self._require_connected()
        with precision():
            for _ in range(points):
                point = self.domain.draw(rng)
                for step in self.steps:
                    _require_balls(step, self.domain, point, share(rng))
        claims: dict[str, Claim] = {}
        for step in self.steps:
            try:
                step.rule.justify(step.claim, Context(self.domain, dict(claims)))
            except Refused as refusal:
                raise Rejected(step.name, str(refusal)) from refusal
            claims[step.name] = step.claim
        self._require_stated(claims)
        return tuple(Checked(s.name, type(s.rule).__name__, points) for s in self.steps)

    def step(self, name: str) -> Step:
        """KeyError for a name that no step has."""
        return {s.name: s for s in self.steps}[name]

    def _require_connected(self) -> None:
        seen: dict[str, Step] = {}
        uses: dict[str, set[str]] = {}
        before: Step | None = None
        for step in self.steps:
            if step.name in seen:
                raise Rejected(step.name, "two steps have this name")
            uses[step.name] = set(step.rule.cites)
            if missing := uses[step.name] - set(seen):
                raise Rejected(step.name, f"it cites {sorted(missing)}, which did not come before")
            if not step.begins and not step.rule.restarts:
                if before is None or ends(before) != starts(step):
                    raise Rejected(step.name, "it does not begin where the step before ended")
                uses[step.name].add(before.name)
            seen[step.name], before = step, step
        waiting = [*self.results, *(name for name, _ in self.stated)]
        needed: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                raise Rejected(name, "a result that is no step")
            waiting += uses[name] - needed
            needed |= {name}
        for name in seen:
            if name not in needed:
                raise Rejected(name, "nothing uses it, and it is no result")

    def _require_stated(self, claims: Mapping[str, Claim]) -> None:
        for name, stated in self.stated:
            claim = claims[name]
            shown = claim.solved if isinstance(claim, Equivalence) else claim
            if shown.sign not in AGREES[stated.sign] or not self._same(shown, stated):
                raise Rejected(name, "the statement says something else")

    def _same(self, shown: Relation, stated: Relation) -> bool:
        """Inequalities: the same difference of sides. Equalities: the same sides, for the
        difference of two equal sides is 0 whatever they are."""
        if shown.sign == "=":
            return is_zero(shown.left - stated.left) and is_zero(shown.right - stated.right)
        return is_zero(self.domain.unfold(shown.surplus - stated.surplus))

    def __str__(self) -> str:
        from theory.derivations._text import plain

        return plain(self)

    def latex(self) -> str:
        """A LaTeX fragment (amsmath): a sentence and a display for each step."""
        from theory.derivations._text import fragment

        return fragment(self)

    def _repr_latex_(self) -> str:
        from theory.derivations._text import notebook

        return notebook(self)


def starts(step: Step) -> sp.Expr:
    if isinstance(step.claim, Equivalence):
        return step.claim.condition.right
    left = step.claim.left
    return left.args[0] if isinstance(step.rule, Limits) else left


def ends(step: Step) -> sp.Expr:
    return step.claim.right if isinstance(step.claim, Relation) else step.claim.solved.right


# -- balls -----------------------------------------------------------------------------------------


def _require_balls(step: Step, domain: Domain, point: Mapping[sp.Symbol, Any], u: Any) -> None:
    if isinstance(step.claim, Equivalence):
        condition, solved = map(domain.unfold_relation, (step.claim.condition, step.claim.solved))
        _require_on_both_sides(step, Equivalence(condition, solved), point, u)
    elif isinstance(step.claim.left, sp.Limit):
        _require_approach(step, step.claim, point)
    elif isinstance(step.rule, Unknown):
        solution = {step.claim.left: evaluate(step.claim.right, point)}
        for equation in step.rule.equations:
            if equation.surplus.free_symbols - set(point) <= set(solution):
                _require_certain(step, equation, {**point, **solution})
    else:
        _require_certain(step, step.claim, point)


def _require_certain(step: Step, relation: Relation, point: Mapping[sp.Symbol, Any]) -> None:
    if not relation.certain(point):
        left, right = relation.compare(point)
        values = f"left {left.str(12)}, right {right.str(12)}"
        raise Rejected(step.name, "balls do not confirm it", _readable(point), values)


def _require_on_both_sides(
    step: Step, claim: Equivalence, point: Mapping[sp.Symbol, Any], u: Any
) -> None:
    """Below the bound both the condition and its solution hold; above it both certainly fail."""
    solved, below = claim.solved, isinstance(claim.solved.left, sp.Symbol)
    symbol, bound = (solved.left, solved.right) if below else (solved.right, solved.left)
    edge = evaluate(bound, point)
    if solved.sign == "=":
        _require_certain(step, claim.condition, {**point, symbol: edge})
        return
    inside, outside = (edge * u, edge / u) if below else (edge / u, edge * u)
    for relation in (claim.condition, solved):
        _require_certain(step, relation, {**point, symbol: inside})
        opposite = Relation(relation.right, "<", relation.left)
        _require_certain(step, opposite, {**point, symbol: outside})


def _require_approach(step: Step, claim: Relation, point: Mapping[sp.Symbol, Any]) -> None:
    """Closer to the limit point the formula is closer to the limit (or larger, for oo)."""
    formula, symbol, target, side = claim.left.args
    direction = 1 if str(side) == "+" else -1
    found = []
    for power in (9, 18, 27):
        near = sp.Rational(1, 10**power)
        there = 1 / near if target == sp.oo else target + direction * near
        value = evaluate(formula, {**point, symbol: evaluate(there, point)})
        found.append(
            1 / value if claim.right == sp.oo else abs(value - evaluate(claim.right, point))
        )
    if not (found[0] > found[1] > found[2] >= 0 and found[2] < 1e-3):
        values = ", ".join(value.str(6) for value in found)
        raise Rejected(step.name, "balls do not approach the limit", _readable(point), values)


def _readable(point: Mapping[sp.Symbol, Any]) -> dict[str, str]:
    return {str(symbol): value.str(8, radius=False) for symbol, value in point.items()}
