"""Abbreviations and hypotheses of the claims about GRPO and Dr. GRPO, eqs. (4), (5), (20), (21)."""

from theory.statements._prelude import *
from theory.statements._common import F, J, gap

# -- one prompt, responses with lengths ----------------------------------------------------------

length = Symbol("length", (RESPONSE,))
sigma, grpo, dr_grpo = var("sigma"), var("grpo"), var("dr_grpo")
PI, SCORE = exp(STEP.logp()), STEP.score()
advantage = STEP.reward - STEP.success()  # A(o) of eq. (4)

BINARY = Hypothesis("binary", forall(o, eq(STEP.reward**2, STEP.reward)), "rewards are 0 or 1")
LENGTHS = Hypothesis("lengths", forall(o, 0 < length(o)), "every response has a positive length")
SPREAD = Hypothesis(
    "spread",
    conj(0 < sigma, eq(sigma**2, total(o, PI * advantage**2))),
    "sigma > 0 is the standard deviation of the reward, eq. (5)",
)


def grpo_of(f: Term) -> Term:
    """E[A/sigma f/|o|], eq. (5) with f for the score."""
    return total(o, PI * (advantage / sigma) * (f / length(o)))


def dr_grpo_of(f: Term) -> Term:
    """E[A f], eq. (4) with f for the score."""
    return total(o, PI * advantage * f)


GRPO = Notation(grpo, grpo_of(SCORE), "w.g_GRPO, eq. (5)")
DR_GRPO = Notation(dr_grpo, dr_grpo_of(SCORE), "w.grad J = E[A s], eq. (4)")
per_token_plus, per_token_minus = var("per_token_plus"), var("per_token_minus")
PER_TOKEN_PLUS = Notation(per_token_plus, STEP.mean_correct(SCORE / length(o)), "E+[s/|o|]")
PER_TOKEN_MINUS = Notation(per_token_minus, STEP.mean_incorrect(SCORE / length(o)), "E-[s/|o|]")

# -- the scalars of eqs. (20) and (21) -------------------------------------------------------------

T_inf, T_psi, B = map(var, ("T_inf", "T_psi", "B"))
eta_grpo, eta_dr_grpo, bound, allowed = map(var, ("eta_grpo", "eta_dr_grpo", "bound", "allowed"))

CONSTANTS = Hypothesis(
    "constants",
    conj(0 < alpha, 0 < gap, 0 < G, 0 <= L, 0 < T_psi, 0 < T_inf),
    "learning rate, gap and the constants of Assumptions 2 and 3",
)
RATES = Hypothesis(
    "rates",
    conj(0 < J, 0 < F, eq(J + F, 1)),
    "the success rate J is in (0, 1), the failure rate is F = 1 - J",
)
DEVIATION = Hypothesis(
    "deviation", conj(0 < sigma, eq(sigma**2, J * F)), "sigma = sqrt(J(1-J)), for 0/1 rewards"
)
SCALARS = (CONSTANTS, RATES, DEVIATION)

STEP_GRPO = Notation(
    eta_grpo, alpha * gap * sigma / T_psi, "step of GRPO at learning rate alpha, eq. (20)"
)
STEP_DR_GRPO = Notation(
    eta_dr_grpo, alpha * gap * (J * F), "step of Dr. GRPO at learning rate alpha, eq. (20)"
)
first_arm, second_arm = T_psi / F, 8 * T_inf**2
BOUND = Notation(
    bound,
    gap / 2 / (G**2 * first_arm),
    "eq. (21): condition (18a) with L = 0 and T_psi/(1-J) in the denominator",
)
ALLOWED = Notation(
    allowed,
    gap / 2 / (L * T_inf + G**2 * minimum(first_arm, second_arm)),
    "condition (18a), first branch, nothing left out",
)
late_loss = L * T_inf + G**2 * second_arm  # the denominator of (18a) close to J = 1
