"""The psi_1 norm of a bounded length. All five hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks._sums import SHORTEST, at_least, draw_probabilities, radius
from theory.statements.psi1_length import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Whole lengths up to a million, at times all the same; T_inf lies above the longest one.

    ``log_odds`` has no part in this claim."""
    weight, _ = draw_probabilities(rng)
    X = np.floor(10 ** rng.uniform(0, 6, size=len(weight)))
    if rng.uniform() < 0.3:
        X[:] = X[0]
    T_inf = float(X.max()) * (1 + 10 ** rng.uniform(-9, 1))
    a = at_least(rng, radius(weight, to_balls(X)))
    tables = over_responses(weight=weight, X=to_balls(X), T_inf=arb(T_inf), a=arb(a))
    return drawn(STATEMENT, tables)


def instance(
    weight: Numbers = (1,), X: Numbers = (1,), T_inf: Number = 1, a: Number = SHORTEST
) -> Tables:
    """One token each, and a little more than 1/log 2."""
    return over_responses(weight=weight, X=X, T_inf=T_inf, a=a)


COUNTERS = counters(
    STATEMENT,
    {
        "half of T_inf/log 2": instance(),
        "half the mean": instance(),
        "twice the least norm": instance(),
        "drop nonnegative": instance(weight=(-6, 10, -3), X=(1, 2, 3), T_inf=3, a=1),
        "drop normalised": instance(weight=(HALF,), a=1),
        "drop bounded": instance(X=(2,), a=3),
        "drop nonempty": instance(X=(0,), a=1),
        "drop in_ball": instance(a=1),
    },
)
