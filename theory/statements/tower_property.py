"""The tower property: an average of averages over the next token is the average over responses."""

from theory.statements._prelude import *
from theory.statements._tree import NORMALISED, SHAPE
from theory.tree import PREFIX, TREE, at_open, child, p, root, whole

value = Symbol("V", (PREFIX,))
mean, at_root, mass = var("mean"), var("at_root"), var("mass")

STATEMENT = Statement(
    slug="tower_property",
    title="The tower property on a response tree",
    paper_ref="eq. (1), section 4",
    kind="equality",
    hypotheses=(
        *SHAPE,
        NORMALISED,
        Hypothesis(
            "averaged",
            at_open(eq(value(p), TREE.node_mean(value(child)))),
            "V(p) = E_p[V(next prefix)] at every open prefix",
        ),
    ),
    conclusion=conj(eq(mean, at_root), eq(mass, 1)),
    notation=(
        Notation(
            mean, total(o, exp(TREE.logp(whole(o))) * value(whole(o))), "E[V] over the responses"
        ),
        Notation(at_root, value(root), "V at the empty prefix"),
        Notation(mass, total(o, exp(TREE.logp(whole(o)))), "total probability of the responses"),
    ),
    twins=(
        Twin("twice the value", eq(mean, 2 * at_root)),
        Twin("twice the mass", eq(mass, 2)),
        Twin("any value", drop="averaged"),
        Twin("probabilities need not sum to one", drop="normalised"),
    ),
)
