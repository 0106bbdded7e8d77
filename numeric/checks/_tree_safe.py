"""Steps on which J must rise: random directions of positive gap, and instances where J falls.

The instances are those of `eta_safe`, seen as trees of one token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from numeric.checks import _tree_step
from numeric.checks._dropped import HALF, TINY
from numeric.checks._instances import Instance, Number, log_linear, two_arms, unnormalised
from numeric.checks._tree_dropped import QUARTER, shape_counters
from numeric.checks._tree_instances import Counters, TreeInstance, flat, tree_counters
from numeric.checks._tree_step import Step
from numeric.checks._trees import EMPTY, STILL, on_prefixes
from numeric.checks.eta_safe import CREST, SAFE
from theory.kernel.statement import Statement


def draw_aligned(rng: np.random.Generator, log_odds: float | None = None) -> Step:
    """A random step, turned along its gap if the gap along w is negative."""
    step = _tree_step.draw(rng, log_odds)
    return replace(step, w=-step.w) if step.measure().alignment < 0 else step


def numbers(step: Step) -> Mapping[str, float]:
    """What thresholds are made of, but for L; in float64."""
    m = step.measure()
    values = {
        "J": m.J,
        "F": m.fail,
        "gap": abs(m.alignment),
        "G": step.score_bound,
        "T": step.longest,
        "length_plus": step.mean_lengths()[0],
        "T_psi": step.length_norm,
    }
    return {name: float(x) for name, x in values.items()}


def safe_counters(statement: Statement, G: Number) -> Counters:
    """The false twins, and the hypotheses that do not depend on a threshold. G bounds scores."""
    instance = tree_counters(statement)
    rising = instance(flat(replace(SAFE, G=G)), "J rises from 1/2 to 0.62")

    def dropped(name: str, found: Instance, note: str) -> Counters:
        return {f"drop {name}": instance(flat(found), note, name)}

    return {
        **shape_counters(statement, G),
        "the success rate falls": rising,
        "it doubles": rising,
        **dropped(
            "interior",
            replace(SAFE, G=G, reward=(0, 0)),
            "J = 0 stays 0; the mean score of correct responses, 0/0, may be any number",
        ),
        **dropped(
            "normalised",
            Instance(unnormalised((HALF, HALF), (-HALF, -1)), QUARTER, TINY, G),
            "both probabilities fall, the correct one more slowly: gap 1/2",
        ),
        **dropped(
            "differentiable",
            Instance(two_arms(1, slope=-1).misreported(-1), HALF, QUARTER, G),
            "the reported score has the wrong sign",
        ),
        **dropped("smooth", Instance(two_arms(1, 1, -1), 2, TINY, G), CREST),
        **dropped(
            "verifiable",
            PENALISED,
            "rewards 1 and -1/2: gap 0.16, and penalised responses that spread",
        ),
    }


PENALISED = Instance(
    log_linear((HALF, Fraction(23, 100), Fraction(27, 100)), (0, 1, -1)),
    Fraction(8, 25),
    Fraction(11, 20),
    7,
    reward=(1, -HALF, -HALF),
    because={
        "smooth": "|score'| = Var(slopes) <= m/(1/2 + m), where m = (23 e^t + 27 e^-t)/100 < 13/25 "
        "for t <= 8/25: 26/51 < L"
    },
)


def unstarted(G: Number) -> TreeInstance:
    """The empty response alone, with the reward 1/2."""
    because = {**STAYING, "verifiable": "the reward is 1/2"}
    values = {"eta": HALF, "L": QUARTER, "G": G, "T_psi": 1}
    return TreeInstance(EMPTY, on_prefixes(EMPTY, STILL), values, (HALF,), because=because)


STAYING = dict.fromkeys(("normalised", "differentiable", "smooth"), "the only prefix never moves")
