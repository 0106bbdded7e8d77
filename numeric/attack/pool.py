"""Instances on which a weakened claim is tried, the most readable ones first.

1. the claim's own explicit instances, ``COUNTERS`` of its check
2. a grid of small softmax policies: two responses, or a likely one and two rare ones
3. explicit instances of other claims, of the same kinds
4. random draws, of the claim itself or of claims about the same quantities

An explicit instance is data: every formula is decided on it as it stands. A draw is known by
measured numbers only; it keeps the hypotheses that it was drawn to keep, and others where numbers
say so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import (
    BITS,
    Formula,
    Instance,
    Truth,
    decide,
    with_abbreviations,
)
from numeric.checks._instances import Instance as OneStep
from numeric.checks._instances import ball, log_linear, two_arms
from numeric.checks._paths import Path, TreePath, once
from numeric.checks._trees import TreeInstance, flat
from numeric.core.balls import ball_precision
from theory.evaluate import Values
from theory.kernel.statement import Notation, Statement
from theory.statements import STATEMENTS

LOG_ODDS = (0.0, 1.0, -1.0, 2.0, -2.0, 4.0, -4.0, 8.0, -8.0, 16.0, -16.0, 27.6, -27.6, None)
"""Of success, where draws start; None: drawn too. Moderate ones are easier to read and come first.
"""
ENDLESS = {"diverges", "uniform", "constant"}
"""Hypotheses that a drawn trajectory can't keep, as it stays put after the run."""


@cache
def modules() -> dict[str, ModuleType]:
    """The checks that exist, in the order of the claims; a claim that is refuted has none."""
    return {
        slug: import_module(f"numeric.checks.{slug}")
        for slug, statement in STATEMENTS.items()
        if statement.expected != "refuted" and find_spec(f"numeric.checks.{slug}")
    }


@dataclass(frozen=True, eq=False)
class Candidate:
    """``code`` are lines that define ``instance``, or for a draw, ``values``. ``known`` are
    hypotheses, written out, that a draw keeps by its construction."""

    owner: str
    label: str
    code: tuple[str, ...]
    instance: Instance | None = None
    values: Values = field(default_factory=dict)
    known: frozenset[Formula] = frozenset()
    parameters: Mapping[str, str] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict, repr=False)

    def on(self, statement: Statement) -> Values:
        """The values, with the abbreviations of a statement. KeyError if it speaks of others."""
        if self.instance is None:
            return self.values
        if statement.notation not in self.memory:
            with ball_precision(BITS):
                found = with_abbreviations(statement, self.instance.formal())
            self.memory[statement.notation] = found
        found = self.memory[statement.notation]
        return found

    def truth(self, statement: Statement, formula: Formula) -> Truth:
        """Open where the instance lacks a number that the formula speaks of."""
        endless = any(h.name in ENDLESS for h in statement.hypotheses)
        key = (statement.notation, formula, endless and self.instance is None)
        if key not in self.memory:
            try:
                values = self.on(statement)
                if self.instance is None:
                    values = {n: x for n, x in values.items() if n not in ("Real", "Nat")}
                    if "M" in values and not endless:
                        values["Nat"] = range(values["K"] + 1)
                with ball_precision(BITS):
                    self.memory[key] = decide(formula, values)
            except (KeyError, TypeError, ValueError, IndexError):
                self.memory[key] = Truth.OPEN
        found: Truth = self.memory[key]
        return found


def candidates(
    statement: Statement, seed: int = 0, rounds: int = 20, thin: int = 1
) -> Iterator[Candidate]:
    """Everything to try on a claim or a weakened form of it, in order: one policy of the grid in
    ``thin``, and so many rounds of draws."""
    own = explicit(statement.slug)
    kinds = {type(c.instance) for c in own}
    yield from own
    for kind in (OneStep, Path, TreeInstance, TreePath):
        if kind in kinds:
            yield from small_policies(kind)[::thin]
    for slug in modules():
        if slug != statement.slug:
            yield from (c for c in explicit(slug) if type(c.instance) in kinds)
    for number in range(rounds):
        for donor in donors():
            if donor.lends_to(statement):
                yield from donor.draws(seed, number)


# -- explicit instances ----------------------------------------------------------------------------


