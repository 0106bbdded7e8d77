"""The step inequalities under Assumption 1 as the paper states it: gradients are vectors.

The score along w is w . grad log pi, and the alignment is w . (g+ - g-), summed over coordinates.
The other step claims speak of one direction only; this one joins them to the paper's hypotheses.
"""

from theory.statements._prelude import *
from theory.statements._common import *
from theory.statements.regularity_along_direction import BOUNDED, LIPSCHITZ, UNIT, gradient, w

score = Lambda((o, t), total(i, w(i) * gradient(i, o, t)))
g_plus = STEP.mean_correct(gradient(i, o, 0))  # coordinate i, eq. (8)
g_minus = STEP.mean_incorrect(gradient(i, o, 0))

SCORE = Hypothesis(
    "differentiable",
    forall(o, has_derivative(t, STEP.logp(t), score.body)),
    "chain rule: the slope of log pi along w is w.grad log pi",
)

STATEMENT = Statement(
    slug="step_under_assumption_1",
    title="The step inequalities under Assumption 1 as printed",
    paper_ref="Assumption 1, eqs. (11)-(13), (16)",
    kind="upper",
    hypotheses=(NORMALISED, SCORE, UNIT, BOUNDED, LIPSCHITZ, VERIFIABLE, INTERIOR, FORWARD),
    conclusion=conj(
        -(L * eta**2 / (2 * F)) <= change - gap * eta,
        change - gap * eta <= L * eta**2 / (2 * J),
        absolute(change - gap * eta) <= (L + G**2 / 2) * eta**2,
    ),
    notation=(
        SUCCESS,
        FAILURE,
        CHANGE,
        Notation(gap, total(i, w(i) * (g_plus - g_minus)), "w.(g+ - g-), eq. (11)"),
    ),
    twins=(
        Twin("half the curvature", -(L * eta**2 / (4 * F)) <= change - gap * eta),
        Twin("J and 1 - J exchanged", -(L * eta**2 / (2 * J)) <= change - gap * eta),
        Twin("sign flipped", absolute(change + gap * eta) <= (L + G**2 / 2) * eta**2),
        Twin("long directions", drop="unit"),
    ),
)
