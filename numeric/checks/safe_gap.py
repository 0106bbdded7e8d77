"""Steps up to the exact safe one, along directions of positive gap.

`positive_L` is not needed: if L <= 0 all scores are 0, and no gap is above 0. Nor is `started`: a
step back has no shorter ones."""

from numeric.checks._prelude import *
from numeric.checks._safe import CREST, FALLING, OVERSHOT, SAFE, TURNED
from numeric.checks.eta_safe import REWARDED
from theory.safe_step import longest_safe
from theory.statements.safe_gap import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    step = updates.draw(rng, log_odds)
    m = step.measure()
    if m.alignment < 0:
        step = replace(step, w=-step.w)
    gap, J, G = (float(x) for x in (abs(m.alignment), m.J, m.max_abs_score))
    failure = float(m.fail)
    step = updates.with_step_below(rng, step, lambda L: longest_safe(J, failure, gap, L, G))
    parts = (1.0, rng.uniform(), 0.01)

    def J_at(size: arb) -> arb:
        return replace(step, eta=float(size)).measure().J_next

    sizes = [arb(step.eta * part) for part in parts]
    return {**updates.measured(step), "Real": sizes, "J_at": J_at}


COUNTERS = counters(
    STATEMENT,
    {
        "the success rate falls": SAFE,
        "it doubles": SAFE,
        "drop normalised": replace(FALLING, G=1),
        "drop differentiable": replace(SAFE, line=TURNED),
        "drop smooth": replace(CREST, G=HALF),
        "drop bounded": replace(OVERSHOT, G=TINY),
        "drop verifiable": REWARDED,
        "drop interior": NO_SUCCESS,
        "drop positive_G": Instance(BENDING.line, 1, 2),
        "drop above": OVERSHOT,
    },
)

WITHOUT = {"started": replace(SAFE, eta=-1)}
