"""The reduction of the GRPO gradient as printed, read as a sign: along the gap, never against it.

It is false: the exact 1/|o| of eq. (5) weighs short responses more, and a short correct response
whose score is negative can outweigh a long one whose score is positive.
"""

from theory.statements._prelude import *
from theory.statements._common import DIFFERENTIABLE, GAP, INTERIOR, NORMALISED, VERIFIABLE, gap
from theory.statements._grpo import BINARY, GRPO, LENGTHS, SPREAD, grpo

ALIGNED = Hypothesis("aligned", 0 < gap, "the direction points along the gradient gap")

STATEMENT = Statement(
    slug="grpo_along_gap_printed",
    title="The GRPO gradient points along the gradient gap (as printed, read as a direction)",
    paper_ref="g_GRPO ~ T_psi1^-1 sqrt(J(1-J)) (g+ - g-), before eq. (20)",
    kind="lower",
    hypotheses=(
        NORMALISED,
        DIFFERENTIABLE,
        INTERIOR,
        VERIFIABLE,
        BINARY,
        LENGTHS,
        SPREAD,
        ALIGNED,
    ),
    conclusion=lift(0) <= grpo,
    notation=(GAP, GRPO),
    expected="refuted",
    corrected_by="grpo_length_covariance",
    printed="g_GRPO ~ sqrt(J(1-J)) (g+ - g-) / T_psi1",
    remark="The authors restrict attention to scaling and write an asymptotic sign; refuted is our "
    "reading as a direction. True for responses of one length: see effective_step.",
)
