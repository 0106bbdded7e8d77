"""The success rate itself: log J grows by at least eta*(1-J)*gap - L eta^2/2, and log(1-J)
likewise."""

from theory.statements._prelude import *
from theory.statements._common import *

STATEMENT = Statement(
    slug="log_success_step",
    title="One update of log J and of log(1 - J)",
    paper_ref="not in the paper",
    kind="lower",
    hypotheses=STEP_HYPOTHESES,
    conclusion=conj(
        eta * F * gap - curvature() <= log(J_next) - log(J),
        -eta * J * gap - curvature() <= log(F_next) - log(F),
    ),
    notation=(SUCCESS, FAILURE, SUCCESS_NEXT, FAILURE_NEXT, GAP),
    twins=(
        Twin("half the curvature", eta * F * gap - curvature(L / 2) <= log(J_next) - log(J)),
        Twin("J and 1 - J exchanged", eta * J * gap - curvature() <= log(J_next) - log(J)),
        Twin("sign flipped", eta * J * gap - curvature() <= log(F_next) - log(F)),
        Twin("any score", drop="smooth"),
    ),
)
