"""The safe step size for tokens: below the largest of four thresholds, J strictly increases.

The fourth is that of Lemma 2, for steps of at most 1/(2 G sqrt T_psi). Each arm of the paper's
condition (18a) is at most half of the third or of the fourth, so (18a) is always below eta_safe.
"""

from theory.statements._prelude import *
from theory.statements._tree import *
from theory.statements.lemma_2_sharp import FACTOR, SHORT
from theory.tree import T, T_psi, either

branch_failure = 2 * F * gap / (L * length_plus)
branch_success = 2 * J * gap / (L * T + G**2 * T**2)
branch_both = gap / (L * T + G**2 * T**2 / 2)


def moment_branch(factor: Term) -> Term:
    """gap/(L T + factor G^2 T_psi/(1-J))."""
    return gap / (L * T + factor * G**2 * T_psi / F)


branch_moment = moment_branch(FACTOR)
SAFE_STEP = maximum(branch_failure, maximum(branch_success, branch_both))

POSITIVE = Hypothesis("positive_L", 0 < L, "the thresholds divide by L")
MODERATE = conj(eta < branch_moment, SHORT.formula)
BELOW = Hypothesis(
    "below_threshold", conj(0 < eta, either(eta < SAFE_STEP, MODERATE)), "0 < eta < eta_safe"
)

STATEMENT = Statement(
    slug="token_eta_safe",
    title="The safe step size, token by token",
    paper_ref="sharpens condition (18a)",
    kind="lower",
    hypotheses=(
        *POLICY,
        INDICATORS,
        SMOOTH,
        BOUNDED,
        LIGHT,
        NONEMPTY,
        VERIFIABLE,
        INTERIOR,
        POSITIVE,
        BELOW,
    ),
    conclusion=J < J_next,
    notation=(SUCCESS, FAILURE, SUCCESS_NEXT, GAP, LENGTH_PLUS),
    remark="eta_safe = max{ 2(1-J) gap/(L E+[len]), 2J gap/(L T + G^2 T^2), "
    "gap/(L T + G^2 T^2/2), min{ gap/(L T + 0.757 G^2 T_psi/(1-J)), 1/(2G sqrt T_psi) } }; "
    "0.757 is 4(2^(1/4) - 1).",
    twins=(
        Twin("the success rate falls", J_next < J),
        Twin("it doubles", 2 * J < J_next),
        Twin("any step size", drop="below_threshold"),
        Twin("any score", drop="smooth"),
    ),
)
