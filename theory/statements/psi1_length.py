"""Lengths between 1 and T: their psi_1 norm is at most T/log 2 and at least 1/log 2."""

from theory.statements._prelude import *
from theory.statements import psi1_moment
from theory.statements.jensen_exp import NONNEGATIVE
from theory.statements.psi1_moment import LOG_2
from theory.statements.psi1_norm import IN_BALL, PROBABILITIES, X, a, moment

longest = var("T_inf")
at_longest, below = var("at_longest"), var("below")
mean = psi1_moment.mean

STATEMENT = Statement(
    slug="psi1_length",
    title="The psi_1 norm of a bounded length",
    paper_ref="Assumption 3: E[len] <= T_psi1 <= T_inf/log 2",
    kind="upper",
    hypotheses=(
        NONNEGATIVE,
        PROBABILITIES,
        Hypothesis("bounded", conj(0 < longest, forall(o, X(o) <= longest)), "X is at most T_inf"),
        Hypothesis("nonempty", forall(o, 1 <= X(o)), "X is at least 1"),
        IN_BALL,
    ),
    conclusion=conj(at_longest <= 2, mean <= a * LOG_2, a * LOG_2 <= a, 1 / LOG_2 <= a),
    notation=(
        Notation(at_longest, moment(X(o) / (longest / LOG_2)), "E[exp(X/(T_inf/log 2))]"),
        psi1_moment.STATEMENT.notation[1],
        Notation(below, moment(X(o) / (longest / (2 * LOG_2))), "E[exp(X/(T_inf/(2 log 2)))]"),
    ),
    twins=(
        Twin("half of T_inf/log 2", below <= 2),
        Twin("half the mean", mean <= a * LOG_2 / 2),
        Twin("twice the least norm", 2 / LOG_2 <= a),
        Twin("lengths of any size", drop="bounded"),
        Twin("empty responses", drop="nonempty"),
    ),
)
