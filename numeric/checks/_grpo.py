"""GRPO and Dr. GRPO in balls: expectations over responses that have a length, and eqs. (20), (21).

A ``Group`` holds what eqs. (4) and (5) average: log-probabilities, scores along a direction,
rewards and lengths. Its numbers are sums over responses and know no identity between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from flint import arb

from numeric.checks import _step
from numeric.checks._base import BITS, Counter, Formula, check_hypotheses
from numeric.checks._instances import Instance, Number, ball, balls, counter, log_linear
from numeric.checks._psi1 import evaluated_counter, radius, responses, visibly_broken
from numeric.checks._raw_trajectory import Exact, exact
from numeric.core.balls import Array, ball_precision, midpoints, to_balls
from theory.evaluate import Values, evaluate
from theory.kernel.statement import Statement

Counters = dict[str, Callable[[], Counter]]


@dataclass(frozen=True, eq=False)
class Group:
    """The responses to one prompt; all (n,) balls."""

    logp: Array
    score: Array
    reward: Array
    length: Array

    def numbers(self, sigma: arb | None = None) -> dict[str, Any]:
        """Every abbreviation of `theory.statements._grpo` by its definition; sigma if given."""
        with ball_precision(BITS):
            base = _step.from_definitions(self.logp, self.logp, self.score, self.reward)
            pi, J, F = np.exp(self.logp), base["J"], base["F"]
            advantage = self.reward - J
            if sigma is None:
                sigma = (pi * advantage**2).sum().sqrt()
            per_token, inverse = self.score / self.length, 1 / self.length
            negative = np.array([a.min(arb(0)) for a in advantage], dtype=object)

            def plus(f: Array) -> arb:
                return (self.reward * pi * f).sum() / J

            def minus(f: Array) -> arb:
                return ((1 - self.reward) * pi * f).sum() / F

            return {
                "J": J,
                "F": F,
                "gap": base["gap"],
                "sigma": sigma,
                "grpo": (pi * (advantage / sigma) * per_token).sum(),
                "dr_grpo": (pi * advantage * self.score).sum(),
                "clipped": (pi * negative * self.score).sum(),
                "minus_one": (pi * (self.reward - 1) * self.score).sum(),
                "per_token_plus": plus(per_token),
                "per_token_minus": minus(per_token),
                "inverse_plus": plus(inverse),
                "inverse_minus": minus(inverse),
                "cov_plus": plus(per_token) - plus(inverse) * plus(self.score),
                "cov_minus": minus(per_token) - minus(inverse) * minus(self.score),
            }

    def aligned(self) -> Group:
        """The same group, seen along -w if the gap along w is negative."""
        with ball_precision(BITS):
            return self if self.numbers()["gap"] > 0 else replace(self, score=-self.score)


def draw_lengths(rng: np.random.Generator, score: Array, reward: Array) -> Array:
    """Whole lengths up to a million, (n,): any, all the same, told by success, or by the score.

    Told by the score, the shortest correct responses are those of least score, or of largest; the
    shortest incorrect ones the other way round."""
    length = np.floor(10 ** rng.uniform(0, 6, size=len(reward)))
    match rng.choice(["any", "same", "success", "score"]):
        case "same":
            length[:] = length[0]
        case "success":
            length = np.where(reward == 1, length[0], length[1])
        case "score":
            order = np.argsort(rng.choice([-1, 1]) * midpoints(score) * (2 * reward - 1))
            length[order] = np.sort(length)
    return length


def draw_group(rng: np.random.Generator, log_odds: float | None = None) -> Group:
    """A random policy, direction and reward of `_step.draw`, with random lengths."""
    step = _step.draw(rng, log_odds)
    with ball_precision(BITS):
        theta = to_balls(step.theta)
        logp, score = step.policy.log_probs(theta), step.policy.scores(theta) @ to_balls(step.w)
    length = draw_lengths(rng, score, step.reward)
    return Group(logp, score, to_balls(step.reward), to_balls(length))


# -- explicit groups -----------------------------------------------------------------------------


@dataclass(frozen=True)
class LengthInstance(Instance):
    """An instance whose responses have lengths; sigma is measured unless it is given."""

    length: tuple[Number, ...] = (1, 2)
    sigma: Number | None = None

    def values(self) -> Values:
        with ball_precision(BITS):
            logp, score = self.line.logp(arb(0)), self.line.score(arb(0))
            group = Group(logp, score, balls(self.reward), balls(self.length))
            return group.numbers(None if self.sigma is None else ball(self.sigma))

    def visibly_broken(self, statement: Statement) -> set[str]:
        """As every instance; and rewards, lengths and sigma are looked at as the claim says."""
        with ball_precision(BITS):
            listed = responses(
                logp=self.line.logp(arb(0)),
                score=self.line.score(arb(0)),
                r=balls(self.reward),
                length=balls(self.length),
            )
        found = visibly_broken(statement, {**self.values(), **listed})
        return super().visibly_broken(statement) | found

    def reasons(self) -> Mapping[str, str]:
        return {
            **super().reasons(),
            "verifiable": "the rewards are " + " and ".join(map(str, sorted(set(self.reward)))),
            "binary": "the rewards are 0 and 1",
            "lengths": "the lengths are " + ", ".join(map(str, self.length)),
            "spread": "sigma is measured",
            "aligned": "the gap is measured",
        }


THIRD = Fraction(1, 3)
TURNED = LengthInstance(
    log_linear((THIRD, THIRD, THIRD), (1, 0, 0)), 1, reward=(1, 1, 0), length=(8, 1, 8)
)
"""Two correct responses, the long one of score 2/3 and the short one of -1/3; the third fails."""


def group_counter(
    statement: Statement,
    instance: LengthInstance,
    note: str,
    drop: str | None = None,
    meaningless: bool = False,
) -> Callable[[], Counter]:
    """The instance, keeping every hypothesis but ``drop``, as `_instances.counter` checks it."""

    def make() -> Counter:
        found = counter(statement, instance, note, drop, meaningless)
        shown = {name: found.parameters[name] for name in ("line", "reward")}
        return replace(found, parameters={**shown, "length": str(instance.length)})

    return make


# -- the scalars of eqs. (20) and (21) -----------------------------------------------------------


def abbreviated(statement: Statement, values: Values) -> dict[str, Any]:
    """The values, and what the claim's abbreviations make of them unless they are given."""
    with ball_precision(BITS):
        known, found = {"one": arb(1), **values}, dict(values)
        for notation in statement.notation:
            symbol: Formula = notation.symbol
            found.setdefault(str(symbol.data), evaluate(notation.body, known))
        return found


