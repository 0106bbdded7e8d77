"""GRPO without 1/|o| on a group of n."""

from collections.abc import Sequence

from numeric.checks._prelude import *
from numeric.checks._groups import (
    TAKING_TURNS,
    THREE,
    Drawn,
    blind,
    centred,
    draw_sampled,
    knowing,
    measured,
    spread,
    standardised,
)
from theory.statements.group_grpo import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return measured(STATEMENT, draw_sampled(rng, log_odds, standardised))


PAIR = Drawn(THREE, 2, standardised)
"""J = 2/3 and gap 3/2: two of nine outcomes are one right and one wrong, twice over."""
TURNS = replace(PAIR, law=TAKING_TURNS)


def halved(rewards: Sequence[arb]) -> list[arb]:
    return [a / 2 for a in standardised(rewards)]


def doubled(z: tuple[int, ...]) -> arb:
    """Twice the deviation; rewards of THREE."""
    return 2 * spread([arb(o < 2) for o in z]).sqrt()


DOUBLED = replace(PAIR, rule=halved, more={"deviation": doubled}, note="twice the deviation")

COUNTERS = counters(
    STATEMENT,
    {
        "the deviation of the policy": PAIR,
        "the factor of Dr. GRPO": PAIR,
        "sign flipped": PAIR,
        "drop nonempty": replace(PAIR, n=0),
        "drop interior": replace(PAIR, policy=NO_SUCCESS),
        "drop binary": replace(PAIR, policy=replace(THREE, reward=(1, 1, HALF))),
        "drop hits": replace(PAIR, seen={1: 0}, note="response 1 is taken for response 0"),
        "drop rests": knowing(TURNS),
        "drop independent": TURNS,
        "drop computed": blind(TURNS),
        "drop deviation": DOUBLED,
        "drop standardised": replace(PAIR, rule=centred),
    },
)
