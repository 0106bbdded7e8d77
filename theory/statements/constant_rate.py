"""The update theta' = theta + alpha g+ (the gradient of log J): one learning rate is safe at every
J.

g+ = (1-J)(g+ - g-) = grad J / J, so this is the policy gradient divided by J. No unit direction, no
step size that shrinks with the gap: alpha <= 2/L never lowers J, whatever J is.
"""

from theory.statements._prelude import *
from theory.statements._common import INTERIOR, NORMALISED, SUCCESS, VERIFIABLE, J, J_next

gradient = Symbol("gradient", (COORDINATE, RESPONSE, REAL))
g_plus = STEP.mean_correct(gradient(i, o, 0))  # coordinate i of g+, eq. (8)
norm2 = var("norm2")


def score(at: TermLike) -> Term:
    """g+ . grad log pi(o) at theta + at * g+."""
    return total(i, g_plus * gradient(i, o, at))


change2 = total(i, (gradient(i, o, t) - gradient(i, o, 0)) ** 2)

STATEMENT = Statement(
    slug="constant_rate",
    title="A constant learning rate for the 1/J-normalised update",
    paper_ref="not in the paper; answers the remark after eq. (21)",
    kind="lower",
    hypotheses=(
        NORMALISED,
        Hypothesis(
            "differentiable",
            forall(o, has_derivative(t, STEP.logp(t), score(t))),
            "the score along g+ is the derivative of log pi",
        ),
        Hypothesis(
            "lipschitz",
            forall(
                o, forall(t, implies(conj(0 <= t, t <= alpha), change2 <= L**2 * (t**2 * norm2)))
            ),
            "Assumption 1(b), eq. (13), squared, between theta and theta + t g+",
        ),
        VERIFIABLE,
        INTERIOR,
        Hypothesis("positive_L", 0 < L, "the smoothness constant"),
        Hypothesis("rate", conj(0 <= alpha, alpha <= 2 / L), "0 <= alpha <= 2/L"),
    ),
    conclusion=conj(alpha * (1 - alpha * L / 2) * norm2 <= log(J_next) - log(J), J <= J_next),
    notation=(
        SUCCESS,
        Notation(J_next, STEP.success(alpha), "success rate after the update"),
        Notation(norm2, total(i, g_plus**2), "|g+|^2"),
    ),
    twins=(
        Twin("no curvature", alpha * norm2 <= log(J_next) - log(J)),
        Twin("half the curvature", alpha * (1 - alpha * L / 4) * norm2 <= log(J_next) - log(J)),
        Twin("the success rate falls", J_next <= J - J / 100),
        Twin("any learning rate", drop="rate"),
    ),
)
