"""A learning rate at which GRPO never takes a longer step than the first branch of (18a) allows.

The worst J is where the two regimes of grpo_overshoot_scope cross.
"""

from theory.statements._prelude import *
from theory.statements._grpo import ALLOWED, SCALARS, STEP_GRPO, T_inf, T_psi, allowed, eta_grpo

peak = var("peak")
PEAK = Hypothesis(
    "peak", conj(0 < peak, eq(peak**2 * T_psi, 8 * T_inf**2)), "peak = T_inf sqrt(8/T_psi)"
)
worst = L * T_inf / T_psi + 2 * G**2 * peak

STATEMENT = Statement(
    slug="grpo_safe_rate",
    title="A learning rate for GRPO that respects (18a) at every success rate",
    paper_ref="not in the paper; answers the remark after eq. (21)",
    kind="upper",
    hypotheses=(
        *SCALARS,
        PEAK,
        Hypothesis("rate", alpha * worst <= 1, "alpha <= 1/(L T_inf/T_psi + 2 G^2 peak)"),
    ),
    conclusion=eta_grpo <= allowed,
    notation=(STEP_GRPO, ALLOWED),
    twins=(
        Twin("half of the allowed step", eta_grpo <= allowed / 2),
        Twin("sign flipped", allowed <= eta_grpo),
        Twin("any rate", drop="rate"),
        Twin("any peak", drop="peak"),
    ),
)
