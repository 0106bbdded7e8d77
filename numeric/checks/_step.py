"""Random one-step instances, and their numbers under the names that statements use.

Numbers are measured twice, in two ways that share no formula beyond the policy itself:

- ``measured``: `numeric.core.step`, from log odds and changes of logits. It knows that
probabilities sum
  to one and that scores have mean zero, and so keeps every digit where 1 - J = 1e-300.
- ``from_definitions``: sums over responses, as `theory.vocabulary` writes them. It knows nothing: F
is
  1 - J, m_plus is a conditional average. The claims about exactly these facts are tested on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import BITS
from numeric.core.balls import Array, ball_precision, largest, midpoints, to_balls
from numeric.core.policies import Policy
from numeric.core.step import (
    StepMeasurement,
    draw_step,
    measure_step,
    segment_curvatures,
    segment_smoothness,
)
from theory.evaluate import Values

EXTREME_LOG_ODDS = math.log1p(-1e-12) - math.log(1e-12)
"""1 - J = 1e-12; minus this, J = 1e-12."""

STEEPEST = 10**5
"""Where values are computed from definitions, log odds after the update stay below this."""


@dataclass(frozen=True, eq=False)
class Step:
    """One update of one policy: theta, w (d,), reward (n,) in {0, 1}, all in float64."""

    policy: Policy
    theta: Array
    w: Array
    eta: float
    reward: Array

    @cached_property
    def smoothness(self) -> float:
        """L of Assumption 1(b) on the segment [0, eta], certified and rounded up."""
        return segment_smoothness(self.policy, self.theta, self.w, self.eta)

    @cached_property
    def curvatures(self) -> Array:
        """A Lipschitz constant of each score on the segment, (n,) floats, certified too."""
        return segment_curvatures(self.policy, self.theta, self.w, self.eta)

    def measure(self) -> StepMeasurement:
        """In balls."""
        return measure_step(self.policy, to_balls(self.theta), self.w, self.eta, self.reward, BITS)


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Step:
    """A random policy, direction, step size and reward; log odds of success uniform or given."""
    wanted = rng.uniform(-EXTREME_LOG_ODDS, EXTREME_LOG_ODDS) if log_odds is None else log_odds
    return Step(*draw_step(rng, wanted))


def with_step_below(rng: np.random.Generator, step: Step, limit: Callable[[float], float]) -> Step:
    """The same step with eta < limit(L), over six decades or close to the limit.

    ``limit`` falls as L grows. L belongs to the segment and so depends on eta: its closed form,
    valid everywhere, gives a first step, and the L of its segment a longer one to try."""
    fraction = rng.choice([10 ** rng.uniform(-6, 0), rng.uniform(), 1.0]) * (1 - 1e-9)
    first = replace(step, eta=float(fraction * limit(step.policy.smoothness(step.w))))
    longer = replace(step, eta=float(fraction * limit(first.smoothness)))
    return longer if longer.eta < limit(longer.smoothness) * (1 - 1e-9) else first


def draw_fraction(rng: np.random.Generator) -> float:
    """Between 0 and 1: over nine decades, uniform, or hardly less than 1."""
    return float(rng.choice([10 ** rng.uniform(-9, 0), rng.uniform(), 1.0])) * (1 - 1e-9)


def measured(step: Step) -> Values:
    """The numbers of `numeric.core.step`, with L of the segment and G at theta, (12) and (13)."""
    m = step.measure()
    return {
        "eta": m.step_size,
        "L": arb(step.smoothness),
        "G": m.max_abs_score,
        "J": m.J,
        "F": m.fail,
        "J_next": m.J_next,
        "F_next": m.fail_next,
        "gap": m.alignment,
        "m_plus": m.mean_plus,
        "m_minus": m.mean_minus,
        "change": m.delta_log_odds,
    }


def defined(step: Step) -> Values:
    """The numbers from their definitions; eta, L and G too.

    1 - J' is computed as such, so the precision grows with the log odds after the update."""
    ahead = abs(step.measure().log_odds_next)
    with ball_precision(BITS + 2 * math.ceil(float(ahead))):
        theta, w, eta = to_balls(step.theta), to_balls(step.w), arb(step.eta)
        logp = step.policy.log_probs(theta)
        logp_next = step.policy.log_probs(theta + eta * w)
        score = step.policy.scores(theta) @ w
        values = from_definitions(logp, logp_next, score, to_balls(step.reward))
        G = largest(abs(score))
    return {**values, "eta": eta, "L": arb(step.smoothness), "G": G}


def draw_measured(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return measured(draw(rng, log_odds))


def draw_defined(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return defined(moderate(draw(rng, log_odds)))


def moderate(step: Step) -> Step:
    """The same step, shortened where log odds would leave [-STEEPEST, STEEPEST] by far."""
    ahead = abs(float(step.measure().delta_log_odds))
    return step if ahead <= STEEPEST else replace(step, eta=step.eta * STEEPEST / ahead)


def from_definitions(logp: Array, logp_next: Array, score: Array, reward: Array) -> dict[str, Any]:
    """Every abbreviation of `theory.statements._common` by its definition; arrays (n,) of balls.

    Nothing is assumed: logp need not be normalised, rewards need not be 0 or 1. ``scale`` is
    E|s|, the size of the terms that cancel in E[s]."""
    pi, pi_next, growth = np.exp(logp), np.exp(logp_next), np.exp(logp_next - logp)
    correct, incorrect = reward * pi, (1 - reward) * pi
    J, J_next = correct.sum(), (reward * pi_next).sum()
    F, F_next = 1 - J, 1 - J_next
    m_plus, m_minus = (correct * score).sum() / J, (incorrect * score).sum() / F
    return {
        "J": J,
        "F": F,
        "J_next": J_next,
        "F_next": F_next,
        "m_plus": m_plus,
        "m_minus": m_minus,
        "gap": m_plus - m_minus,
        "change": J_next.log() - F_next.log() - (J.log() - F.log()),
        "mean_score": (pi * score).sum(),
        "slope": (correct * score).sum(),
        "growth_plus": (correct * growth).sum() / J,
        "growth_minus": (incorrect * growth).sum() / F,
        "scale": (pi * abs(score)).sum(),
    }


def at_worst_response(step: Step) -> Values:
    """X and s of the response whose remainder X - eta s is largest."""
    with ball_precision(BITS):
        theta, w, eta = to_balls(step.theta), to_balls(step.w), arb(step.eta)
        X = step.policy.log_probs(theta + eta * w) - step.policy.log_probs(theta)
        s = step.policy.scores(theta) @ w
        worst = np.argmax(midpoints(abs(X - eta * s)))
        return {"X": X[worst], "s": s[worst], "eta": eta, "L": arb(step.smoothness)}
