"""Abbreviations and hypotheses for a whole trajectory theta_0, theta_1, theta_2, ..."""

from theory.statements._prelude import *

J, F, gap, M = (Symbol(name, (NAT,)) for name in ("J", "F", "gap", "M"))

SUCCESS = Notation(J, AT_K.success(), "success rate at step k", (k,))
FAILURE = Notation(F, AT_K.failure(), "failure rate 1 - J at step k", (k,))
GAP = Notation(gap, AT_K.alignment(), "gap alignment at step k, eq. (11)", (k,))
CUMULATIVE = Notation(M, cumulative_gap(K), "cumulative gap alignment M(K), eq. (14)", (K,))
NOTATION = (SUCCESS, FAILURE, GAP, CUMULATIVE)


def every_step(name: str, formula: Term, meaning: str) -> Hypothesis:
    return Hypothesis(name, forall(k, formula), meaning)


NORMALISED = every_step("normalised", AT_K.normalised(), "probabilities sum to one")
DIFFERENTIABLE = every_step(
    "differentiable", AT_K.differentiable(), "the score is the derivative of log pi"
)
SMOOTH = every_step("smooth", AT_K.smooth(), "Assumption 1(b): the score is L-Lipschitz, eq. (13)")
BOUNDED = every_step("bounded", AT_K.bounded(), "Assumption 1(a): the score is at most G, eq. (12)")
VERIFIABLE = Hypothesis(
    "verifiable", AT_K.verifiable(), "rewards lie in [0, 1]; in the paper 0 or 1"
)
FORWARD = every_step("forward", 0 <= steps(k), "step sizes are not negative")
CONTINUES = Hypothesis("continues", continues(), "step k + 1 starts where step k ends, eq. (3)")
INTERIOR = Hypothesis(
    "interior", line_at(0).interior(), "0 < J(0) < 1: both kinds of response exist"
)
POSITIVE = Hypothesis("positive_L", 0 < L, "the step condition divides by L")

# what every trajectory has; Assumption 1(a) is not among it
TRAJECTORY = (NORMALISED, DIFFERENTIABLE, SMOOTH, VERIFIABLE, FORWARD, CONTINUES, INTERIOR)

ADAPTED = every_step(
    "adapted",
    steps(k) <= positive_part(gap(k)) / (2 * (L + 8 * G**2)),
    "condition (15a) on the step size",
)
ADAPTED_SHARP = every_step(
    "adapted", steps(k) <= F(k) * positive_part(gap(k)) / L, "eta_k <= (1 - J) [gap]_+ / L"
)

squares = prefix_sum(k, K, steps(k) ** 2)


def logistic_curve(cumulative: Term) -> Term:
    """J(0) / (J(0) + (1 - J(0)) e^(-M/2)), the right side of (15b)."""
    return J(0) / (J(0) + F(0) * exp(-(cumulative / 2)))
