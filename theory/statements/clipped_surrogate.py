"""The clipped objective with sequence ratios is a certificate: what it gains, J has gained.

rho = pi'/pi is the ratio of a whole response. For every pi', however far away, the mean of
min(rho A, clip(rho) A) is at most J' - J, because it is at most the mean of rho A. With a ratio for
each token, as PPO and GRPO have it, this is false, and within the clip range (see the chapter).
"""

from theory.statements._prelude import *
from theory.statements._common import NORMALISED, SUCCESS, SUCCESS_NEXT, J, J_next
from theory.statements._grpo import PI, advantage

clipped, low, high = var("clipped"), var("low"), var("high")
RATIO = exp(STEP.logp(eta) - STEP.logp())
CLIPPED = minimum(maximum(RATIO, low), high)

STATEMENT = Statement(
    slug="clipped_surrogate",
    title="Clipped with sequence ratios: what the objective gains, J has gained",
    paper_ref="not in the paper",
    kind="upper",
    hypotheses=(NORMALISED,),
    conclusion=clipped <= J_next - J,
    notation=(
        SUCCESS,
        SUCCESS_NEXT,
        Notation(
            clipped,
            total(o, PI * minimum(RATIO * advantage, CLIPPED * advantage)),
            "E[min(rho A, clip(rho, low, high) A)]",
        ),
    ),
    twins=(
        Twin("a lower bound too", J_next - J <= clipped),
        Twin("twice", 2 * clipped <= J_next - J),
        Twin("clipped alone", total(o, PI * (CLIPPED * advantage)) <= J_next - J),
        Twin("any weights", drop="normalised"),
    ),
)
