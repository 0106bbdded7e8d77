"""Stagnation with the sharp constant and no bound on the step size."""

from theory.statements._prelude import *
from theory.statements._trajectory import BOUNDED, NOTATION, POSITIVE, TRAJECTORY, F, J, M, squares
from theory.vocabulary import C0, C1

WEAK = Hypothesis("weak", forall(K, M(K) <= C0), "the cumulative gap stays below C0")
SUMMABLE = Hypothesis(
    "summable",
    forall(K, squares <= C1 / (L + G**2 / 2)),
    "the squared step sizes sum to at most C1/(L + G^2/2)",
)
ceiling = var("ceiling")
CEILING = J(0) / (J(0) + exp(-(C0 + C1)) * F(0))

STATEMENT = Statement(
    slug="theorem_1a_sharp",
    title="Stagnation, with the sharp constant",
    paper_ref="sharpens Theorem 1(a)",
    kind="upper",
    hypotheses=(*TRAJECTORY, BOUNDED, POSITIVE, WEAK, SUMMABLE),
    conclusion=conj(J(K) <= CEILING, CEILING < 1),
    notation=NOTATION,
    twins=(
        Twin("sign of the exponent lost", J(K) <= J(0) / (J(0) + exp(C0 + C1) * F(0))),
        Twin("no room for C1", J(K) <= J(0) / (J(0) + exp(-C0) * F(0))),
        Twin("J(0) and 1 - J(0) exchanged", J(K) <= F(0) / (F(0) + exp(-(C0 + C1)) * J(0))),
        Twin("steps of any size", drop="summable"),
    ),
)
