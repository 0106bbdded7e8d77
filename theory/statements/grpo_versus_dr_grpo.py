"""Eqs. (20) and (21) compared: GRPO is 2 alpha G^2 sqrt(J/(1-J)) times the step that (21) allows,
Dr. GRPO 2 alpha G^2 T_psi J times."""

from theory.statements._prelude import *
from theory.statements._common import F, J
from theory.statements._grpo import *

LEVEL = Hypothesis("level", 0 < B, "any number")
late = B**2 * F <= 4 * alpha**2 * G**4 * J  # sqrt(J/(1-J)) >= B/(2 alpha G^2)

STATEMENT = Statement(
    slug="grpo_versus_dr_grpo",
    title="GRPO overshoots condition (21) as J tends to 1, Dr. GRPO does not",
    paper_ref="eqs. (20), (21) and the remarks after them",
    kind="equality",
    hypotheses=(*SCALARS, LEVEL),
    conclusion=conj(
        eq(eta_grpo, 2 * alpha * G**2 * sigma / F * bound),
        eq(eta_dr_grpo, 2 * alpha * G**2 * T_psi * J * bound),
        implies(late, B * bound <= eta_grpo),
        implies(2 * alpha * G**2 * T_psi <= 1, eta_dr_grpo <= bound),
    ),
    notation=(STEP_GRPO, STEP_DR_GRPO, BOUND),
    remark="sigma/(1-J) = sqrt(J/(1-J)). Dr. GRPO lacks 1/T_psi: its safe rate shrinks with T_psi.",
    twins=(
        Twin("GRPO never overshoots", eta_grpo <= bound),
        Twin(
            "Dr. GRPO safe at twice the rate",
            implies(alpha * G**2 * T_psi <= 1, eta_dr_grpo <= bound),
        ),
        Twin("overshoots from the start", B * bound <= eta_grpo),
        Twin("any sigma", drop="deviation"),
    ),
)
