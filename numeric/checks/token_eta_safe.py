"""Steps below the token-level eta_safe, along directions of positive gap.

`indicators` is not needed (see tree_path), all other hypotheses are.
"""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._safe import OVERSHOT, safe_instances, unstarted
from numeric.checks._tree_step import draw_aligned, numbers
from numeric.checks._trees import flat, unindicated
from theory.statements.token_eta_safe import SAFE_STEP, STATEMENT, branch_moment


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    step = draw_aligned(rng, log_odds)
    values = numbers(step)

    def threshold(L: float) -> float:
        safe, moderate = (evaluate(x, {**values, "L": L}) for x in (SAFE_STEP, branch_moment))
        return max(safe, min(moderate, step.short))

    return _tree_step.light(_tree_step.with_step_below(rng, step, threshold))


COUNTERS = counters(
    STATEMENT,
    safe_instances(G=1)
    | {
        # L = 0 forces scores of 0, hence gap 0: the threshold 2 (1-J) gap/(L E+[len]) is 0/0
        "drop positive_L": flat(Instance(two_arms(1, slope=0), HALF, G=1)),
        # with G = 0 the threshold is gap/L, far beyond where rare failures spread
        "drop bounded": flat(replace(OVERSHOT, G=0)),
        "drop light": flat(OVERSHOT, T_psi=Fraction(1, 1000)),
        "drop nonempty": unstarted(G=1),
        "drop below_threshold": flat(OVERSHOT),
    },
)

WITHOUT = {"indicators": unindicated(FAIR, G=1, eta=Fraction(1, 20))}
