"""One step on one sampled group, with any advantages that are computed from rewards."""

from numeric.checks._prelude import *
from numeric.checks._groups import TAKING_TURNS, THIRD, draw_rule, favouring, knowing, raw
from numeric.checks.group_safe_rate import (
    CURVED,
    EVEN,
    Updates,
    draw_updates,
    idle,
    late,
    parabola,
    still,
)
from theory.statements.group_rate import STATEMENT

NUMBERS = (
    "alpha",
    "L",
    "n",
    "J",
    "F",
    "factor",
    "second",
    "along",
    "right_squares",
    "wrong_squares",
    "trace_plus",
    "trace_minus",
    "gap2",
    "before",
    "after",
)


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    measured = drawn(STATEMENT, draw_updates(rng, log_odds, draw_rule(rng)))
    return {name: measured[name] for name in NUMBERS}


TRIPLE = Updates((THIRD, THIRD, THIRD), ((1,), (0,), (-1,)), (1, 1, 0), motion=parabola)
"""Two right responses of gradients 1 and 0, and a wrong one of gradient -1."""

COUNTERS = counters(
    STATEMENT,
    {
        "a longer step": CURVED,
        "no noise": TRIPLE,
        "half the curvature": CURVED,
        "drop interior": replace(EVEN, reward=(0, 0)),
        "drop binary": replace(EVEN, reward=(1, HALF)),
        "drop members": replace(EVEN, n=0),
        "drop hits": replace(TRIPLE, seen=(0, 0, 2)),
        "drop rests": replace(TRIPLE, told=lambda group: knowing(favouring(group))),
        "drop independent": replace(TRIPLE, law=TAKING_TURNS),
        "drop told": replace(TRIPLE, told=favouring),
        "drop balanced": replace(EVEN, rule=raw),
        "drop chances": replace(EVEN, law=dict.fromkeys(((0, 0), (0, 1), (1, 0), (1, 1)), HALF)),
        "drop centred": replace(EVEN, features=((0,), (-1,)), motion=parabola),
        "drop starts": replace(EVEN, motion=late),
        "drop differentiable": replace(EVEN, motion=still),
        "drop updates": replace(EVEN, motion=idle),
        "drop smooth": replace(EVEN, alpha=1, L=TINY),
        "drop rate": replace(EVEN, alpha=-1, L=TINY),
    },
)
