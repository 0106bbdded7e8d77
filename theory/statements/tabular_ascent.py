"""The exact policy gradient on free logits never lowers the mean reward, at any step size.

u(o) has the sign of r(o) - V, so every token above the mean gains on every token below it. There is
no overshooting in a table of logits: a lasting collapse needs another parametrisation, sampling, or
another update.
"""

from theory.statements._prelude import *
from theory.statements._common import FORWARD
from theory.statements._softmax import *

STATEMENT = Statement(
    slug="tabular_ascent",
    title="On free logits the exact update never lowers the mean reward, however long the step",
    paper_ref="not in the paper; the scope of Theorem 2",
    kind="lower",
    hypotheses=(NONEMPTY, FORWARD),
    conclusion=V <= V_next,
    notation=(PROBABILITY, PROBABILITY_NEXT, VALUE, VALUE_NEXT, UPDATE),
    remark="The step size is free, so the same holds for any positive multiple of the gradient.",
    twins=(
        Twin("the mean reward falls", V_next <= V),
        Twin("it rises by a hundredth", V + V**2 / 100 <= V_next),
        Twin("steps of any sign", drop="forward"),
    ),
)
