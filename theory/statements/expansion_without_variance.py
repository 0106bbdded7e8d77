"""The second derivative of the log odds by the correct responses alone.

    f''  =  E+[s^2 + H]/(1-J) - (1-2J) gap^2

Probabilities sum to one, so E[s^2 + H] = 0 over all responses, and what the incorrect ones add to
`expansion` is known from the correct ones. A large Var- alone can lower nothing.
"""

from theory.statements._prelude import *
from theory.statements.expansion import HYPOTHESES, bend, second

J, gap, square_plus = var("J"), var("gap"), var("square_plus")


def by_correct(at: TermLike) -> Term:
    """E+[s^2 + H]/(1-J) - (1-2J) gap^2."""
    square = STEP.mean_correct(STEP.score(at) ** 2 + bend(o, at), at)
    return square / STEP.failure(at) - (1 - 2 * STEP.success(at)) * STEP.alignment(at) ** 2


STATEMENT = Statement(
    slug="expansion_without_variance",
    title="The second order of the log odds, by the correct responses alone",
    paper_ref="the remark after eq. (17), that a large Var- can lower the success rate",
    kind="equality",
    hypotheses=HYPOTHESES,
    conclusion=conj(
        has_derivative(t, STEP.alignment(t), by_correct(t)),
        eq(second(0), square_plus / (1 - J) - (1 - 2 * J) * gap**2),
    ),
    notation=(
        Notation(J, STEP.success(), "success rate"),
        Notation(gap, STEP.alignment(), "gap alignment, eq. (11)"),
        Notation(square_plus, STEP.mean_correct(STEP.score() ** 2 + bend(o, 0)), "E+[s^2 + H]"),
    ),
    twins=(
        Twin("J for 1 - J", eq(second(0), square_plus / J - (1 - 2 * J) * gap**2)),
        Twin("without the gap", eq(second(0), square_plus / (1 - J))),
        Twin("sign flipped", eq(second(0), square_plus / (1 - J) + (1 - 2 * J) * gap**2)),
        Twin("probabilities need not sum to one", drop="normalised"),
    ),
)
