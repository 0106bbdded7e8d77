"""Steps below eta_safe, up to the threshold itself, along directions of positive gap."""

from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks import _step
from numeric.checks._dropped import FAIR, HALF, TINY, Counters
from numeric.checks._instances import (
    Instance,
    counter,
    log_linear,
    two_arms,
    unnormalised,
    without_success,
)
from theory.evaluate import Values
from theory.statements.eta_safe import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    step = _step.draw(rng, log_odds)
    m = step.measure()
    if m.alignment < 0:
        step = replace(step, w=-step.w)
    gap, J, F, G = (float(x) for x in (abs(m.alignment), m.J, m.fail, m.max_abs_score))

    def threshold(L: float) -> float:
        return max(2 * F * gap / L, 2 * J * gap / (L + G**2), gap / (L + G**2 / 2))

    return _step.measured(_step.with_step_below(rng, step, threshold))


QUARTER = Fraction(1, 4)
SAFE = Instance(FAIR, HALF, QUARTER, HALF)
CREST = "log odds t - t^2 pass their crest and fall to -2 at eta = 2"

# Failures (of probability 1/100) of slopes 1 and -1, the second a little more likely: gap 1/5.
RARE = log_linear((Fraction(99, 100), Fraction(4, 1000), Fraction(6, 1000)), (0, 1, -1))
OVERSHOT = Instance(
    RARE,
    1,
    Fraction(2, 125),
    Fraction(11, 10),
    reward=(1, 0, 0),
    because={
        "smooth": "|score'| = Var(slopes) <= 0.01 (0.4 e^t + 0.6 e^-t) / 0.999 < 0.014 < L, t <= 1"
    },
)

COUNTERS: Counters = {
    "the success rate falls": partial(counter, STATEMENT, SAFE, "J rises from 1/2"),
    "it doubles": partial(counter, STATEMENT, SAFE, "J = 1/2 cannot double"),
    "drop normalised": partial(
        counter,
        STATEMENT,
        Instance(unnormalised((HALF, HALF), (-HALF, -1)), QUARTER, TINY, 1),
        "both probabilities fall, the correct one more slowly: gap 1/2",
        "normalised",
    ),
    "drop differentiable": partial(
        counter,
        STATEMENT,
        Instance(two_arms(1, slope=-1).misreported(-1), HALF, QUARTER, HALF),
        "the reported score has the wrong sign",
        "differentiable",
    ),
    "drop smooth": partial(
        counter, STATEMENT, Instance(two_arms(1, 1, -1), 2, TINY, HALF), CREST, "smooth"
    ),
    "drop bounded": partial(
        counter,
        STATEMENT,
        replace(OVERSHOT, G=0),
        "with G = 0 the threshold is gap/L, far beyond where rare failures spread",
        "bounded",
    ),
    "drop verifiable": partial(
        counter,
        STATEMENT,
        Instance(
            two_arms(Fraction(49, 51), 1, -1), 2, Fraction(17, 4), Fraction(11, 20), reward=(2, 0)
        ),
        "a reward of 2: J = 49/50 has gap 25 and a threshold to match; " + CREST,
        "verifiable",
    ),
    "drop interior": partial(without_success, STATEMENT),
    "drop positive_L": partial(
        counter,
        STATEMENT,
        Instance(two_arms(1, slope=0), 1, G=1),
        "L = 0 forces constant scores, hence gap 0: the threshold 2 (1-J) gap / L is 0/0",
        "positive_L",
        meaningless=True,
    ),
    "drop below_threshold": partial(
        counter, STATEMENT, OVERSHOT, "rare failures spread: J falls", "below_threshold"
    ),
}
