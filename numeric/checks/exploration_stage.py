"""The second stage. `nonempty` and `unfinished` are not needed: the tokens are there, and a mean
that is above every reward but one is below that one."""

from numeric.checks._prelude import *
from numeric.checks._softmax import Table, draw_tokens
from theory.statements.exploration_stage import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """The best token has reward 1, all others less than p(best) <= V."""
    tokens = draw_tokens(rng, log_odds)
    with ball_precision(tokens.bits):
        shares = to_balls(rng.uniform(0, 0.999, size=tokens.n))
        rewards = shares * tokens.probabilities()[tokens.best]
        rewards[tokens.best] = arb(1)
    return replace(tokens, rewards=rewards).values(STATEMENT)


SECOND = Table((8, 1, 1), (1, Fraction(4, 5), 0))
"""p = 8/10, 1/10 and 1/10: V = 22/25."""

COUNTERS = counters(
    STATEMENT,
    {
        "the good token gains": SECOND,
        "the best token falls": SECOND,
        "the good token still rises": SECOND,
        "drop passed": replace(SECOND, weights=(1, 8, 1)),
        "drop moves": replace(SECOND, eta=-1),
        "drop other": replace(SECOND, good=0),
    },
)
