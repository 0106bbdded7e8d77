"""J(0) = 1 and J(0) = 0. Only `normalised` and `verifiable` are needed.

With positive probabilities that sum to 1 and rewards 0 or 1, J(0) = 1 says that every response is
correct, whatever the updates are.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from numeric.checks._base import Counter
from numeric.checks._orbits import SIZE, Counters, one_response
from numeric.checks._raw_trajectory import Path, counter, fixed, steady
from numeric.checks._trajectory import by_step, draw_direction
from numeric.core.balls import ball_precision, to_balls
from numeric.core.step import draw_step
from theory.evaluate import Values
from theory.statements.theorem_1b_edges import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """All responses correct, or all incorrect; J(K) is summed after five updates."""
    policy, theta, _, eta, _ = draw_step(rng, log_odds)
    reward = int(rng.integers(2))
    with ball_precision():
        here = to_balls(theta)
        for _ in range(5):
            here = here + eta * to_balls(draw_direction(rng, np.ones(policy.d), first=False))
        end = (reward * np.exp(policy.log_probs(here))).sum()
    start, one = to_balls(np.array([float(reward), 1.0]))
    return {"J": by_step([start, end]), "K": 1, "scale": one}


def counted_twice() -> Counter:
    """Rewards 2 and 0: J = 2 pi(right) is 1 at the start and rises."""
    path = replace(steady(1, fixed(SIZE)), rewards=(2, 0))
    found = counter(STATEMENT, path, 1, "2 pi(right) rises above 1", "verifiable")
    start = to_balls(np.ones(1))[0]  # 2 * 1/2, which the ball of e^(-log 2) only contains
    return replace(found, values={**found.values, "J": by_step([start, found.values["J"](1)])})


def overflowing() -> Path:
    """One correct response whose weight is e^x, x = k + t: J(0) = 1 and J(1) = e."""
    return Path(
        logp=lambda k, t: (k + t,),
        score=lambda k, t: (t * 0 + 1,),
        eta=lambda k: to_balls(np.ones(1))[0],
        L=0,
        G=1,
        why={"smooth": "the score is 1", "bounded": "the score is 1"},
        rewards=(1,),
    )


COUNTERS: Counters = {
    "success is lost": lambda: counter(STATEMENT, one_response(1), 1, "J stays 1"),
    "J never changes": lambda: counter(
        STATEMENT, steady(Fraction(1, 9), fixed(SIZE)), 1, "J(0) = 1/10, and it rises"
    ),
    "every run succeeds": lambda: counter(
        STATEMENT, steady(Fraction(1, 9), fixed(SIZE)), 1, "J(1) is far below 1"
    ),
    "drop normalised": lambda: counter(STATEMENT, overflowing(), 1, "J(1) = e", "normalised"),
    "drop verifiable": counted_twice,
}
