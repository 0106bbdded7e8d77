"""Steps below eta_safe, up to the threshold itself, along directions of positive gap."""

from numeric.checks._prelude import *
from numeric.checks._safe import CREST, FALLING, OVERSHOT, SAFE, TURNED
from theory.statements.eta_safe import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    step = updates.draw(rng, log_odds)
    m = step.measure()
    if m.alignment < 0:
        step = replace(step, w=-step.w)
    gap, J, F, G = (float(x) for x in (abs(m.alignment), m.J, m.fail, m.max_abs_score))

    def threshold(L: float) -> float:
        return max(2 * F * gap / L, 2 * J * gap / (L + G**2), gap / (L + G**2 / 2))

    return updates.measured(updates.with_step_below(rng, step, threshold))


# a reward of 2: J = 49/50 has gap 25 and a threshold to match
REWARDED = replace(
    CREST,
    line=two_arms(Fraction(49, 51), 1, -1),
    L=Fraction(17, 4),
    G=Fraction(11, 20),
    reward=(2, 0),
)
COUNTERS = counters(
    STATEMENT,
    {
        "the success rate falls": SAFE,
        "it doubles": SAFE,
        "drop normalised": replace(FALLING, G=1),
        "drop differentiable": replace(SAFE, line=TURNED),
        "drop smooth": replace(CREST, G=HALF),
        "drop bounded": replace(OVERSHOT, G=0),
        "drop verifiable": REWARDED,
        "drop interior": NO_SUCCESS,
        # L = 0 forces constant scores, hence gap 0: the threshold 2 (1-J) gap / L is 0/0
        "drop positive_L": Instance(two_arms(1, slope=0), 1, G=1),
        "drop below_threshold": OVERSHOT,
    },
)
