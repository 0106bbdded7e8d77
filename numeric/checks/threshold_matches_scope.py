"""The least step of (19) is safe for large G.

`bounded` is not needed: any number G that is large will do, the scores don't matter. Nor is
`positive_L`: for L = 0 the scores are 0, so is the gap, and no step meets `step`. Nor is
`indicators` (see tree_path). All other hypotheses are needed.
"""

from dataclasses import replace
from math import sqrt

import numpy as np
from flint import arb

from numeric.checks import _tree_safe, _tree_step
from numeric.checks._tree_instances import Counters, flat, tree_counters
from numeric.checks.eta_safe import OVERSHOT
from theory.evaluate import Values, evaluate
from theory.statements.threshold_matches_scope import STATEMENT

FORMULAS = {h.name: h.formula for h in STATEMENT.hypotheses}
LARGE, STEP = FORMULAS["large_scores"], FORMULAS["step"].args[1]


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """G is hardly larger than it must be, or much larger."""
    step = _tree_safe.draw_aligned(rng, log_odds)
    values = _tree_safe.numbers(step)
    more = float(rng.choice([1.0, 10 ** rng.uniform(0, 3)])) * (1 + 1e-9)

    def bound(L: float) -> float:
        """Least G with LARGE, which is a L < F (L + G^2), times a factor."""
        least = evaluate(LARGE.args[0], {"L": L}) / values["F"] - L
        return more * max(step.score_bound, sqrt(least))

    def limit(L: float) -> float:
        """The largest eta with STEP, of which both sides are linear in eta or do not know it."""
        left, right = (
            evaluate(side, {**values, "L": L, "G": bound(L), "eta": 1.0}) for side in STEP.args
        )
        return right / left

    found = _tree_step.with_step_below(rng, step, limit)
    return {**_tree_step.measured(found), "G": arb(bound(found.smoothness))}


instance = tree_counters(STATEMENT)

COUNTERS: Counters = {
    **_tree_safe.safe_counters(STATEMENT, G=6),
    "drop nonempty": instance(
        _tree_safe.unstarted(G=8), "only the empty response: T = 0, and J stays", "nonempty"
    ),
    "drop large_scores": instance(
        flat(OVERSHOT), "G = 1.1 and gap 1/5: rare failures spread, J falls", "large_scores"
    ),
    "drop step": instance(
        flat(replace(OVERSHOT, G=100)), "G = 100 allows steps up to 0.0024 only, not 1", "step"
    ),
}