@cache
def explicit(slug: str) -> tuple[Candidate, ...]:
    """The instances that the check of a claim has for its twins and hypotheses, each once."""
    module = modules().get(slug)
    tables = {
        "COUNTERS[{!r}]().instance": {
            name: make.args[2] for name, make in getattr(module, "COUNTERS", {}).items()
        },
        "WITHOUT[{!r}]": getattr(module, "WITHOUT", {}),
    }
    found: dict[int, Candidate] = {}
    for expression, instances in tables.items():
        for name, instance in instances.items():
            candidate = Candidate(
                owner=slug,
                label=f"instance {name!r} of numeric.checks.{slug}",
                code=(
                    f"from numeric.checks.{slug} import {expression.partition('[')[0]}",
                    f"instance = {expression.format(name)}",
                ),
                instance=instance,
                parameters=instance.shown(),
            )
            found.setdefault(id(instance), candidate)
    return tuple(found.values())


# -- random draws ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Donor:
    """Claims that share a function ``draw``."""

    slugs: tuple[str, ...]
    draw: Callable[[np.random.Generator, float | None], Values]

    @property
    def module(self) -> str:
        return f"numeric.checks.{self.slugs[0]}"

    def lends_to(self, statement: Statement) -> bool:
        """Whether every name in what is to be decided stands for the same thing in the draws."""
        if statement.slug in self.slugs:
            return True
        formal = statement.formal_hypotheses
        to_decide = [h.formula for h in statement.hypotheses if formal[h.name] not in self.known()]
        used = {n for f in (statement.conclusion, *to_decide) for n in _names(f)}
        theirs = {_name(n): n for s in self.slugs for n in STATEMENTS[s].notation}
        own = {_name(n): n for n in statement.notation}
        measured = self.measured()
        return all(name in measured and _alike(own.get(name), theirs.get(name)) for name in used)

    @lru_cache  # noqa: B019  donors live as long as the process
    def known(self) -> frozenset[Formula]:
        claims = (STATEMENTS[slug] for slug in self.slugs)
        return frozenset(f for claim in claims for f in claim.formal_hypotheses.values())

    @lru_cache  # noqa: B019
    def measured(self) -> frozenset[str]:
        return frozenset(self.draw(np.random.default_rng(0), None))

    @cache  # noqa: B019
    def draws(self, seed: int, number: int) -> tuple[Candidate, ...]:
        """Random instances that keep every hypothesis of these claims."""
        return tuple(
            Candidate(
                owner=self.slugs[0],
                label=f"random draw {number} of {self.module} at log odds {log_odds}",
                code=(
                    "import numpy as np",
                    f"from {self.module} import draw",
                    f"values = draw(np.random.default_rng(({seed}, {number})), {log_odds})",
                ),
                values=self.draw(np.random.default_rng((seed, number)), log_odds),
                known=self.known(),
                parameters={
                    "seed": f"({seed}, {number})",
                    "log odds": "drawn" if log_odds is None else str(log_odds),
                },
            )
            for log_odds in LOG_ODDS
        )


@cache
def donors() -> tuple[Donor, ...]:
    groups: dict[Any, list[str]] = {}
    for slug, module in modules().items():
        if hasattr(module, "draw"):
            groups.setdefault(module.draw, []).append(slug)
    return tuple(Donor(tuple(slugs), draw) for draw, slugs in groups.items())


def _alike(own: Notation | None, theirs: Notation | None) -> bool:
    if own is None or theirs is None:
        return own is theirs
    return (own.body, own.params) == (theirs.body, theirs.params)


def _names(formula: Formula) -> Iterator[str]:
    """Free variables and functions."""
    yield from (str(v.data) for v in formula.free)
    yield from (s.name for s in formula.symbols)


def _name(notation: Notation) -> str:
    symbol: Any = notation.symbol
    return str(symbol.name if hasattr(symbol, "sorts") else symbol.data)


# -- a grid of small policies ----------------------------------------------------------------------

ETAS = tuple(Fraction(n, 32) for n in (16, 1, 2, 4, 8, 32, 64))
IN_GAPS = tuple(Fraction(n, 4) for n in (2, 4, 6, 8, 9, 10, 12, 16))
"""Step sizes in units of the gap, for thresholds that are proportional to it."""
SURE = tuple(Fraction(n, 1000) for n in (900, 500, 750, 990, 999))
TILTS = tuple(Fraction(n, 100) for n in (50, 40, 45, 49, 55))
"""The first rare response's share of what the likely one leaves."""
ODDS = (Fraction(1), Fraction(1, 9), Fraction(9), Fraction(1, 99), Fraction(99))
NEAR = Fraction(1, 1000)

SEEN_AS: Mapping[type, tuple[str, Callable[[OneStep], Instance]]] = {
    OneStep: ("instance", lambda x: x),
    Path: ("then_rest(instance)", lambda x: then_rest(x)),
    TreeInstance: ("flat(instance)", flat),
    TreePath: ("TreePath(then_rest(instance))", lambda x: TreePath(then_rest(x))),
}
"""One update; as a trajectory, that update and then rest; as a tree, one token."""


