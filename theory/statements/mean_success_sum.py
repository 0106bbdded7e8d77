"""Gradient ascent on the mean success rate of many prompts: all squared gradients together are
bounded, by what the mean can still rise.

So there is no room for many long gradients: among the first K iterates one has a squared gradient
of at most (1 - mean(0))/(K alpha (1 - alpha L/2)). That is a statement about gradients; a small one
can also mean that a prompt has been given up.
"""

from theory.statements._prelude import *
from theory.statements.multi_prompt import share

AT = Line((k, q), alpha)
"""The policy on prompt q along step k, theta_k + t grad."""
GRADIENT = Symbol("gradient", (NAT, PROMPT, COORDINATE, RESPONSE))
ascent = Symbol("ascent", (NAT, COORDINATE))
mean_rate, square = Symbol("mean_rate", (NAT,)), Symbol("square", (NAT,))

gradient = GRADIENT(k, q, i, o)
MEAN = total(q, share(q) * AT.success())
ASCENT = total(q, share(q) * total(o, AT.correct() * gradient))
SQUARE = total(i, ASCENT**2)
PACE = alpha * (1 - alpha * L / 2)


def every(name: str, formula: Term, meaning: str) -> Hypothesis:
    return Hypothesis(name, forall(k, forall(q, formula)), meaning)


def summed(pace: Term) -> Term:
    return pace * prefix_sum(k, K, square(k)) <= mean_rate(K) - mean_rate(0)


LARGE = forall(k, implies(k + 1 <= K, eps <= square(k)))
"""All of the first K squared gradients are at least eps."""

STATEMENT = Statement(
    slug="mean_success_sum",
    title="Gradient ascent on the mean success rate: the sum of all squared gradients is bounded",
    paper_ref="not in the paper",
    kind="upper",
    hypotheses=(
        every("normalised", AT.normalised(), "probabilities sum to one"),
        every("differentiable", AT.differentiable(), "the score is the derivative of log pi"),
        every(
            "updates",
            forall(o, eq(AT.score(), total(i, ascent(k, i) * gradient))),
            "step k moves theta along the gradient of the mean",
        ),
        every("smooth", AT.smooth(L * square(k)), "Assumption 1(b), eq. (13), along the step"),
        Hypothesis(
            "continues",
            forall(k, forall(q, forall(o, eq(Line((k + 1, q), alpha).logp(), AT.logp(alpha))))),
            "step k + 1 starts where step k ends, eq. (3)",
        ),
        Hypothesis(
            "verifiable",
            forall(q, AT.verifiable()),
            "rewards lie in [0, 1]; in the paper 0 or 1",
        ),
        every("solvable", 0 < AT.success(), "each prompt has a correct response"),
        Hypothesis(
            "shares",
            conj(forall(q, 0 <= share(q)), eq(total(q, share(q)), 1)),
            "shares of the prompts, not negative and with sum 1",
        ),
        Hypothesis(
            "rate", conj(0 <= alpha, 0 <= L, alpha * L <= 2), "0 <= alpha <= 2/L, and L >= 0"
        ),
    ),
    conclusion=conj(
        mean_rate(K) <= mean_rate(K + 1),
        summed(PACE),
        implies(LARGE, PACE * (K * eps) <= 1 - mean_rate(0)),
    ),
    notation=(
        Notation(mean_rate, MEAN, "sum of a_q J_q before step k", (k,)),
        Notation(ascent, ASCENT, "coordinate i of its gradient", (k, i)),
        Notation(square, SQUARE, "squared length of that gradient", (k,)),
    ),
    twins=(
        Twin("no curvature", summed(alpha)),
        Twin("twice the sum", summed(2 * PACE)),
        Twin("longer steps", drop="rate"),
        Twin("any score", drop="smooth"),
    ),
)
