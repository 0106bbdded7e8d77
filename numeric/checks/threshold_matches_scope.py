"""The least step of (19) is safe for large G.

`bounded` is not needed: any number G that is large will do, the scores don't matter. Nor is
`positive_L`: for L = 0 the scores are 0, so is the gap, and no step meets `step`. Nor is
`indicators` (see tree_path). All other hypotheses are needed.
"""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._safe import OVERSHOT, safe_instances, unstarted
from numeric.checks._tree_step import draw_aligned, numbers
from numeric.checks._trees import flat, unindicated
from theory.statements.threshold_matches_scope import STATEMENT

FORMULAS = {h.name: h.formula for h in STATEMENT.hypotheses}
LARGE, STEP = FORMULAS["large_scores"], FORMULAS["step"].args[1]


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """G is hardly larger than it must be, or much larger."""
    step = draw_aligned(rng, log_odds)
    values = numbers(step)
    more = float(rng.choice([1.0, 10 ** rng.uniform(0, 3)])) * (1 + 1e-9)

    def bound(L: float) -> float:
        """Least G with LARGE, which is a L < F (L + G^2), times a factor."""
        least = evaluate(LARGE.args[0], {"L": L}) / values["F"] - L
        return more * max(step.score_bound, least**0.5)

    def limit(L: float) -> float:
        """The largest eta with STEP, of which both sides are linear in eta or do not know it."""
        left, right = (
            evaluate(side, {**values, "L": L, "G": bound(L), "eta": 1.0}) for side in STEP.args
        )
        return right / left

    found = _tree_step.with_step_below(rng, step, limit)
    return {**_tree_step.measured(found), "G": arb(bound(found.smoothness))}


COUNTERS = counters(
    STATEMENT,
    safe_instances(G=6)
    | {
        "drop nonempty": unstarted(G=8),
        "drop large_scores": flat(OVERSHOT),
        "drop step": flat(replace(OVERSHOT, G=100)),
    },
)

WITHOUT = {"indicators": unindicated(FAIR, G=6, eta=Fraction(1, 100))}
