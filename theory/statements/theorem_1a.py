"""Theorem 1(a), corrected: the exponent needs a minus sign."""

from theory.statements._prelude import *
from theory.statements._trajectory import BOUNDED, NOTATION, POSITIVE, TRAJECTORY, F, J, squares
from theory.statements.theorem_1a_sharp import CEILING, WEAK
from theory.vocabulary import C0, C1

SUMMABLE = Hypothesis(
    "summable",
    forall(K, squares <= C1 / (L + 8 * G**2)),
    "the squared step sizes sum to at most C1/(L + 8 G^2)",
)

STATEMENT = Statement(
    slug="theorem_1a",
    title="Stagnation when the alignment signal is weak (corrected)",
    paper_ref="Theorem 1(a), corrected",
    kind="upper",
    hypotheses=(*TRAJECTORY, BOUNDED, POSITIVE, WEAK, SUMMABLE),
    conclusion=conj(J(K) <= CEILING, CEILING < 1),
    notation=NOTATION,
    printed="J(k) <= J(0) / (J(0) + exp(C0 + C0') (1 - J(0))), for eta_k <= 1/(2 sqrt L)",
    remark="With exp(-(C0 + C0')), and without the bound on eta_k. C0' is called C1 here.",
    twins=(
        Twin("sign of the exponent lost", J(K) <= J(0) / (J(0) + exp(C0 + C1) * F(0))),
        Twin("constants divided by 64", J(K) <= J(0) / (J(0) + exp(-(C0 + C1) / 64) * F(0))),
        Twin("J(0) and 1 - J(0) exchanged", J(K) <= F(0) / (F(0) + exp(-(C0 + C1)) * J(0))),
        Twin("steps of any size", drop="summable"),
    ),
)
