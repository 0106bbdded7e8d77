"""The least step of Theorem 2 is safe for large G. `positive_L` is not needed: for L = 0 the scores
are 0, so is the gap, and no step meets `step`."""

from dataclasses import replace
from functools import partial
from math import sqrt

import numpy as np
from flint import arb

from numeric.checks import _step
from numeric.checks._dropped import HALF, TINY, Counters
from numeric.checks._instances import Instance, Number, counter, two_arms, unnormalised
from numeric.checks._tree_safe import PENALISED
from numeric.checks.eta_safe import CREST, OVERSHOT, QUARTER, SAFE
from theory.evaluate import Values, evaluate
from theory.statements.theorem_2_scope import STATEMENT

FORMULAS = {h.name: h.formula for h in STATEMENT.hypotheses}
LARGE, STEP = FORMULAS["large_scores"], FORMULAS["step"].args[1]


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """G is hardly larger than it must be, or much larger; the gap is not too small to be seen."""
    step = _step.draw(rng, log_odds)
    m = step.measure()
    while abs(m.alignment) < 1e-25:
        step = _step.draw(rng, log_odds)
        m = step.measure()
    if m.alignment < 0:
        step = replace(step, w=-step.w)
    values = {"F": float(m.fail), "gap": float(abs(m.alignment))}
    more = float(rng.choice([1.0, 10 ** rng.uniform(0, 3)])) * (1 + 1e-9)

    def bound(L: float) -> float:
        """Least G with LARGE, which is a L < F (L + G^2), times a factor."""
        least = evaluate(LARGE.args[0], {"L": L}) / values["F"] - L
        return more * max(float(m.max_abs_score), sqrt(least))

    def limit(L: float) -> float:
        """The largest eta with STEP, of which both sides are linear in eta or do not know it."""
        left, right = (
            evaluate(side, {**values, "L": L, "G": bound(L), "eta": 1.0}) for side in STEP.args
        )
        return right / left

    found = _step.with_step_below(rng, step, limit)
    return {**_step.measured(found), "G": arb(bound(found.smoothness))}


MEASURED = dict.fromkeys(("large_scores", "step"), "measured")


def measured(instance: Instance, G: Number) -> Instance:
    """With another G, which no kept hypothesis but these two knows."""
    return replace(instance, G=G, because={**instance.because, **MEASURED})


LARGE_SCORES = measured(SAFE, 4)
RISES = partial(counter, STATEMENT, LARGE_SCORES, "J rises from 1/2, and can't double")


def dropped(name: str, instance: Instance, note: str) -> Counters:
    return {f"drop {name}": partial(counter, STATEMENT, instance, note, name)}


COUNTERS: Counters = {
    "the success rate falls": RISES,
    "it doubles": RISES,
    **dropped(
        "normalised",
        measured(Instance(unnormalised((HALF, HALF), (-HALF, -1)), QUARTER, TINY), 1),
        "both probabilities fall, the correct one more slowly: gap 1/2",
    ),
    **dropped(
        "differentiable",
        measured(Instance(two_arms(1, slope=-1).misreported(-1), HALF, QUARTER), 4),
        "the reported score has the wrong sign",
    ),
    **dropped("smooth", measured(Instance(two_arms(1, 1, -1), 2, TINY), 2), CREST),
    **dropped("verifiable", measured(PENALISED, 5), "rewards 1 and -1/2: gap 0.16"),
    "drop interior": partial(
        counter,
        STATEMENT,
        measured(Instance(two_arms(1), HALF, QUARTER, reward=(0, 0)), 4),
        "J = 0: the mean over correct responses is 0/0",
        "interior",
        meaningless=True,
    ),
    **dropped(
        "large_scores",
        measured(OVERSHOT, OVERSHOT.G),
        "G = 1.1 and gap 1/5: rare failures spread, J falls",
    ),
    **dropped("step", measured(OVERSHOT, 100), "G = 100 allows steps up to 0.0012 only, not 1"),
}
