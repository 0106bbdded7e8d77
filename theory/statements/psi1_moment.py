"""A psi_1 norm of at most a gives E[exp(cX/a)] <= 2^c for 0 <= c <= 1, and E[X] <= a log 2."""

from theory.statements._prelude import *
from theory.statements.jensen_exp import NONNEGATIVE, weight
from theory.statements.psi1_norm import IN_BALL, PROBABILITIES, X, a, moment

share, mean, fraction = var("share"), var("mean"), var("fraction")
LOG_2 = log(lift(2))

STATEMENT = Statement(
    slug="psi1_moment",
    title="Moments from a psi_1 norm",
    paper_ref="Assumption 3",
    kind="upper",
    hypotheses=(
        NONNEGATIVE,
        PROBABILITIES,
        IN_BALL,
        Hypothesis("share", conj(0 <= share, share <= 1), "a share between 0 and 1"),
    ),
    conclusion=conj(fraction <= exp(share * LOG_2), mean <= a * LOG_2),
    notation=(
        Notation(fraction, moment(share * (X(o) / a)), "E[exp(c X/a)]"),
        Notation(mean, total(o, weight(o) * X(o)), "E[X]"),
    ),
    remark="The paper has E[X] <= a; the factor log 2 = 0.693 is for free.",
    twins=(
        Twin("half the mean", mean <= a * LOG_2 / 2),
        Twin("square root", fraction <= exp(share * LOG_2 / 2)),
        Twin("no growth", fraction <= 1),
        Twin("any X", drop="in_ball"),
        Twin("shares above one", drop="share"),
    ),
)
