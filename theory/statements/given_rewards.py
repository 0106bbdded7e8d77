"""Given the rewards of a group, a right response is a draw from pi+ and a wrong one from pi-.

So whatever the advantage of a response is, if it is computed from the rewards of the group, its
mean with the score is the mean advantage of right responses times E+[s], and of wrong ones times
E-[s]. What is used: the response is independent of what the others earn.
"""

from theory.statements._common import MEAN_MINUS, MEAN_PLUS, m_minus, m_plus
from theory.statements._group import *

pushed, when_right, when_wrong = map(var, ("pushed", "when_right", "when_wrong"))

STATEMENT = Statement(
    slug="given_rewards",
    title="Given the rewards, a right response of a group is a draw from pi+",
    paper_ref="not in the paper",
    kind="equality",
    hypotheses=(INTERIOR, BINARY, *ADVANTAGES),
    conclusion=eq(pushed, when_right * m_plus + when_wrong * m_minus),
    notation=(
        MEAN_PLUS,
        MEAN_MINUS,
        Notation(pushed, expected(advantage(z, a) * score(a)), "E[A s] of member a"),
        Notation(when_right, expected(advantage(z, a) * reward(a)), "E[A r] of member a"),
        Notation(
            when_wrong, expected(advantage(z, a) * (1 - reward(a))), "E[A (1 - r)] of member a"
        ),
    ),
    twins=(
        Twin("exchanged", eq(pushed, when_right * m_minus + when_wrong * m_plus)),
        Twin("right ones alone", eq(pushed, when_right * m_plus)),
        Twin(
            "wrong ones pull the other way", eq(pushed, when_right * m_plus - when_wrong * m_minus)
        ),
        Twin("any advantage", drop="computed"),
    ),
)
