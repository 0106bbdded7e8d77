"""The psi_1 norm. Of `normalised` and `length` either is enough, so that neither is needed.

Radii add up for any non-negative weights, as exp((X+Y)/(a+c)) is at most the mean of exp(X/a) and
exp(Y/c) with weights a and c. A larger radius: if X >= 0, the moment falls. If the weights sum to
one, the moment is convex in 1/b, is 1 at 1/b = 0 and at most 2 at 1/a; so it is at most 2 between.
"""

from numeric.checks._prelude import *
from numeric.checks._sums import at_least, draw_probabilities, radius
from theory.statements.psi1_norm import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Radii close to the norms, or larger; Y has any sign. ``log_odds`` has no part in this."""
    weight, value = draw_probabilities(rng)
    with ball_precision(BITS):
        X = abs(value)
    Y = to_balls(rng.normal(size=len(X)) * 10 ** rng.uniform(-6, 3))
    a, c = at_least(rng, radius(weight, X)), at_least(rng, radius(weight, Y))
    b, scale = at_least(rng, a), float(10 ** rng.uniform(-9, 9))
    numbers = {"a": arb(a), "b": arb(b), "c": arb(c), "scale": arb(scale)}
    return drawn(STATEMENT, over_responses(weight=weight, X=X, Y=Y, **numbers))


def instance(**given: Any) -> Tables:
    """X = Y = 1 and a = c = 2 unless given: every moment is sqrt(e) = 1.65, within 2."""
    numbers = {"a": 2, "b": 2, "c": 2, "scale": 1}
    return over_responses(**{"weight": (1,), "X": (1,), "Y": (1,), **numbers, **given})


COUNTERS = counters(
    STATEMENT,
    {
        "half the radius": instance(),
        "the second radius forgotten": instance(),
        "three quarters": instance(),
        "drop nonnegative": instance(weight=(-6, 10, -3), X=(0, 1, 2), Y=(0, 0, 0), a=1),
        "drop in_ball": instance(a=1, b=1),
        "drop wider": instance(b=1),
        "drop second": instance(Y=(4,)),
        "drop scale": instance(scale=0),
    },
)

WITHOUT = {"length": instance(X=(-1,)), "normalised": instance(weight=(HALF,))}
