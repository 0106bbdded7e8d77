"""Dr. GRPO on a group of n. Any outcomes of the draw will do, if every two members are
independent."""

from numeric.checks._prelude import *
from numeric.checks._groups import THREE, Drawn, Law, draw_sampled, measured
from theory.statements.group_dr_grpo import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return measured(STATEMENT, draw_sampled(rng, log_odds))


PAIR = Drawn(Instance(two_arms(3)), 2)
"""J = 3/4 and gap 1: 3/32 in place of 3/16."""
COPIES: Law = {(0, 0): HALF, (1, 1): HALF}

COUNTERS = counters(
    STATEMENT,
    {
        "not shortened": PAIR,
        "shortened twice": PAIR,
        "spread as in the limit": PAIR,
        "drop interior": replace(PAIR, policy=NO_SUCCESS),
        "drop binary": replace(PAIR, policy=Instance(two_arms(3), reward=(1, HALF))),
        "drop members": replace(PAIR, n=0),
        "drop hits": Drawn(THREE, 2, seen={1: 0}, note="response 1 is taken for response 0"),
        "drop pairwise": Drawn(Instance(FAIR), 2, law=COPIES),
    },
)
