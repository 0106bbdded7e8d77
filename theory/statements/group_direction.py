"""The update of a group goes along the gap in expectation, whatever the advantages are.

Let every advantage be computed from the rewards of the group, and let them add up to 0. Then the
mean update is E[mean of A r] times the gap: Dr. GRPO, GRPO without 1/|o|, groups that are dropped
when they are silent, and leave-one-out baselines differ in this number alone.
"""

from theory.statements._group import *

update, factor = var("update"), var("factor")

STATEMENT = Statement(
    slug="group_direction",
    title="Advantages computed from rewards, with sum 0: exactly along the gap",
    paper_ref="not in the paper",
    kind="equality",
    hypotheses=(NONEMPTY, INTERIOR, BINARY, *ADVANTAGES, BALANCED),
    conclusion=eq(update, factor * gap),
    notation=(
        GAP,
        GROUP_SIZE,
        Notation(update, UPDATE, "E of the group's mean of A s"),
        Notation(factor, expected(mean(advantage(z, a) * reward(a))), "E of its mean of A r"),
    ),
    twins=(
        Twin("twice the factor", eq(update, 2 * factor * gap)),
        Twin("sign flipped", eq(update, -factor * gap)),
        Twin("a baseline that is not the mean", drop="balanced"),
        Twin("the others copy", drop="independent"),
    ),
)
