"""Scope of that remark: for scores much larger than sqrt L the step of (19) does not collapse.

Theorem 4 has an instance for G = sqrt L. Read as "for every G >= sqrt L" it is false: once
(1-J)(L + G^2) > 60 L, the least step of (19) lies below the sharp safe step, and J rises.
"""

from theory.statements._prelude import *
from theory.statements._tree import *
from theory.tree import T

STATEMENT = Statement(
    slug="threshold_matches_scope",
    title="The step of (19) raises J when G is large",
    paper_ref="Theorem 4 read as 'for every G_p >= sqrt L_p'",
    kind="scope",
    hypotheses=(
        *POLICY,
        INDICATORS,
        SMOOTH,
        BOUNDED,
        NONEMPTY,
        VERIFIABLE,
        INTERIOR,
        Hypothesis("positive_L", 0 < L, "the thresholds divide by L"),
        Hypothesis("large_scores", 60 * L < F * (L + G**2), "G^2 > (60/(1-J) - 1) L"),
        Hypothesis(
            "step",
            conj(0 < eta, eta * (L + G**2) * T <= 120 * gap),
            "a step up to the least one of eq. (19)",
        ),
    ),
    conclusion=J < J_next,
    notation=(SUCCESS, FAILURE, SUCCESS_NEXT, GAP),
    remark="Assumption 2 holds with any larger G as well; the bound itself is not used.",
    twins=(
        Twin("the success rate falls", J_next < J),
        Twin("it doubles", 2 * J < J_next),
        Twin("any step", drop="step"),
        Twin("scores of any size", drop="large_scores"),
    ),
)
