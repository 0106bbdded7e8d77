"""GRPO without 1/|o| on a group of n: exactly along the gap, with a factor that is a mean.

Each advantage is divided by the deviation of its own group, which is not a linear estimate. Yet
given the rewards nothing is left of it but a number. `group_factor` has that number's bounds.
"""

from theory.statements._group import *

update, factor = var("update"), var("factor")
rise = conj(
    eq(advantage(z, a) * deviation(z), reward(a) - RIGHT),
    implies(eq(deviation(z), 0), eq(advantage(z, a), 0)),
)

STATEMENT = Statement(
    slug="group_grpo",
    title="GRPO on a group of n: exactly along the gap, with the factor E[sqrt(p(1-p))]",
    paper_ref="not in the paper",
    kind="equality",
    hypotheses=(
        NONEMPTY,
        INTERIOR,
        BINARY,
        *ADVANTAGES,
        DEVIATION,
        Hypothesis(
            "standardised",
            forall(z, forall(a, rise)),
            "the advantage is (r - p)/deviation, and 0 in a group without deviation",
        ),
    ),
    conclusion=eq(update, factor * gap),
    notation=(
        SUCCESS,
        FAILURE,
        GAP,
        GROUP_SIZE,
        Notation(update, UPDATE, "E of the group's mean of A s"),
        Notation(factor, expected(deviation(z)), "E[sqrt(p (1 - p))]"),
    ),
    remark="That the advantage is computed from the rewards is a fact about GRPO: right or wrong, a"
    " response needs to know how many of the others are right.",
    twins=(
        Twin("the deviation of the policy", eq(update**2, J * F * gap**2)),
        Twin("the factor of Dr. GRPO", eq(update, expected(RIGHT * (1 - RIGHT)) * gap)),
        Twin("sign flipped", eq(update, -factor * gap)),
        Twin("the others copy", drop="independent"),
    ),
)
