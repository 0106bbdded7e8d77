"""Mean and second moment of a group's update, for any advantages that are computed from rewards."""

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
from theory.statements.group_second_moment import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return measured(STATEMENT, draw_sampled(rng, log_odds, draw_rule(rng)))


PAIR = Drawn(THREE, 2)
TWO_WRONG = replace(PAIR, policy=replace(THREE, reward=(1, 0, 0)))

COUNTERS = counters(
    STATEMENT,
    {
        "no noise": PAIR,
        "noise of one response": PAIR,
        "the right ones alone": TWO_WRONG,
        "twice the factor": PAIR,
        "drop interior": replace(PAIR, policy=NO_SUCCESS),
        "drop binary": replace(PAIR, policy=replace(THREE, reward=(1, 1, HALF))),
        "drop members": replace(PAIR, n=0),
        "drop hits": replace(PAIR, seen={1: 0}, note="response 1 is taken for response 0"),
        "drop rests": knowing(favouring(PAIR)),
        "drop independent": replace(PAIR, law=TAKING_TURNS),
        "drop told": favouring(PAIR),
        "drop balanced": replace(PAIR, rule=raw),
    },
)
