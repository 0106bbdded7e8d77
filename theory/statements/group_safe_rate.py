"""A learning rate that is safe for the update people run: one step on one sampled group.

Every outcome of the draw has its own update theta' = theta + alpha ghat(z). In the mean log J rises
by its slope along the gap, less what the length of ghat costs; and both are shares of J(1-J). So
alpha <= 2 (1-J)|g|^2/(L G^2) is safe for every group size n, with |g| the length of the gap.
"""

from theory.statements._group import *

GRADIENT = Symbol("gradient", (COORDINATE, RESPONSE, REAL))
push = Symbol("push", (OUTCOME, COORDINATE))
norm2, before, after = var("norm2"), var("before"), var("after")


def gradient(coordinate: Term, response: Term) -> Term:
    """A coordinate of grad log pi at theta."""
    return GRADIENT(coordinate, response, 0)


MOVED = Line((z,), alpha)
"""The policy along the update of outcome z."""
PUSH = mean((reward(a) - RIGHT) * gradient(i, draw(z, a)))
GAP_OF_GRADIENTS = STEP.mean_correct(gradient(i, o)) - STEP.mean_incorrect(gradient(i, o))
length2 = total(i, push(z, i) ** 2)


def gain(shares: Term, cost: Term) -> Term:
    """alpha shares J(1-J) ((1-J) |g|^2 - cost)."""
    return alpha * shares * (J * F) * (F * norm2 - cost)


COST, SHORTENED = alpha * L * G**2 / 2, 1 - 1 / n

STATEMENT = Statement(
    slug="group_safe_rate",
    title="One step on one sampled group raises E[log J] for alpha < 2 (1-J)|g|^2/(L G^2)",
    paper_ref="not in the paper",
    kind="lower",
    hypotheses=(
        INTERIOR,
        BINARY,
        *PAIRS,
        CHANCES,
        Hypothesis(
            "centred",
            forall(i, eq(total(o, PI * gradient(i, o)), 0)),
            "the mean of grad log pi is 0, claim score_mean_zero",
        ),
        Hypothesis(
            "bounded",
            forall(o, total(i, gradient(i, o) ** 2) <= G**2),
            "Assumption 1(a), eq. (12), squared",
        ),
        Hypothesis(
            "starts",
            forall(z, forall(o, eq(MOVED.logp(0), STEP.logp()))),
            "every update starts from the same policy",
        ),
        Hypothesis(
            "differentiable",
            forall(z, MOVED.differentiable()),
            "the score along the update is the derivative of log pi",
        ),
        Hypothesis(
            "updates",
            forall(z, forall(o, eq(MOVED.score(0), total(i, push(z, i) * gradient(i, o))))),
            "outcome z moves theta along ghat(z)",
        ),
        Hypothesis(
            "smooth",
            forall(z, MOVED.smooth(L * length2)),
            "Assumption 1(b), eq. (13), along the update",
        ),
        Hypothesis("rate", conj(0 <= alpha, 0 <= L), "alpha and L are not negative"),
    ),
    conclusion=conj(
        before + gain(SHORTENED, COST) <= after,
        implies(alpha * L * G**2 <= 2 * (F * norm2), before <= after),
    ),
    notation=(
        SUCCESS,
        FAILURE,
        GROUP_SIZE,
        Notation(push, PUSH, "coordinate i of the update ghat, Dr. GRPO", (z, i)),
        Notation(norm2, total(i, GAP_OF_GRADIENTS**2), "|g+ - g-|^2"),
        Notation(before, log(STEP.success()), "log J before the update"),
        Notation(
            after,
            expected(log(MOVED.success(alpha))),
            "E[log J'] over the outcomes of the draw",
        ),
    ),
    twins=(
        Twin(
            "a longer step",
            implies(alpha * L * G**2 <= 3 * (F * norm2), before <= after),
        ),
        Twin("half the curvature", before + gain(SHORTENED, COST / 2) <= after),
        Twin("not shortened", before + gain(const(1), COST) <= after),
        Twin("copies of one response", drop="pairwise"),
    ),
)
