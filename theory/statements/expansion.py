"""Eq. (17), corrected: the second-order expansion of the log odds.

    f(eta) - f(0)  =  gap eta + (1/2) {Var+ - Var- + E+[H] - E-[H]} eta^2 + O(eta^3)

H(o) = w . hess log pi(o) . w is the derivative of the score along the update. If H is the same for
all responses (a log-linear softmax) the last two terms cancel; in general they do not. The
statement is about the derivatives of f: the first is the gap at every t, the second is the brace.
Where the score is twice differentiable, the remainder is O(eta^3) by Taylor's theorem.
"""

from theory.statements._prelude import *
from theory.statements._common import DIFFERENTIABLE, NORMALISED

bend = Symbol("bend", (RESPONSE, REAL))
second = Symbol("second", (REAL,))
var_plus, var_minus, bend_plus, bend_minus = map(
    var, ("var_plus", "var_minus", "bend_plus", "bend_minus")
)
coefficient = var("coefficient")


def variance(correct: bool, at: TermLike = 0) -> Term:
    """Var+ (or Var-) of the score, E[s^2] - E[s]^2."""
    mean = STEP.mean_correct if correct else STEP.mean_incorrect
    return mean(STEP.score(at) ** 2, at) - mean(STEP.score(at), at) ** 2


def curvature(at: TermLike) -> Term:
    """Var+ - Var- + E+[H] - E-[H]."""
    bends = STEP.mean_correct(bend(o, at), at) - STEP.mean_incorrect(bend(o, at), at)
    return variance(True, at) - variance(False, at) + bends


INTERIOR_ALONG = Hypothesis(
    "interior",
    forall(t, conj(0 < STEP.success(t), STEP.success(t) < 1)),
    "0 < J < 1 all along the update",
)
TWICE = Hypothesis(
    "twice",
    forall(o, has_derivative(t, STEP.score(t), bend(o, t))),
    "H is the derivative of the score along the update",
)
SECOND = Hypothesis(
    "second",
    has_derivative(t, STEP.alignment(t), second(t)),
    "the second derivative of the log odds, as f' is the gap",
)
HYPOTHESES = (NORMALISED, DIFFERENTIABLE, TWICE, INTERIOR_ALONG, SECOND)
NOTATION = (
    Notation(coefficient, second(0) / 2, "coefficient of eta^2 in the log odds"),
    Notation(var_plus, variance(True), "variance of the score of correct responses"),
    Notation(var_minus, variance(False), "variance of the score of incorrect responses"),
    Notation(bend_plus, STEP.mean_correct(bend(o, 0)), "E+[H]"),
    Notation(bend_minus, STEP.mean_incorrect(bend(o, 0)), "E-[H]"),
)

STATEMENT = Statement(
    slug="expansion",
    title="The second-order expansion of the log odds (corrected)",
    paper_ref="eq. (17), corrected",
    kind="equality",
    hypotheses=HYPOTHESES,
    conclusion=conj(
        has_derivative(t, STEP.log_odds(t), STEP.alignment(t)),
        has_derivative(t, STEP.alignment(t), curvature(t)),
        eq(coefficient, (var_plus - var_minus + bend_plus - bend_minus) / 2),
    ),
    notation=NOTATION,
    twins=(
        Twin("without one half", eq(coefficient, var_plus - var_minus + bend_plus - bend_minus)),
        Twin("without the curvature", eq(coefficient, (var_plus - var_minus) / 2)),
        Twin("signs exchanged", eq(coefficient, (var_minus - var_plus) / 2)),
        Twin("probabilities need not sum to one", drop="normalised"),
    ),
)
