"""One update for each outcome of a drawn group: theta' = theta + alpha ghat(z).

gradient(i, o)   a coordinate of grad log pi at theta
push(z, i)       a coordinate of ghat(z)
"""

from theory.statements._group import *

GRADIENT = Symbol("gradient", (COORDINATE, RESPONSE, REAL))
push = Symbol("push", (OUTCOME, COORDINATE))
gap2, before, after = var("gap2"), var("before"), var("after")


def gradient(coordinate: Term, response: Term) -> Term:
    """A coordinate of grad log pi at theta."""
    return GRADIENT(coordinate, response, 0)


MOVED = Line((z,), alpha)
"""The policy along the update of outcome z."""
GAP_OF_GRADIENTS = STEP.mean_correct(gradient(i, o)) - STEP.mean_incorrect(gradient(i, o))
length2 = total(i, push(z, i) ** 2)

CENTRED = Hypothesis(
    "centred",
    forall(i, eq(total(o, PI * gradient(i, o)), 0)),
    "the mean of grad log pi is 0, claim score_mean_zero",
)
STARTS = Hypothesis(
    "starts",
    forall(z, forall(o, eq(MOVED.logp(0), STEP.logp()))),
    "every update starts from the same policy",
)
DIFFERENTIABLE = Hypothesis(
    "differentiable",
    forall(z, MOVED.differentiable()),
    "the score along the update is the derivative of log pi",
)
UPDATES = Hypothesis(
    "updates",
    forall(z, forall(o, eq(MOVED.score(0), total(i, push(z, i) * gradient(i, o))))),
    "outcome z moves theta along ghat(z)",
)
SMOOTH = Hypothesis(
    "smooth",
    forall(z, MOVED.smooth(L * length2)),
    "Assumption 1(b), eq. (13), along the update",
)
RATE = Hypothesis("rate", conj(0 <= alpha, 0 <= L), "alpha and L are not negative")
STEPS = (STARTS, DIFFERENTIABLE, UPDATES, SMOOTH, RATE)
GAP2 = Notation(gap2, total(i, GAP_OF_GRADIENTS**2), "|g+ - g-|^2")
BEFORE = Notation(before, log(STEP.success()), "log J before the update")
AFTER = Notation(
    after,
    expected(log(MOVED.success(alpha))),
    "E[log J'] over the outcomes of the draw",
)
