"""Both ends of one update. The hill of `worst_case_attained` reaches the lower one."""

from numeric.checks._prelude import *
from numeric.checks._instances import hill
from theory.statements.worst_case import STATEMENT

LONGEST = 20


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Steps of eta G up to 20: beyond, the chord of exp is a number without digits."""
    step = updates.draw(rng, log_odds)
    reach = float(step.measure().max_abs_score)
    return updates.measured(replace(step, eta=min(step.eta, LONGEST / reach)))


HILL = Instance(hill(Fraction(1, 8), Fraction(7, 16), 1, log_linear((1,), (0,))), HALF, 1, HALF)
"""J = 1/8 and gap = 1/2."""

COUNTERS = counters(
    STATEMENT,
    {name: replace(instance, G=instance.G or 1) for name, instance in DROPPED.items()}
    | {
        "half the curvature": HILL,
        "no spread above": rare_success(HALF),
        "the classes exchanged": rare_failure(HALF),
        "drop bounded": replace(rare_failure(HALF), G=TINY),
        "drop positive_G": Instance(BENDING.line, 1, 2),
    },
)
