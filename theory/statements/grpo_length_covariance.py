"""What the exact 1/|o| of eq. (5) does: a positive multiple of the gap, plus a covariance term.

Lengths that depend on success alone only rescale the step. What can turn it round is a correlation
between 1/|o| and the score among the correct (or among the incorrect) responses.
"""

from collections.abc import Callable

from theory.statements._prelude import *
from theory.statements._common import *
from theory.statements._grpo import BINARY, GRPO, LENGTHS, SCORE, SPREAD, grpo, length, sigma

inverse_plus, inverse_minus = var("inverse_plus"), var("inverse_minus")
cov_plus, cov_minus = var("cov_plus"), var("cov_minus")
per_token, inverse = SCORE / length(o), 1 / length(o)


def covariance(mean: Callable[[Term], Term]) -> Term:
    """Cov(1/|o|, s) under a conditional expectation."""
    return mean(per_token) - mean(inverse) * mean(SCORE)


rescaled = gap * (F * inverse_plus + J * inverse_minus)

STATEMENT = Statement(
    slug="grpo_length_covariance",
    title="The GRPO gradient is a multiple of the gap plus a covariance",
    paper_ref="makes the reduction of g_GRPO before eq. (20) exact",
    kind="equality",
    hypotheses=(NORMALISED, DIFFERENTIABLE, INTERIOR, VERIFIABLE, BINARY, LENGTHS, SPREAD),
    conclusion=conj(
        eq(grpo, sigma * (rescaled + cov_plus - cov_minus)),
        conj(0 < inverse_plus, 0 < inverse_minus),
        implies(conj(cov_minus <= cov_plus, 0 < gap), 0 < grpo),
    ),
    notation=(
        SUCCESS,
        FAILURE,
        GAP,
        GRPO,
        Notation(inverse_plus, STEP.mean_correct(inverse), "E+[1/|o|]"),
        Notation(inverse_minus, STEP.mean_incorrect(inverse), "E-[1/|o|]"),
        Notation(cov_plus, covariance(STEP.mean_correct), "Cov+(1/|o|, s)"),
        Notation(cov_minus, covariance(STEP.mean_incorrect), "Cov-(1/|o|, s)"),
    ),
    printed="g_GRPO ~ sqrt(J(1-J)) (g+ - g-) / T_psi1",
    twins=(
        Twin("no covariance", eq(grpo, sigma * rescaled)),
        Twin(
            "J and 1 - J exchanged",
            eq(grpo, sigma * (gap * (J * inverse_plus + F * inverse_minus) + cov_plus - cov_minus)),
        ),
        Twin("always along the gap", implies(0 < gap, 0 < grpo)),
        Twin("graded rewards", drop="binary"),
    ),
)
