"""A response of a group, given the rewards."""

from numeric.checks._prelude import *
from numeric.checks._groups import (
    TAKING_TURNS,
    THREE,
    Drawn,
    draw_rule,
    draw_sampled,
    favouring,
    knowing,
    measured,
)
from theory.statements.given_rewards import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """The first member of a random group."""
    group = draw_sampled(rng, log_odds, draw_rule(rng))
    return measured(STATEMENT, replace(group, more={"a": 0}))


PAIR = Drawn(THREE, 2, more={"a": 0})

COUNTERS = counters(
    STATEMENT,
    {
        "exchanged": PAIR,
        "right ones alone": PAIR,
        "wrong ones pull the other way": PAIR,
        "drop interior": replace(PAIR, policy=NO_SUCCESS),
        "drop binary": replace(PAIR, policy=replace(THREE, reward=(1, 1, HALF))),
        "drop hits": replace(PAIR, seen={1: 0}, note="response 1 is taken for response 0"),
        "drop rests": knowing(favouring(PAIR)),
        "drop independent": replace(PAIR, law=TAKING_TURNS),
        "drop computed": favouring(PAIR),
    },
)
