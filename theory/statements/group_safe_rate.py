"""A learning rate that is safe for the update people run: one step on one sampled group.

Every outcome of the draw has its own update theta' = theta + alpha ghat(z). In the mean log J rises
by its slope along the gap, less what the length of ghat costs; and both are shares of J(1-J). So
alpha <= 2 (1-J)|g|^2/(L G^2) is safe for every group size n, with |g| the length of the gap.
"""

from theory.statements._group_step import *

PUSH = mean((reward(a) - RIGHT) * gradient(i, draw(z, a)))


def gain(shares: Term, cost: Term) -> Term:
    """alpha shares J(1-J) ((1-J) |g|^2 - cost)."""
    return alpha * shares * (J * F) * (F * gap2 - cost)


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
        CENTRED,
        Hypothesis(
            "bounded",
            forall(o, total(i, gradient(i, o) ** 2) <= G**2),
            "Assumption 1(a), eq. (12), squared",
        ),
        *STEPS,
    ),
    conclusion=conj(
        before + gain(SHORTENED, COST) <= after,
        implies(alpha * L * G**2 <= 2 * (F * gap2), before <= after),
    ),
    notation=(
        SUCCESS,
        FAILURE,
        GROUP_SIZE,
        Notation(push, PUSH, "coordinate i of the update ghat, Dr. GRPO", (z, i)),
        GAP2,
        BEFORE,
        AFTER,
    ),
    twins=(
        Twin(
            "a longer step",
            implies(alpha * L * G**2 <= 3 * (F * gap2), before <= after),
        ),
        Twin("half the curvature", before + gain(SHORTENED, COST / 2) <= after),
        Twin("not shortened", before + gain(const(1), COST) <= after),
        Twin("copies of one response", drop="pairwise"),
    ),
)
