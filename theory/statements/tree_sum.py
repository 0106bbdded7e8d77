"""Sums over a response tree: what holds from each prefix to its children holds for the responses.

g is superharmonic when its values at the children of an open prefix add up to at most its own.
With g = probability this is the tower property; with g = probability * e^(...) optional stopping.
"""

from theory.statements._prelude import *
from theory.statements._tree import AT_ROOT, OVER_RESPONSES, SHAPE, at_root, g, over_responses
from theory.tree import at_open, child, p, v

STATEMENT = Statement(
    slug="tree_sum",
    title="A superharmonic function on a response tree",
    paper_ref="used for Lemma 2",
    kind="upper",
    hypotheses=(
        *SHAPE,
        Hypothesis(
            "superharmonic",
            at_open(total(v, g(child)) <= g(p)),
            "at an open prefix the values at the children add up to at most the value there",
        ),
    ),
    conclusion=over_responses <= at_root,
    notation=(AT_ROOT, OVER_RESPONSES),
    twins=(
        Twin("sign flipped", at_root <= over_responses),
        Twin("half", over_responses <= at_root / 2),
        Twin("any function", drop="superharmonic"),
        Twin("responses that fork", drop="branching"),
    ),
)
