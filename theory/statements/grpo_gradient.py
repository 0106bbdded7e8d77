"""The GRPO gradient (5), exactly: sqrt(J(1-J)) times the gap of the per-token scores s/|o|."""

from theory.statements._prelude import *
from theory.statements._common import FAILURE, INTERIOR, NORMALISED, SUCCESS, F, J
from theory.statements._grpo import *

STATEMENT = Statement(
    slug="grpo_gradient",
    title="The GRPO gradient is sqrt(J(1-J)) times a gap of per-token scores",
    paper_ref="eq. (5)",
    kind="equality",
    hypotheses=(NORMALISED, INTERIOR, BINARY, LENGTHS, SPREAD),
    conclusion=conj(eq(sigma**2, J * F), eq(grpo, sigma * (per_token_plus - per_token_minus))),
    notation=(SUCCESS, FAILURE, GRPO, PER_TOKEN_PLUS, PER_TOKEN_MINUS),
    twins=(
        Twin("variance for deviation", eq(grpo, sigma**2 * (per_token_plus - per_token_minus))),
        Twin("signs exchanged", eq(grpo, sigma * (per_token_minus - per_token_plus))),
        Twin("variance J", eq(sigma**2, J)),
        Twin("graded rewards", drop="binary"),
    ),
)
