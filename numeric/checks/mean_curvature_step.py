"""The step inequality with a curvature for each response.

The instances: log odds that are bent, so that the rare one of two responses has the large
curvature. With log odds f = a + b t + c t^2 and p = sigmoid(f) the scores are f'(1-p) and -f'p, and
their derivatives f''(1-p) - f'^2 p(1-p) and -f''p - f'^2 p(1-p).
"""

from numeric.checks._prelude import *
from theory.statements.mean_curvature_step import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """A random update, with a certified curvature of each score on its segment."""
    step = updates.draw(rng, log_odds)
    return {**updates.measured(step), **mean_curvatures(step)}


def mean_curvatures(step: updates.Step) -> dict[str, Any]:
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


def bent(
    odds: Number, bend: int, curvatures: Numbers, slope: Number = 0, eta: Number = QUARTER
) -> Instance:
    """Two responses, the first one correct, with bounds on the derivatives of their scores."""
    return Instance(two_arms(odds, slope, bend), eta, curvatures=curvatures)


NINTH = Fraction(1, 9)
RARE_SUCCESS = bent(NINTH, -1, (2, Fraction(1, 5)))
"""Gap 0, J = 1/10 falls: the scores are -2t(1-p) and 2tp, with 1-p <= 1 and p <= 1/10."""
LIKELY_SUCCESS = bent(9, -1, (Fraction(11, 50), Fraction(9, 5)))
"""Gap 0, J = 9/10 falls: 1-p <= 11/100 and p <= 9/10; E+[B]/(2(1-J)) is 11/10."""
RARE_FAILURE = bent(9, 1, (Fraction(1, 5), 2))
"""Gap 0, J = 9/10 rises: the scores are 2t(1-p) and -2tp, with 1-p <= 1/10 and p <= 1."""
FALLS = bent(NINTH, -1, (2, Fraction(21, 100)), slope=QUARTER, eta=Fraction(3, 8))
"""Log odds t/4 - t^2 + log 1/9: gap 1/4, and past eta = 1/4 the success rate has fallen."""
LIKELY = Instance(two_arms(9), HALF, QUARTER)

COUNTERS = counters(
    STATEMENT,
    DROPPED
    | {
        "half the curvature": RARE_SUCCESS,
        "E- in place of E+": RARE_SUCCESS,
        "J and 1 - J exchanged": LIKELY,
        "E- in place of E+, lower": RARE_SUCCESS,
        "E+ in place of E-, upper": RARE_FAILURE,
        "J and 1 - J exchanged, lower": LIKELY_SUCCESS,
        "twice the step": FALLS,
        "a step for E-": FALLS,
    },
)
