"""Scope of Theorem 2: for scores much larger than sqrt L its least step does not collapse.

Theorem 2 has an instance for G = sqrt L. Read as "for every G >= sqrt L" it is false: near J = 0,
as soon as G^2 > 29 L, the step 60 gap/(L + G^2) lies below the sharp safe step 2(1-J) gap/L.
"""

from theory.statements._prelude import *
from theory.statements._common import *

STATEMENT = Statement(
    slug="theorem_2_scope",
    title="The least step of Theorem 2 raises J when G is large",
    paper_ref="Theorem 2 read as 'for every G_o >= sqrt L_o'",
    kind="scope",
    hypotheses=(
        NORMALISED,
        DIFFERENTIABLE,
        SMOOTH,
        VERIFIABLE,
        INTERIOR,
        Hypothesis("positive_L", 0 < L, "the thresholds divide by L"),
        Hypothesis("large_scores", 30 * L < F * (L + G**2), "G^2 > (30/(1-J) - 1) L"),
        Hypothesis(
            "step",
            conj(0 < eta, eta * (L + G**2) <= 60 * gap),
            "a step up to the least one of Theorem 2",
        ),
    ),
    conclusion=J < J_next,
    notation=(SUCCESS, FAILURE, SUCCESS_NEXT, GAP),
    remark="Assumption 1 holds with any larger G as well, so G^2 is no barrier; L is.",
    twins=(
        Twin("the success rate falls", J_next < J),
        Twin("it doubles", 2 * J < J_next),
        Twin("any step", drop="step"),
        Twin("scores of any size", drop="large_scores"),
    ),
)
