"""Dr. GRPO on a group of n: in expectation the gradient of J, times 1 - 1/n.

The mean reward of the group, which is subtracted, contains the response's own reward: that is what
1 - 1/n pays for. Only pairs of responses need to be independent.
"""

from theory.statements._group import *

update, spread = var("update"), var("spread")

STATEMENT = Statement(
    slug="group_dr_grpo",
    title="Dr. GRPO on a group of n: the exact direction, times 1 - 1/n",
    paper_ref="not in the paper",
    kind="equality",
    hypotheses=(INTERIOR, BINARY, *PAIRS),
    conclusion=conj(eq(update, (1 - 1 / n) * (J * F * gap)), eq(spread, (1 - 1 / n) * (J * F))),
    notation=(
        SUCCESS,
        FAILURE,
        GAP,
        GROUP_SIZE,
        Notation(
            update,
            expected(mean((reward(a) - RIGHT) * score(a))),
            "E of the group's mean of (r - mean r) s",
        ),
        Notation(spread, expected(RIGHT * (1 - RIGHT)), "E[p (1 - p)], p the share of right ones"),
    ),
    twins=(
        Twin("not shortened", eq(update, J * F * gap)),
        Twin("shortened twice", eq(update, (1 - 2 / n) * (J * F * gap))),
        Twin("spread as in the limit", eq(spread, J * F)),
        Twin("copies of one response", drop="pairwise"),
    ),
)
