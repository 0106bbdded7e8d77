"""What each update climbs in the mean: REINFORCE J, the 1/J-normalised one log J, GRPO the angle
arcsin(sqrt(J)).

All three go the same way, J(1-J) times the gap (`gradient_identity`) over a scale: 1, J, or the
deviation sqrt(J(1-J)). So each is the gradient of a function of J alone, and they differ by what a
rise of J is worth where J is small.
"""

from theory.statements._prelude import *
from theory.kernel.terms import cos, sin
from theory.statements._common import DIFFERENTIABLE, NORMALISED

angle, turn = Symbol("angle", (REAL,)), Symbol("turn", (REAL,))
reinforce, grpo, over_J = (Symbol(name, (REAL,)) for name in ("reinforce", "grpo", "over_J"))
J_at = Symbol("J_at", (REAL,))
RATE, SIGMA = STEP.success(t), sin(angle(t)) * cos(angle(t))


def update(scale: TermLike) -> Term:
    """E[A/scale s] for the advantage A = r - J, at theta + t w."""
    return total(o, exp(STEP.logp(t)) * ((STEP.reward - RATE) / scale) * STEP.score(t))


STATEMENT = Statement(
    slug="what_is_maximised",
    title="In the mean REINFORCE climbs J, the 1/J-normalised update log J, GRPO 2 arcsin(sqrt J)",
    paper_ref="not in the paper; eqs. (4), (5) without 1/|o|",
    kind="equality",
    hypotheses=(
        NORMALISED,
        DIFFERENTIABLE,
        Hypothesis(
            "angle",
            forall(t, conj(0 < sin(angle(t)), 0 < cos(angle(t)), eq(sin(angle(t)) ** 2, RATE))),
            "the angle is arcsin(sqrt(J)), 0 < J < 1: its sine and cosine are sqrt(J), sqrt(1-J)",
        ),
        Hypothesis(
            "turns", has_derivative(t, angle(t), turn(t)), "turn is the derivative of the angle"
        ),
    ),
    conclusion=conj(
        has_derivative(t, J_at(t), reinforce(t)),
        has_derivative(t, log(J_at(t)), over_J(t)),
        forall(t, eq(2 * turn(t), grpo(t))),
    ),
    notation=(
        Notation(J_at, RATE, "success rate at theta + t w", (t,)),
        Notation(reinforce, update(1), "E[A s], eq. (4)", (t,)),
        Notation(over_J, update(RATE), "E[A/J s]", (t,)),
        Notation(grpo, update(SIGMA), "E[A/sqrt(J(1-J)) s], eq. (5) without 1/|o|", (t,)),
    ),
    remark="Along every direction w, the coordinate directions among them: so these are gradients.",
    twins=(
        Twin("REINFORCE climbs the angle", forall(t, eq(2 * turn(t), reinforce(t)))),
        Twin("log J climbs as the angle", forall(t, eq(2 * turn(t), over_J(t)))),
        Twin("half of it", forall(t, eq(turn(t), grpo(t)))),
        Twin("probabilities need not sum to one", drop="normalised"),
    ),
)
