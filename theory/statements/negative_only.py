"""Negative-only updates with rewards 0 and 1: in expectation the same direction, J times as long.

GRPO-N keeps only the responses with negative advantage. Read as min(A, 0), its expected update is J
times that of GRPO, whatever the policy: the incorrect responses alone know the whole gap, because
g- = -J (g+ - g-). Read as reward minus one, it is the policy gradient itself. Division by sigma, or
by any number that is the same for all responses of the prompt, changes nothing in this.
"""

from theory.statements._prelude import *
from theory.statements._common import *
from theory.statements._grpo import BINARY, DR_GRPO, PI, SCORE, advantage, dr_grpo

clipped, minus_one = var("clipped"), var("minus_one")
CLIPPED = Notation(
    clipped, total(o, PI * minimum(advantage, 0) * SCORE), "E[min(A, 0) s], negative advantages"
)
MINUS_ONE = Notation(
    minus_one, total(o, PI * (STEP.reward - 1) * SCORE), "E[(r - 1) s], reward minus one"
)

STATEMENT = Statement(
    slug="negative_only",
    title="Negative-only updates: the same expected direction, J times as long",
    paper_ref="second paper: GRPO-N and GSPO-N, in two readings of ours",
    kind="equality",
    hypotheses=(NORMALISED, DIFFERENTIABLE, INTERIOR, BINARY),
    conclusion=conj(eq(clipped, J * dr_grpo), eq(minus_one, dr_grpo), eq(dr_grpo, J * F * gap)),
    notation=(SUCCESS, FAILURE, GAP, DR_GRPO, CLIPPED, MINUS_ONE),
    twins=(
        Twin("as long as the full update", eq(clipped, dr_grpo)),
        Twin("shorter by 1-J", eq(clipped, F * dr_grpo)),
        Twin("reward minus one is shorter too", eq(minus_one, J * dr_grpo)),
        Twin("graded rewards", drop="binary"),
    ),
)
