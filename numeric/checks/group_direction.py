"""The direction of a group's update, for any advantages that are computed from rewards."""

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
    raw,
)
from theory.statements.group_direction import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return measured(STATEMENT, draw_sampled(rng, log_odds, draw_rule(rng)))


PAIR = Drawn(THREE, 2)

COUNTERS = counters(
    STATEMENT,
    {
        "twice the factor": PAIR,
        "sign flipped": PAIR,
        "drop nonempty": replace(PAIR, n=0),
        "drop interior": replace(PAIR, policy=NO_SUCCESS),
        "drop binary": replace(PAIR, policy=replace(THREE, reward=(1, 1, HALF))),
        "drop hits": replace(PAIR, seen={1: 0}, note="response 1 is taken for response 0"),
        "drop rests": knowing(favouring(PAIR)),
        "drop independent": replace(PAIR, law=TAKING_TURNS),
        "drop computed": favouring(PAIR),
        "drop balanced": replace(PAIR, rule=raw),
    },
)
