"""A penalty is a ceiling: with beta KL(pi' || pi) the log odds can rise by c = 1/beta, no further.

J' - beta KL is at most beta log(1 + J (e^c - 1)), for every pi'. The tilted policy
pi' = pi e^(c r)/Z attains it, and its log odds are those of pi plus c.
"""

from theory.statements._prelude import *
from theory.statements._common import *
from theory.statements._grpo import BINARY

c, Z, divergence = map(var, ("c", "Z", "divergence"))
CEILING = 1 + STEP.success() * (exp(c) - 1)
TILTED = forall(o, eq(exp(STEP.logp(eta)) * Z, exp(STEP.logp()) * exp(c * STEP.reward)))
ODDS = eq(J_next * F, J * F_next * exp(c))

STATEMENT = Statement(
    slug="penalty_ceiling",
    title="A KL penalty is a ceiling: the log odds rise by 1/beta at the best policy",
    paper_ref="not in the paper",
    kind="upper",
    hypotheses=(
        NORMALISED,
        BINARY,
    ),
    conclusion=conj(
        c * J_next - divergence <= log(Z),
        implies(TILTED, conj(eq(c * J_next - divergence, log(Z)), ODDS)),
    ),
    notation=(
        SUCCESS,
        FAILURE,
        SUCCESS_NEXT,
        FAILURE_NEXT,
        Notation(Z, CEILING, "1 + J (e^c - 1), the mass of pi e^(c r)"),
        Notation(
            divergence,
            total(o, exp(STEP.logp(eta)) * (STEP.logp(eta) - STEP.logp())),
            "KL(pi' || pi)",
        ),
    ),
    twins=(
        Twin("half of the ceiling", c * J_next - divergence <= log(Z) / 2),
        Twin("a penalty with the other sign", c * J_next + divergence <= log(Z)),
        Twin("nothing can be gained", c * J_next - divergence <= c * J),
        Twin("any rewards", drop="binary"),
    ),
)
