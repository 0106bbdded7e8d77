"""F3, at the response whose remainder is largest."""

from numeric.checks._prelude import *
from theory.statements.smoothness_remainder import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return updates.at_worst_response(updates.draw(rng, log_odds))


CURVED = Instance(FAIR, HALF, QUARTER, HALF)

COUNTERS = counters(
    STATEMENT,
    {
        **{twin.name: CURVED for twin in STATEMENT.twins if twin.conclusion is not None},
        "drop differentiable": replace(CURVED, line=FAIR.misreported(-1)),
        "drop smooth": BENDING,
        "drop forward": replace(BENDING, eta=-1),
    },
)
