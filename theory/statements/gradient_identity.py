"""Eq. (10): the policy gradient is J(1-J) times the gradient gap.

An identity of vectors is its components: the statement is about the derivative along the update,
and holds for every direction w, the coordinate directions among them.
"""

from theory.statements._prelude import *
from theory.statements._common import *

slope = var("slope")
SLOPE_AT_T = total(o, STEP.correct(t) * STEP.score(t))

STATEMENT = Statement(
    slug="gradient_identity",
    title="The policy gradient is J(1-J) times the gradient gap",
    paper_ref="eq. (10)",
    kind="equality",
    hypotheses=(NORMALISED, DIFFERENTIABLE, INTERIOR),
    conclusion=conj(has_derivative(t, STEP.success(t), SLOPE_AT_T), eq(slope, J * F * gap)),
    notation=(
        SUCCESS,
        FAILURE,
        GAP,
        Notation(slope, total(o, STEP.correct() * STEP.score()), "w.grad J, the derivative at 0"),
    ),
    twins=(
        Twin("one factor missing", eq(slope, J * gap)),
        Twin("variance replaced by standard deviation", eq(slope**2, J * F * gap**2)),
        Twin("sign flipped", eq(slope, -J * F * gap)),
        Twin("probabilities need not sum to one", drop="normalised"),
    ),
)
