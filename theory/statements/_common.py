"""Abbreviations and hypotheses that many claims share, in the paper's words."""

from theory.statements._prelude import *

J, F, J_next, F_next = map(var, ("J", "F", "J_next", "F_next"))
gap, m_plus, m_minus, change = map(var, ("gap", "m_plus", "m_minus", "change"))

SUCCESS = Notation(J, STEP.success(), "success rate J before the update")
FAILURE = Notation(F, STEP.failure(), "failure rate 1 - J before the update")
SUCCESS_NEXT = Notation(J_next, STEP.success(eta), "success rate after the update")
FAILURE_NEXT = Notation(F_next, STEP.failure(eta), "failure rate after the update")
GAP = Notation(gap, STEP.alignment(), "gap alignment w.(g+ - g-), eq. (11)")
MEAN_PLUS = Notation(m_plus, STEP.mean_correct(STEP.score()), "mean score of correct responses")
MEAN_MINUS = Notation(
    m_minus, STEP.mean_incorrect(STEP.score()), "mean score of incorrect responses"
)
CHANGE = Notation(change, STEP.log_odds_change(), "change of log(J/(1-J)) in one update")
STEP_NOTATION = (SUCCESS, FAILURE, SUCCESS_NEXT, FAILURE_NEXT, GAP, MEAN_PLUS, MEAN_MINUS, CHANGE)

NORMALISED = Hypothesis("normalised", STEP.normalised(), "probabilities sum to one")
DIFFERENTIABLE = Hypothesis(
    "differentiable",
    STEP.differentiable(),
    "the score is the derivative of log pi along the update",
)
SMOOTH = Hypothesis("smooth", STEP.smooth(), "Assumption 1(b): the score is L-Lipschitz, eq. (13)")
BOUNDED = Hypothesis("bounded", STEP.bounded(), "Assumption 1(a): the score is at most G, eq. (12)")
VERIFIABLE = Hypothesis(
    "verifiable", STEP.verifiable(), "rewards lie in [0, 1]; in the paper 0 or 1"
)
INTERIOR = Hypothesis("interior", STEP.interior(), "0 < J < 1: both kinds of response exist")
FORWARD = Hypothesis("forward", 0 <= eta, "the step size is not negative")

STEP_HYPOTHESES = (NORMALISED, DIFFERENTIABLE, SMOOTH, VERIFIABLE, INTERIOR, FORWARD)


def curvature(constant: Term = L) -> Term:
    """L * eta^2 / 2."""
    return constant * eta**2 / 2
