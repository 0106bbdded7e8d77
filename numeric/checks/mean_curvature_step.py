"""The step inequality with a curvature for each response.

The instances: log odds that are bent, so that the rare one of two responses has the large
curvature. With log odds f = a + b t + c t^2 and p = sigmoid(f) the scores are f'(1-p) and -f'p, and
their derivatives f''(1-p) - f'^2 p(1-p) and -f''p - f'^2 p(1-p).
"""

from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from numeric.checks import _step
from numeric.checks._base import BITS
from numeric.checks._dropped import DROPPED, FAIR, HALF, Counters
from numeric.checks._instances import Instance, Number, counter, two_arms
from numeric.core.balls import Array, ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.mean_curvature_step import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """A random update, with a certified curvature of each score on its segment."""
    step = _step.draw(rng, log_odds)
    return {**_step.measured(step), **mean_curvatures(step)}


def mean_curvatures(step: _step.Step) -> dict[str, Any]:
    """E+[B] and E-[B], from the logits of either kind of response."""
    with ball_precision(BITS):
        weight = np.exp(step.policy.logits(to_balls(step.theta)))
        bounds, plus = to_balls(step.curvatures), step.reward == 1
        return {
            "curvature_plus": _mean(weight[plus], bounds[plus]),
            "curvature_minus": _mean(weight[~plus], bounds[~plus]),
        }


def _mean(weight: Array, f: Array) -> Any:
    return (weight * f).sum() / weight.sum()


def alike(instance: Instance) -> Instance:
    """The same B for all responses, L."""
    return replace(instance, curvatures=(instance.L,) * len(instance.reward))


QUARTER = Fraction(1, 4)


def bent(
    odds: Number,
    bend: int,
    curvatures: tuple[Number, ...],
    why: str,
    slope: Number = 0,
    eta: Number = QUARTER,
) -> Instance:
    """Two responses, the first one correct, with bounds on the derivatives of their scores."""
    line = two_arms(odds, slope, bend)
    return Instance(line, eta, because={"smooth": why}, curvatures=curvatures)


RARE_SUCCESS = partial(
    counter,
    STATEMENT,
    bent(
        Fraction(1, 9),
        -1,
        (2, Fraction(1, 5)),
        "J falls from 1/10: the scores are -2t(1-p) and 2tp, with 1-p <= 1 and p <= 1/10",
    ),
    "gap 0, J = 1/10 falls: E+[B] = 2, E-[B] = 1/5",
)
LIKELY_SUCCESS = partial(
    counter,
    STATEMENT,
    bent(
        9,
        -1,
        (Fraction(11, 50), Fraction(9, 5)),
        "J falls from 9/10, its log odds by at most 1/16: the scores are -2t(1-p) and 2tp, with"
        " 1-p <= 11/100 and p <= 9/10",
    ),
    "gap 0, J = 9/10 falls: log odds change by -eta^2, and E+[B]/(2(1-J)) is 11/10",
)
RARE_FAILURE = partial(
    counter,
    STATEMENT,
    bent(
        9,
        1,
        (Fraction(1, 5), 2),
        "J rises from 9/10: the scores are 2t(1-p) and -2tp, with 1-p <= 1/10 and p <= 1",
    ),
    "gap 0, J = 9/10 rises: E-[B] = 2, E+[B] = 1/5",
)
FALLS = partial(
    counter,
    STATEMENT,
    bent(
        Fraction(1, 9),
        -1,
        (2, Fraction(21, 100)),
        "f' <= 1/2 in size and p <= 21/200: 2(1-p) + f'^2 p(1-p) <= 2(1-p)(1+p) <= 2, and"
        " 2p - f'^2 p(1-p) lies between 0 and 2p",
        slope=QUARTER,
        eta=Fraction(3, 8),
    ),
    "log odds t/4 - t^2 + log 1/9: gap 1/4, and past eta = 1/4 the success rate has fallen",
)
LIKELY = partial(
    counter, STATEMENT, alike(Instance(two_arms(9), HALF, QUARTER)), "J = 9/10 has little to gain"
)
NO_SUCCESS = alike(Instance(FAIR, HALF, QUARTER, reward=(0, 0)))

COUNTERS: Counters = {
    **{
        f"drop {name}": partial(counter, STATEMENT, alike(found), note, name)
        for name, (found, note) in DROPPED.items()
    },
    "drop interior": partial(
        counter,
        STATEMENT,
        NO_SUCCESS,
        "J = 0: the mean over correct responses is 0/0",
        "interior",
        True,
    ),
    "half the curvature": RARE_SUCCESS,
    "E- in place of E+": RARE_SUCCESS,
    "J and 1 - J exchanged": LIKELY,
    "E- in place of E+, lower": RARE_SUCCESS,
    "E+ in place of E-, upper": RARE_FAILURE,
    "J and 1 - J exchanged, lower": LIKELY_SUCCESS,
    "twice the step": FALLS,
    "a step for E-": FALLS,
}
