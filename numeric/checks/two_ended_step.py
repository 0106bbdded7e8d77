"""A step that is aligned at both ends, with the closed-form smoothness of the family."""

import math

from numeric.checks._prelude import *


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """m is the smaller rate, or less."""
    step = updates.moderate(updates.draw(rng, log_odds))
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


def at_point(step: updates.Step, theta: Array, w: Array, reward: Array) -> tuple[arb, arb, arb]:
    """J, E+[s] and the largest |s|."""
    correct = reward * np.exp(step.policy.log_probs(theta))
    score = step.policy.scores(theta) @ w
    J = correct.sum()
    return J, (correct * score).sum() / J, largest(abs(score))
