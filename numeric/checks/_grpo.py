"""GRPO and Dr. GRPO in balls: expectations over responses that have a length, and eqs. (20), (21).

A ``Group`` holds what eqs. (4) and (5) average: log-probabilities, scores along a direction,
rewards and lengths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from numeric.checks import _step
from numeric.checks._base import BITS, with_abbreviations
from numeric.checks._instances import Instance, Number, ball, log_linear, over_responses
from numeric.checks._step import draw_fraction as draw_fraction
from numeric.checks._sums import radius
from numeric.core.balls import Array, ball_precision, midpoints, to_balls
from theory.evaluate import Values
from theory.kernel.statement import Statement


@dataclass(frozen=True, eq=False)
class Group:
    """The responses to one prompt; all (n,) balls."""

    logp: Array
    score: Array
    reward: Array
    length: Array

    def formal(self) -> dict[str, Any]:
        rows = {"logp": self.logp, "score": self.score, "r": self.reward, "length": self.length}
        return over_responses(**rows, sigma=self.deviation()).formal()

    def deviation(self) -> arb:
        """sigma of eq. (5)."""
        return self.mean((self.reward - self.mean(self.reward)) ** 2).sqrt()

    def mean(self, f: Array) -> arb:
        return (np.exp(self.logp) * f).sum()

    def rates(self) -> Mapping[str, arb]:
        """J, F and gap."""
        return _step.from_definitions(self.logp, self.logp, self.score, self.reward)

    def aligned(self) -> Group:
        """The same group, seen along -w if the gap along w is negative."""
        with ball_precision(BITS):
            return self if self.rates()["gap"] > 0 else replace(self, score=-self.score)


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


THIRD = Fraction(1, 3)
TURNED = Instance(log_linear((THIRD, THIRD, THIRD), (1, 0, 0)), reward=(1, 1, 0), length=(8, 1, 8))
"""Two correct responses, the long one of score 2/3 and the short one of -1/3; the third fails."""

# -- the scalars of eqs. (20) and (21) -------------------------------------------------------------


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
            advantage = self.group.reward - self.scalars["J"]
            mean = alpha * self.group.mean(advantage * self.group.score)
            sigma = self.group.deviation()
            steps = {"eta_grpo": mean / sigma / T_psi, "eta_dr_grpo": mean}
        return {**self.scalars, "alpha": arb(alpha), **steps}


def draw_prompt(rng: np.random.Generator, log_odds: float | None = None) -> Prompt:
    """G is the largest score, L anything, T_psi the psi_1 norm of the lengths.

    T_inf exceeds the longest of them by a little or by much."""
    group = draw_group(rng, log_odds).aligned()
    with ball_precision(BITS):
        found = {**group.rates(), "sigma": group.deviation()}
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


def abbreviated(statement: Statement, measured: Values) -> dict[str, Any]:
    """The values, and the abbreviations of the claim that are not measured."""
    with ball_precision(BITS):
        return {**with_abbreviations(statement, measured), **measured}


@dataclass(frozen=True)
class Scalars:
    """Given numbers, all others 1 and L = 0; F = 1 - J and sigma = sqrt(JF) unless given."""

    given: Mapping[str, Number] = field(default_factory=dict)

    def formal(self) -> dict[str, Any]:
        ones = dict.fromkeys(("alpha", "gap", "G", "T_psi", "T_inf"), 1)
        values = {name: ball(x) for name, x in {**ones, "L": 0, **self.given}.items()}
        values.setdefault("F", 1 - values.get("J", arb(0)))
        values.setdefault("J", 1 - values["F"])
        values.setdefault("sigma", (values["J"] * values["F"]).sqrt())
        return values

    def shown(self) -> dict[str, str]:
        return {name: str(x) for name, x in self.given.items()}


def scalars(**given: Number) -> Scalars:
    return Scalars(given)
