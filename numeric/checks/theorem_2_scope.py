"""The least step of Theorem 2 is safe for large G. `positive_L` is not needed: for L = 0 the scores
are 0, so is the gap, and no step meets `step`."""

from numeric.checks._prelude import *
from numeric.checks._safe import CREST, FALLING, OVERSHOT, PENALISED, SAFE, TURNED
from theory.statements.theorem_2_scope import STATEMENT

FORMULAS = {h.name: h.formula for h in STATEMENT.hypotheses}
LARGE, STEP = FORMULAS["large_scores"], FORMULAS["step"].args[1]


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """G is hardly larger than it must be, or much larger; the gap is not too small to be seen."""
    step = updates.draw(rng, log_odds)
    m = step.measure()
    while abs(m.alignment) < 1e-25:
        step = updates.draw(rng, log_odds)
        m = step.measure()
    if m.alignment < 0:
        step = replace(step, w=-step.w)
    values = {"F": float(m.fail), "gap": float(abs(m.alignment))}
    more = float(rng.choice([1.0, 10 ** rng.uniform(0, 3)])) * (1 + 1e-9)

    def bound(L: float) -> float:
        """Least G with LARGE, which is a L < F (L + G^2), times a factor."""
        least = evaluate(LARGE.args[0], {"L": L}) / values["F"] - L
        return more * max(float(m.max_abs_score), least**0.5)

    def limit(L: float) -> float:
        """The largest eta with STEP, of which both sides are linear in eta or do not know it."""
        left, right = (
            evaluate(side, {**values, "L": L, "G": bound(L), "eta": 1.0}) for side in STEP.args
        )
        return right / left

    found = updates.with_step_below(rng, step, limit)
    return {**updates.measured(found), "G": arb(bound(found.smoothness))}


COUNTERS = counters(
    STATEMENT,
    {
        "the success rate falls": replace(SAFE, G=4),
        "it doubles": replace(SAFE, G=4),
        "drop normalised": replace(FALLING, G=1),
        "drop differentiable": replace(SAFE, line=TURNED, G=4),
        "drop smooth": replace(CREST, G=2),
        "drop verifiable": replace(PENALISED, G=5),
        "drop interior": replace(SAFE, G=4, reward=(0, 0)),
        "drop large_scores": OVERSHOT,
        "drop step": replace(OVERSHOT, G=100),
    },
)
