"""The mean of a group's update and its second moment, exactly, whatever the advantages are.

Given the rewards, right responses are independent draws from pi+ and wrong ones from pi-. So the
update is its mean given the rewards, which goes along the gap, and noise that adds up member by
member. For A = r - p it is E[(p(1-p))^2 (gap^2 + Var+/k + Var-/(n-k))], with k right responses.
"""

from theory.statements._group import *

update, factor = var("update"), var("factor")
second, along, right_squares, wrong_squares, var_plus, var_minus = map(
    var, ("second", "along", "right_squares", "wrong_squares", "var_plus", "var_minus")
)
A = advantage(z, a)
ALONG = mean(A * reward(a))


def variances(f: Term) -> tuple[Term, Term]:
    """Of f, under pi+ and pi-."""
    plus, minus = STEP.mean_correct(f), STEP.mean_incorrect(f)
    return STEP.mean_correct((f - plus) ** 2), STEP.mean_incorrect((f - minus) ** 2)


VARIANCES = variances(STEP.score())
SQUARES = (
    Notation(along, expected(ALONG**2), "E of the square of the mean of A r"),
    Notation(right_squares, expected(mean(A**2 * reward(a))), "E of the mean of A^2 r"),
    Notation(wrong_squares, expected(mean(A**2 * (1 - reward(a)))), "E of that of A^2 (1 - r)"),
)
NOISE = (right_squares * var_plus + wrong_squares * var_minus) / n

STATEMENT = Statement(
    slug="group_second_moment",
    title="Mean and second moment of a group's update: the gap, and noise that adds up",
    paper_ref="not in the paper",
    kind="equality",
    hypotheses=(INTERIOR, BINARY, *TWO_BY_TWO),
    conclusion=conj(eq(update, factor * gap), eq(second, along * gap**2 + NOISE)),
    notation=(
        GAP,
        GROUP_SIZE,
        Notation(update, UPDATE, "E of the group's mean of A s"),
        Notation(factor, expected(ALONG), "E of its mean of A r"),
        Notation(second, expected(mean(A * score(a)) ** 2), "E of the square of the mean of A s"),
        *SQUARES,
        Notation(var_plus, VARIANCES[0], "variance of the score under pi+"),
        Notation(var_minus, VARIANCES[1], "variance of the score under pi-"),
    ),
    twins=(
        Twin("no noise", eq(second, along * gap**2)),
        Twin("noise of one response", eq(second, along * gap**2 + n * NOISE)),
        Twin(
            "the right ones alone",
            eq(second, along * gap**2 + right_squares * var_plus / n),
        ),
        Twin("twice the factor", eq(update, 2 * factor * gap)),
        Twin("copies of one response", drop="independent"),
        Twin("a baseline that is not the mean", drop="balanced"),
    ),
)
