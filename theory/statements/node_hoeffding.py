"""Hoeffding's lemma at one node: given the prefix, the next token score has mean 0 and is <= G."""

from theory.statements._prelude import *
from theory.statements._tree import BOUNDED, DIFFERENTIABLE, NORMALISED
from theory.statements.node_expectation import OPEN
from theory.tree import TREE

drift, moment = var("drift"), var("moment")

STATEMENT = Statement(
    slug="node_hoeffding",
    title="Hoeffding's lemma for the next token",
    paper_ref="used for Lemma 2",
    kind="upper",
    hypotheses=(NORMALISED, DIFFERENTIABLE, BOUNDED, OPEN),
    conclusion=conj(eq(drift, 0), moment <= exp(G**2 * u**2 / 2)),
    notation=(
        Notation(drift, TREE.node_mean(TREE.token_score()), "mean score of the next token"),
        Notation(
            moment, TREE.node_mean(exp(u * TREE.token_score())), "E_p[exp(u s)] of the next token"
        ),
    ),
    twins=(
        Twin("half the constant", moment <= exp(G**2 * u**2 / 4)),
        Twin("variance term dropped", moment <= 1),
        Twin("a drift", eq(drift, G)),
        Twin("scores of any size", drop="bounded"),
        Twin("probabilities need not sum to one", drop="normalised"),
    ),
)
