"""One expectation functional at each open prefix: E_p[f] = sum over the next token of pi(v|p) f."""

from theory.statements._prelude import *
from theory.statements._tree import NORMALISED
from theory.statements.expectation_functional import a, b, c, mean_f, mean_g, mean_of_sum
from theory.tree import TOKEN, TREE, is_open, p, v

f, g = Symbol("f", (TOKEN,)), Symbol("g", (TOKEN,))
OPEN = Hypothesis("open", is_open(p), "a token follows the prefix p")

STATEMENT = Statement(
    slug="node_expectation",
    title="The expectation over the next token is linear, monotone and normalised",
    paper_ref="eq. (1)",
    kind="equality",
    hypotheses=(
        NORMALISED,
        OPEN,
        Hypothesis("ordered", forall(v, f(v) <= g(v)), "f is at most g at every token"),
    ),
    conclusion=conj(eq(mean_of_sum, a * mean_f + b * mean_g + c), mean_f <= mean_g),
    notation=(
        Notation(mean_f, TREE.node_mean(f(v)), "E_p[f]"),
        Notation(mean_g, TREE.node_mean(g(v)), "E_p[g]"),
        Notation(mean_of_sum, TREE.node_mean(a * f(v) + b * g(v) + c), "E_p[a f + b g + c]"),
    ),
    twins=(
        Twin("not normalised", eq(mean_of_sum, a * mean_f + b * mean_g + 2 * c)),
        Twin("order reversed", mean_g <= mean_f),
        Twin("coefficients exchanged", eq(mean_of_sum, b * mean_f + a * mean_g + c)),
        Twin("weights that do not sum to one", drop="normalised"),
    ),
)