@dataclass(frozen=True, eq=False)
class Prompt:
    """A group turned along its gap, with the scalars that do not depend on the learning rate."""

    group: Group
    scalars: Values

    def at_rate(self, alpha: float | arb) -> dict[str, Any]:
        """The scalars and both effective steps, alpha times the gradients (4) and (5).

        As in eq. (20), every response counts as T_psi tokens long."""
        with ball_precision(BITS):
            T_psi = self.scalars["T_psi"]
            even = replace(self.group, length=0 * self.group.length + T_psi).numbers()
            steps = {"eta_grpo": alpha * even["grpo"], "eta_dr_grpo": alpha * even["dr_grpo"]}
        return {**self.scalars, "alpha": arb(alpha), **steps}


def draw_prompt(rng: np.random.Generator, log_odds: float | None = None) -> Prompt:
    """G is the largest score, L anything, T_psi the psi_1 norm of the lengths.

    T_inf exceeds the longest of them by a little or by much."""
    group = draw_group(rng, log_odds).aligned()
    found = group.numbers()
    with ball_precision(BITS):
        G = max(abs(midpoints(group.score)))
        longest = max(midpoints(group.length))
        scalars = {
            **{name: found[name] for name in ("J", "F", "sigma", "gap")},
            "G": arb(float(G)),
            "L": arb(float(G**2 * 10 ** rng.uniform(-9, 6))),
            "T_inf": arb(float(longest * (1 + 10 ** rng.uniform(-9, 1)))),
            "T_psi": arb(radius(np.exp(group.logp), group.length)),
        }
    return Prompt(group, scalars)


def draw_fraction(rng: np.random.Generator) -> float:
    """Between 0 and 1: over nine decades, uniform, or hardly less than 1."""
    return float(rng.choice([10 ** rng.uniform(-9, 0), rng.uniform(), 1.0])) * (1 - 1e-9)


SIGNS = {"le": "<=", "lt": "<", "eq": "="}
SCALARS: Mapping[str, Exact] = {"alpha": 1, "gap": 1, "G": 1, "L": 0, "T_psi": 1, "T_inf": 1}


def scalar_counter(
    statement: Statement,
    note: str,
    drop: str | None = None,
    meaningless: bool = False,
    **given: Exact,
) -> Counter:
    """Given numbers, all others 1 and L = 0; F = 1 - J and sigma = sqrt(JF) unless given."""
    with ball_precision(BITS):
        values = {name: exact(x) for name, x in {**SCALARS, **given}.items()}
        values.setdefault("F", 1 - values.get("J", arb(0)))
        values.setdefault("J", 1 - values["F"])
        values.setdefault("sigma", (values["J"] * values["F"]).sqrt())
    values = abbreviated(statement, values)
    why = {
        name: ", ".join(
            f"{c.measured.str(4)} {SIGNS[c.relation]} {c.claimed.str(4)}" for c in checks
        )
        for name, checks in check_hypotheses(statement, values).items()
    }
    return evaluated_counter(statement, values, note, drop, why, meaningless, None, **given)


def scalar_counters(statement: Statement) -> Callable[..., Callable[[], Counter]]:
    """`scalar_counter` of one claim, to be called later."""
    return lambda *args, **given: partial(scalar_counter, statement, *args, **given)
