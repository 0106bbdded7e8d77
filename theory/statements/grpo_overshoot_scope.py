"""Scope of "GRPO overshoots as J tends to 1": true against (21), false against the whole of (18a).

While T_psi/(1-J) <= 8 T_inf^2 the ratio of the GRPO step to the step allowed by (18a) is at least 2
alpha G^2 sqrt(J/(1-J)) and grows. At 1-J = T_psi/(8 T_inf^2) the regimes cross. Beyond, the
allowed step no longer shrinks, the GRPO step does, and the ratio tends to 0. So it does against
the second branch of eta_safe, 2J gap/(LT + G^2 T^2).
"""

from theory.statements._prelude import *
from theory.statements._common import F, J, gap
from theory.statements._grpo import *

rising, safe = var("rising"), var("safe")
RISING = Notation(rising, 2 * alpha * G**2 * sigma / F, "2 alpha G^2 sqrt(J/(1-J))")
SAFE = Notation(
    safe,
    2 * J * gap / (L * T_inf + G**2 * T_inf**2),
    "the second branch of eta_safe, token by token",
)
scale = 2 * alpha * late_loss  # eta_grpo = scale sigma/T_psi allowed, in the second regime
close = scale**2 * F <= eps**2 * T_psi**2

STATEMENT = Statement(
    slug="grpo_overshoot_scope",
    title="GRPO overshoots condition (18a) on the way to J = 1, not at the end",
    paper_ref="the remark 'GRPO overshoots as J tends to 1', with its scope",
    kind="scope",
    hypotheses=(*SCALARS, Hypothesis("tolerance", 0 < eps, "any ratio")),
    conclusion=conj(
        implies(first_arm <= second_arm, rising * allowed <= eta_grpo),
        implies(second_arm <= first_arm, eq(eta_grpo, scale * sigma / T_psi * allowed)),
        implies(close, eta_grpo <= eps * allowed),
        implies(conj(close, 1 <= 2 * J), eta_grpo <= eps * safe),
    ),
    notation=(STEP_GRPO, ALLOWED, RISING, SAFE),
    printed="After variance normalization, GRPO overshoots as J tends to 1.",
    remark="The regimes cross at 1-J = T_psi/(8 T_inf^2).",
    twins=(
        Twin("the first regime everywhere", rising * allowed <= eta_grpo),
        Twin("overshoots at the end", implies(close, allowed <= eta_grpo)),
        Twin("allowed everywhere", eta_grpo <= allowed),
        Twin("any sigma", drop="deviation"),
    ),
)
