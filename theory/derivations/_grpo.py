"""The scalars of eqs. (20) and (21) as SymPy formulas, all from the statements."""

from theory.derivations._prelude import *
from theory.statements import _grpo as claims

alpha, T_inf, T_psi, B, eps, sigma = positive("alpha", "T_inf", "T_psi", "B", "eps", "sigma")
NAMES = {
    **VALUES,
    "gap": gain,
    "alpha": alpha,
    "T_inf": T_inf,
    "T_psi": T_psi,
    "B": B,
    "eps": eps,
    "sigma": sigma,
}
eta_grpo, eta_dr_grpo, bound, early, late = positive(
    "eta_grpo", "eta_dr_grpo", "bound", "early", "late"
)
NAMES |= {"eta_grpo": eta_grpo, "eta_dr_grpo": eta_dr_grpo, "bound": bound}
first_arm, second_arm = formula(claims.first_arm, NAMES), 8 * T_inf**2
late_loss = formula(claims.late_loss, NAMES)

ENTRIES: tuple[Range | Let, ...] = (
    SUCCESS,
    Range(alpha, ZERO, sp.oo, "learning rate"),
    FAVOURABLE,
    SMOOTHNESS,
    SCORE_BOUND,
    Range(T_psi, ZERO, sp.oo, "psi_1 norm of the length"),
    Range(T_inf, ZERO, sp.oo, "length of the longest response"),
    Let(sigma, sp.sqrt(J * F), "standard deviation of the reward"),
    Let(eta_grpo, formula(claims.STEP_GRPO.body, NAMES), "step of GRPO, eq. (20)"),
    Let(eta_dr_grpo, formula(claims.STEP_DR_GRPO.body, NAMES), "step of Dr. GRPO, eq. (20)"),
    Let(bound, formula(claims.BOUND.body, NAMES), "the step allowed by (21)"),
    Let(early, gain / 2 / (L * T_inf + G**2 * first_arm), "by (18a), first arm"),
    Let(late, gain / 2 / late_loss, "by (18a), second arm"),
)
