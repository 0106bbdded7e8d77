"""Along one response: a function that no token raises is at its largest at the empty prefix."""

from theory.statements._prelude import *
from theory.statements._tree import AT_ROOT, INDICATORS, SHAPE, at_root, g
from theory.tree import at_open, child, p, v, whole

at_response = var("at_response")

STATEMENT = Statement(
    slug="tree_path",
    title="A function that falls along every response",
    paper_ref="used for Theorem 3",
    kind="upper",
    hypotheses=(
        *SHAPE,
        INDICATORS,
        Hypothesis("falling", at_open(forall(v, g(child) <= g(p))), "no token raises the function"),
    ),
    conclusion=at_response <= at_root,
    notation=(AT_ROOT, Notation(at_response, g(whole(o)), "g at the response o")),
    twins=(
        Twin("sign flipped", at_root <= at_response),
        Twin("half", at_response <= at_root / 2),
        Twin("any function", drop="falling"),
        Twin("responses that fork", drop="branching"),
    ),
)
