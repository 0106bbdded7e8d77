"""Steps below the token-level eta_safe, along directions of positive gap.

`indicators` is not needed (see tree_path), all other hypotheses are.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from numeric.checks import _tree_safe, _tree_step
from numeric.checks._base import BITS, Counter
from numeric.checks._dropped import HALF
from numeric.checks._instances import Instance, ball, two_arms
from numeric.checks._tree_instances import Counters, flat, tree_counters
from numeric.checks.eta_safe import OVERSHOT
from numeric.core.balls import ball_precision
from theory.evaluate import Values, evaluate
from theory.statements.token_eta_safe import SAFE_STEP, STATEMENT, branch_moment


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    step = _tree_safe.draw_aligned(rng, log_odds)
    values = _tree_safe.numbers(step)

    def threshold(L: float) -> float:
        safe, moderate = (evaluate(x, {**values, "L": L}) for x in (SAFE_STEP, branch_moment))
        return max(safe, min(moderate, step.short))

    return _tree_step.light(_tree_step.with_step_below(rng, step, threshold))


instance = tree_counters(STATEMENT)


def at_rest() -> Counter:
    """Nothing moves, and J is exactly 1/2 before and after the step."""
    found = instance(
        flat(Instance(two_arms(1, slope=0), HALF, G=1)),
        "L = 0 forces scores of 0, hence gap 0: the threshold 2 (1-J) gap/(L E+[len]) is 0/0",
        "positive_L",
    )()
    with ball_precision(BITS):
        return replace(found, values={**found.values, "J": ball(HALF), "J_next": ball(HALF)})


COUNTERS: Counters = {
    **_tree_safe.safe_counters(STATEMENT, G=1),
    "drop positive_L": at_rest,
    "drop bounded": instance(
        flat(replace(OVERSHOT, G=0)),
        "with G = 0 the threshold is gap/L, far beyond where rare failures spread",
        "bounded",
    ),
    "drop light": instance(
        flat(OVERSHOT, T_psi=Fraction(1, 1000)),
        "with T_psi = 1/1000 the threshold is about 2, far beyond where rare failures spread",
        "light",
    ),
    "drop nonempty": instance(
        _tree_safe.unstarted(G=1),
        "only the empty response: J stays, and the threshold 2 (1-J) gap/(L E+[len]) is 0/0",
        "nonempty",
    ),
    "drop below_threshold": instance(
        flat(OVERSHOT), "rare failures spread: J falls", "below_threshold"
    ),
}