@cache
def small_policies(kind: type) -> tuple[Candidate, ...]:
    expression, seen_as = SEEN_AS[kind]
    found = []
    for policy, line in [*_pairs(), *_threes(), *_tight()]:
        instance = seen_as(policy)
        numbers = f"{policy.eta!r}, {policy.L!r}, {policy.G!r}, {policy.reward}"
        code = (
            "from fractions import Fraction",
            "from numeric.attack.pool import then_rest",
            "from numeric.checks._instances import Instance, log_linear, two_arms",
            "from numeric.checks._paths import TreePath",
            "from numeric.checks._trees import flat",
            f"instance = Instance({line}, {numbers})",
            *((f"instance = {expression}",) if expression != "instance" else ()),
        )
        label = "small softmax policy" + ", then rest" * (kind in (Path, TreePath))
        found.append(Candidate("", label, code, instance, parameters=policy.shown()))
    return tuple(found)


def _pairs() -> Iterator[tuple[OneStep, str]]:
    """Log odds that rise with slope 1: |score'| = J(1-J) <= 1/4."""
    for odds in ODDS:
        G = max(odds, Fraction(1)) / (1 + odds)
        for eta in ETAS:
            yield OneStep(two_arms(odds), eta, Fraction(1, 4), G), f"two_arms({odds!r})"


def _threes() -> Iterator[tuple[OneStep, str]]:
    """A likely response of slope 0 and two rare ones of slopes 1 and -1, which fail or succeed.

    Var(slopes) is at most the rare probability, at most q e^eta/(p + q e^eta) for t <= eta."""
    for sure in SURE:
        for tilt in TILTS:
            rare = 1 - sure
            p = (sure, rare * tilt, rare * (1 - tilt))
            skew = abs(1 - 2 * tilt)
            for eta in ETAS + tuple(skew * n for n in IN_GAPS if skew):
                most = rare * Fraction(math.ceil(math.exp(eta) * 1000) + 1, 1000)
                L = Fraction(math.ceil(most / (sure + most) * 1000), 1000)
                G = 1 + abs(p[1] - p[2])
                for reward in ((1, 0, 0), (0, 1, 1)):
                    line = log_linear(p, (0, 1, -1))
                    yield OneStep(line, eta, L, G, reward), f"log_linear({p!r}, (0, 1, -1))"


def _tight() -> Iterator[tuple[OneStep, str]]:
    """Steps a little above the safe one, by which J falls: failures that spread, rare successes.

    The log odds change by gap eta - log cosh eta, which is negative from eta = 2 gap on, nearly;
    the slopes lie in [-1, 1], so that their variance L is at most 1."""
    p = (NEAR, (1 - NEAR) / 2, (1 - NEAR) / 2)
    for gap in (NEAR, Fraction(1, 10)):
        for factor in (Fraction(41, 20), Fraction(3), Fraction(7, 2)):
            line = log_linear(p, (gap, 1, -1))
            instance = OneStep(line, factor * gap, 1, 1 + gap, reward=(1, 0, 0))
            yield instance, f"log_linear({p!r}, ({gap!r}, 1, -1))"


def then_rest(instance: OneStep) -> Path:
    """The trajectory that makes the instance's update and then stays where it is; K = 1."""

    def line(k: int) -> Any:
        if k == 0:
            return instance.line
        end = np.exp(instance.line.logp(ball(instance.eta)))
        return log_linear(tuple(end), (0,) * len(end))

    formula = instance.line.formula
    return Path(
        line, once(instance.eta), instance.L, instance.G, instance.reward, 1, formula=formula
    )


def table(instance: OneStep) -> Mapping[str, str]:
    """Probabilities before and after the update, and scores, response by response."""
    with ball_precision(BITS):
        end = instance.line.logp(ball(instance.eta))
        return {
            "probabilities": _row(np.exp(instance.line.logp(arb(0)))),
            "after the update": _row(np.exp(end)),
            "scores": _row(instance.line.score(arb(0))),
        }


def _row(numbers: Any) -> str:
    return ", ".join(digits(x) for x in numbers)


ZERO = 1e-30


def digits(x: Any) -> str:
    """Six digits of a ball's midpoint; 0 for a tiny ball around it, nan where it is unbounded."""
    number = arb(x)
    if not number.is_finite():
        return "nan"
    if number.contains(0) and number.rad() < ZERO:
        return "0"
    return str(number.mid().str(6, radius=False))
