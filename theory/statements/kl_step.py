"""However large the gap, an update of length eta moves the success rate by at most L eta^2/2 in
relative entropy.

J times the first half of `log_success_step` plus 1 - J times the second: the gap drops out.
"""

from theory.statements._prelude import *
from theory.statements._common import *

divergence = J * (log(J) - log(J_next)) + F * (log(F) - log(F_next))

STATEMENT = Statement(
    slug="kl_step",
    title="One update moves the success rate by at most L eta^2/2 in relative entropy",
    paper_ref="not in the paper",
    kind="upper",
    hypotheses=STEP_HYPOTHESES,
    conclusion=divergence <= curvature(),
    notation=(SUCCESS, FAILURE, SUCCESS_NEXT, FAILURE_NEXT),
    remark="Whatever the direction. By Pinsker's inequality |J' - J| <= eta sqrt(L)/2.",
    twins=(
        Twin("half the curvature", divergence <= curvature(L / 2)),
        Twin("without the failures", J * (log(J_next) - log(J)) <= curvature()),
        Twin("the other way round", curvature() <= divergence),
        Twin("any score", drop="smooth"),
    ),
)
