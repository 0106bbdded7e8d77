"""GRPO along the gap, as printed, is false: three responses refute it.

They are no exception. Any policy with a correct response of negative score refutes it, once its
responses have the wrong lengths: ``turned`` draws such policies."""

import math

from numeric.checks._prelude import *
from numeric.checks._grpo import TURNED, Group
from numeric.core.policies import LogLinear
from numeric.core.step import gradient_gap
from theory.statements.grpo_along_gap_printed import STATEMENT

# J = 2/3 and gap 1/2; per token the correct scores average (1/12 - 1/3)/2 = -1/8, the others -1/24
COUNTERS = counters(STATEMENT, {"printed": TURNED})

LONGEST = 10**6


def turned(rng: Generator) -> Values:
    """A random log-linear policy, moved along its gap, with lengths that turn GRPO round.

    Correct responses of negative score get a few tokens each, and all others so many, up to a
    million, that they hardly count."""
    while True:
        policy, theta, reward = draw_log_linear(rng)
        gap = gradient_gap(policy, theta, reward).gap
        w = to_balls(gap / np.linalg.norm(gap) * (1 - 1e-15))
        with ball_precision(BITS):
            logp = policy.log_probs(to_balls(theta))
            score = policy.scores(to_balls(theta)) @ w
        against = (reward == 1) & (midpoints(score) < 0)
        if against.any():
            length = opposed_lengths(rng, np.exp(logp), score, reward, against)
            if largest(length) <= LONGEST:
                return drawn(STATEMENT, Group(logp, score, to_balls(reward), length))


def draw_log_linear(rng: Generator) -> tuple[LogLinear, Array, Array]:
    """Policy, theta (d,) and reward (n,): log odds of success in [-20, 20], two correct or more."""
    n, d = int(rng.integers(3, 9)), int(rng.integers(1, 6))
    reward = rng.permutation((np.arange(n) < rng.integers(2, n)).astype(np.float64))
    features, theta = rng.normal(size=(n, d)) * 10 ** rng.uniform(-1, 1), rng.normal(size=d)
    now = gradient_gap(LogLinear(features, np.zeros(n)), theta, reward).log_odds
    return LogLinear(features, (rng.uniform(-20, 20) - now) * reward), theta, reward


def opposed_lengths(
    rng: Generator, pi: Array, score: Array, reward: Array, against: Array
) -> Array:
    """Random short lengths where ``against``, random long ones elsewhere; all arrays (n,).

    Per token, the short responses take at least ``pull`` from the gap. The long ones add at most
    ``push`` over the least of their lengths, which is chosen to make that half of ``pull``."""
    short = rng.integers(1, 10, size=len(pi))
    with ball_precision(BITS):
        J = (reward * pi).sum()
        size = abs(score) * pi * (reward / J + (1 - reward) / (1 - J))
        pull, push = size[against].sum() / int(short.max()), size[~against].sum()
        least = math.ceil(float(2 * push / pull))
        length = [int(s) * (1 if a else least) for s, a in zip(short, against, strict=True)]
        return np.array([arb(x) for x in length], dtype=object)
