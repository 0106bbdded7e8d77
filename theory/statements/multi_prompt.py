"""Several prompts, one update: a weighted sum of log success rates rises by its slope, up to
curvature.

The paper leaves several prompts open. Nothing is needed but the inequality for each log J_q.
"""

from theory.statements._prelude import *
from theory.statements._common import FORWARD, curvature

share = Symbol("share", (PROMPT,))
A, objective, objective_next, slope = map(var, ("A", "objective", "objective_next", "slope"))


def objective_at(where: TermLike) -> Term:
    return total(q, share(q) * log(AT_Q.success(where)))


def slope_at(where: TermLike) -> Term:
    """w . grad of the objective: the weighted sum of E+[score]."""
    return total(q, share(q) * AT_Q.mean_correct(AT_Q.score(where), where))


def every_prompt(name: str, formula: Term, meaning: str) -> Hypothesis:
    return Hypothesis(name, forall(q, formula), meaning)


STATEMENT = Statement(
    slug="multi_prompt",
    title="One update, several prompts",
    paper_ref="section 6 (left open there)",
    kind="lower",
    hypotheses=(
        every_prompt("normalised", AT_Q.normalised(), "probabilities sum to one"),
        every_prompt(
            "differentiable", AT_Q.differentiable(), "the score is the derivative of log pi"
        ),
        every_prompt("smooth", AT_Q.smooth(), "Assumption 1(b): the score is L-Lipschitz"),
        every_prompt("verifiable", AT_Q.verifiable(), "rewards lie in [0, 1]; in the paper 0 or 1"),
        every_prompt(
            "solvable", forall(t, 0 < AT_Q.success(t)), "each prompt has a correct response"
        ),
        every_prompt("shares", 0 <= share(q), "weights of the prompts are not negative"),
        FORWARD,
    ),
    conclusion=conj(
        has_derivative(t, objective_at(t), slope_at(t)),
        objective + eta * slope - A * curvature() <= objective_next,
    ),
    notation=(
        Notation(A, total(q, share(q)), "total weight of the prompts"),
        Notation(objective, objective_at(0), "sum of a_q log J_q before the update"),
        Notation(objective_next, objective_at(eta), "sum of a_q log J_q after the update"),
        Notation(slope, slope_at(0), "w.grad of the objective"),
    ),
    twins=(
        Twin(
            "half the curvature", objective + eta * slope - A * curvature(L / 2) <= objective_next
        ),
        Twin("curvature not weighted", objective + eta * slope - curvature() <= objective_next),
        Twin("sign flipped", objective - eta * slope - A * curvature() <= objective_next),
        Twin("any score", drop="smooth"),
    ),
)
