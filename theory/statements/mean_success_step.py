"""The mean success rate over many prompts: it rises by its slope, up to curvature.

This is the objective people use; `multi_prompt` is about the sum of a_q log J_q. Along its own
gradient the slope is |grad|^2 and the curvature at most L |grad|^2, so every alpha below 2/L raises
it. What one prompt can lose is bounded too.
"""

from theory.statements._prelude import *
from theory.statements.multi_prompt import every_prompt, share

mean_now, mean_next, slope = map(var, ("mean_now", "mean_next", "slope"))
J, J_next, m_plus = (Symbol(name, (PROMPT,)) for name in ("J", "J_next", "m_plus"))


def mean_at(where: TermLike) -> Term:
    return total(q, share(q) * AT_Q.success(where))


COST = L * eta**2 / 2

STATEMENT = Statement(
    slug="mean_success_step",
    title="The mean success rate over many prompts, and what one prompt can lose",
    paper_ref="not in the paper",
    kind="lower",
    hypotheses=(
        every_prompt(
            "differentiable", AT_Q.differentiable(), "the score is the derivative of log pi"
        ),
        every_prompt("smooth", AT_Q.smooth(), "Assumption 1(b): the score is L-Lipschitz"),
        every_prompt("verifiable", AT_Q.verifiable(), "rewards lie in [0, 1]; in the paper 0 or 1"),
        every_prompt("solvable", 0 < AT_Q.success(), "each prompt has a correct response"),
        every_prompt("shares", 0 <= share(q), "weights of the prompts are not negative"),
        Hypothesis("forward", 0 <= eta, "the step size is not negative"),
    ),
    conclusion=conj(
        mean_now + eta * slope - COST * mean_now <= mean_next,
        forall(q, J(q) * (1 + eta * m_plus(q) - COST) <= J_next(q)),
    ),
    notation=(
        Notation(mean_now, mean_at(0), "sum of a_q J_q before the update"),
        Notation(mean_next, mean_at(eta), "sum of a_q J_q after the update"),
        Notation(
            slope,
            total(q, share(q) * total(o, AT_Q.correct() * AT_Q.score())),
            "w.grad of the mean: sum of a_q w.grad J_q",
        ),
        Notation(J, AT_Q.success(), "success rate of prompt q", (q,)),
        Notation(J_next, AT_Q.success(eta), "success rate of prompt q after the update", (q,)),
        Notation(m_plus, AT_Q.mean_correct(AT_Q.score()), "mean score of its correct ones", (q,)),
    ),
    remark="Along alpha times the gradient of the mean the slope is |grad|^2, and L becomes"
    " L |grad|^2. The second part bounds what one prompt can lose.",
    twins=(
        Twin("half the curvature", mean_now + eta * slope - COST / 2 * mean_now <= mean_next),
        Twin("no curvature", mean_now + eta * slope <= mean_next),
        Twin("no prompt loses", forall(q, J(q) <= J_next(q))),
        Twin("any score", drop="smooth"),
    ),
)
