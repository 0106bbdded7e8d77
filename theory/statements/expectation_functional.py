"""An expectation is a linear, monotone, normalised functional, over any finite set of responses.

With weight r(o) pi(o) this is E+ of eq. (7a), with weight (1 - r(o)) pi(o) it is E- of eq. (7b).
"""

from theory.statements._prelude import *
from theory.statements.jensen_exp import MASSIVE, NONNEGATIVE, NOTATION, weight

f, g = Symbol("f", (RESPONSE,)), Symbol("g", (RESPONSE,))
a, b, c = var("a"), var("b"), var("c")
mean_f, mean_g, mean_of_sum = map(var, ("mean_f", "mean_g", "mean_of_sum"))
MASS = total(o, weight(o))

STATEMENT = Statement(
    slug="expectation_functional",
    title="Conditional expectations are linear, monotone and normalised",
    paper_ref="eqs. (7a), (7b)",
    kind="equality",
    hypotheses=(
        NONNEGATIVE,
        MASSIVE,
        Hypothesis("ordered", forall(o, f(o) <= g(o)), "f is at most g at every response"),
    ),
    conclusion=conj(eq(mean_of_sum, a * mean_f + b * mean_g + c), mean_f <= mean_g),
    notation=(
        NOTATION[0],
        Notation(mean_f, total(o, weight(o) * f(o)) / MASS, "E[f]"),
        Notation(mean_g, total(o, weight(o) * g(o)) / MASS, "E[g]"),
        Notation(
            mean_of_sum, total(o, weight(o) * (a * f(o) + b * g(o) + c)) / MASS, "E[a f + b g + c]"
        ),
    ),
    twins=(
        Twin("not normalised", eq(mean_of_sum, a * mean_f + b * mean_g + 2 * c)),
        Twin("order reversed", mean_g <= mean_f),
        Twin("coefficients exchanged", eq(mean_of_sum, b * mean_f + a * mean_g + c)),
        Twin("weights of any sign", drop="nonnegative"),
    ),
)
