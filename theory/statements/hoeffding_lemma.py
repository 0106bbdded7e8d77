"""Hoeffding's lemma for values in [-G, G], over any finite set with non-negative weights."""

from theory.statements._prelude import *
from theory.statements.jensen_exp import MASSIVE, NONNEGATIVE, NOTATION, mean, value, weight

moment = var("moment")
RANGE = Hypothesis("range", forall(o, absolute(value(o)) <= G), "all values lie in [-G, G]")

STATEMENT = Statement(
    slug="hoeffding_lemma",
    title="Hoeffding's lemma",
    paper_ref="used for eq. (16)",
    kind="upper",
    hypotheses=(NONNEGATIVE, MASSIVE, RANGE),
    conclusion=moment <= exp(u * mean + G**2 * u**2 / 2),
    notation=(
        *NOTATION[:2],
        Notation(
            moment,
            total(o, weight(o) * exp(u * value(o))) / total(o, weight(o)),
            "moment generating function E[exp(u X)]",
        ),
    ),
    twins=(
        Twin("half the constant", moment <= exp(u * mean + G**2 * u**2 / 4)),
        Twin("sign of the mean flipped", moment <= exp(-u * mean + G**2 * u**2 / 2)),
        Twin("variance term dropped", moment <= exp(u * mean)),
        Twin("values of any size", drop="range"),
    ),
)
