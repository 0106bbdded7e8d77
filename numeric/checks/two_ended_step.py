"""A step that is aligned at both ends, with the closed-form smoothness of the family."""

import math

import numpy as np
from flint import arb

from numeric.checks import _step
from numeric.checks._base import BITS
from numeric.core.balls import Array, ball_precision, largest, to_balls
from theory.evaluate import Values


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """m is the smaller rate, or less."""
    step = _step.moderate(_step.draw(rng, log_odds))
    ahead = abs(step.measure().log_odds_next)
    with ball_precision(BITS + 2 * math.ceil(float(ahead))):
        w, eta, reward = to_balls(step.w), arb(step.eta), to_balls(step.reward)
        start = to_balls(step.theta)
        J, rate, _ = at_point(step, start, w, reward)
        J_next, rate_next, G = at_point(step, start + eta * w, w, reward)
        lower = rate.min(rate_next)
        m = lower - abs(lower) * float(rng.choice([1e-12, rng.uniform()]))
        L = arb(step.policy.smoothness(step.w))
        return {
            "J": J,
            "J_next": J_next,
            "rate": rate,
            "rate_next": rate_next,
            "m": m,
            "L": L,
            "G": G,
            "eta": eta,
        }


def at_point(step: _step.Step, theta: Array, w: Array, reward: Array) -> tuple[arb, arb, arb]:
    """J, E+[s] and the largest |s|."""
    correct = reward * np.exp(step.policy.log_probs(theta))
    score = step.policy.scores(theta) @ w
    J = correct.sum()
    return J, (correct * score).sum() / J, largest(abs(score))
