"""The safe step size: below the largest of three thresholds, J strictly increases."""

from theory.statements._prelude import *
from theory.statements._common import *

branch_failure = 2 * F * gap / L
branch_success = 2 * J * gap / (L + G**2)
branch_both = gap / (L + G**2 / 2)
SAFE_STEP = maximum(branch_failure, maximum(branch_success, branch_both))

POSITIVE = Hypothesis("positive_L", 0 < L, "the thresholds divide by L")
BELOW = Hypothesis("below_threshold", conj(0 < eta, eta < SAFE_STEP), "0 < eta < eta_safe")

STATEMENT = Statement(
    slug="eta_safe",
    title="The safe step size",
    paper_ref="sharpens condition (15a)",
    kind="lower",
    hypotheses=(NORMALISED, DIFFERENTIABLE, SMOOTH, BOUNDED, VERIFIABLE, INTERIOR, POSITIVE, BELOW),
    conclusion=J < J_next,
    notation=(SUCCESS, FAILURE, SUCCESS_NEXT, GAP),
    remark="eta_safe = max{ 2(1-J) gap/L, 2J gap/(L+G^2), gap/(L+G^2/2) }.",
    twins=(
        Twin("the success rate falls", J_next < J),
        Twin("it doubles", 2 * J < J_next),
        Twin("any step size", drop="below_threshold"),
        Twin("any score", drop="smooth"),
    ),
)
