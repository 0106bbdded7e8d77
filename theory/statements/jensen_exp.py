"""Jensen's inequality for the exponential, over any finite set with non-negative weights."""

from theory.statements._prelude import *

weight, value = Symbol("weight", (RESPONSE,)), Symbol("value", (RESPONSE,))
mass, mean, mean_exp = map(var, ("mass", "mean", "mean_exp"))

NOTATION = (
    Notation(mass, total(o, weight(o)), "total weight"),
    Notation(mean, total(o, weight(o) * value(o)) / total(o, weight(o)), "mean of the values"),
    Notation(
        mean_exp,
        total(o, weight(o) * exp(value(o))) / total(o, weight(o)),
        "mean of exp of the values",
    ),
)
NONNEGATIVE = Hypothesis("nonnegative", forall(o, 0 <= weight(o)), "weights are not negative")
MASSIVE = Hypothesis("massive", 0 < mass, "some weight is positive")

STATEMENT = Statement(
    slug="jensen_exp",
    title="Jensen's inequality for exp",
    paper_ref="used for eq. (16)",
    kind="lower",
    hypotheses=(NONNEGATIVE, MASSIVE),
    conclusion=exp(mean) <= mean_exp,
    notation=NOTATION,
    twins=(
        Twin("the other way round", mean_exp <= exp(mean)),
        Twin("a constant too large", const(101) / 100 * exp(mean) <= mean_exp),
        Twin("exponent doubled", exp(2 * mean) <= mean_exp),
        Twin("weights of any sign", drop="nonnegative"),
    ),
)
