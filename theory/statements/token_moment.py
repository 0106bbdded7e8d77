"""The moment generating function of the score: E[exp(uS)] <= 2^(u^2 G^2 T_psi) for small u."""

from theory.statements._prelude import *
from theory.statements._tree import BOUNDED, LIGHT, POLICY
from theory.statements.psi1_moment import LOG_2
from theory.tree import TREE, T_psi, whole

moment = var("moment")
exponent = u**2 * G**2 * T_psi

STATEMENT = Statement(
    slug="token_moment",
    title="The score is sub-Gaussian in the psi_1 norm of the length",
    paper_ref="used for Lemma 2",
    kind="upper",
    hypotheses=(
        *POLICY,
        BOUNDED,
        LIGHT,
        Hypothesis("small", 2 * exponent <= 1, "2 u^2 G^2 T_psi <= 1"),
    ),
    conclusion=moment <= exp(exponent * LOG_2),
    notation=(
        Notation(
            moment,
            total(o, exp(TREE.logp(whole(o))) * exp(u * TREE.score(whole(o)))),
            "E[exp(u S)]",
        ),
    ),
    twins=(
        Twin("a quarter of the exponent", moment <= exp(exponent * LOG_2 / 4)),
        Twin("no growth", moment <= 1),
        Twin("cubic", moment <= exp(u * exponent * LOG_2)),
        Twin("lengths of any size", drop="light"),
    ),
)
