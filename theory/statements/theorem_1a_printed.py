"""Theorem 1(a) as printed. It is false: at k = 0 it says that J(0) is less than J(0)."""

from theory.statements._prelude import *
from theory.statements._trajectory import BOUNDED, NOTATION, POSITIVE, TRAJECTORY, F, J
from theory.statements.theorem_1a import SUMMABLE
from theory.statements.theorem_1a_sharp import WEAK
from theory.vocabulary import C0, C1

SHORT = Hypothesis(
    "short",
    forall(k, 4 * L * steps(k) ** 2 <= 1),
    "eta_k <= 1/(2 sqrt L), written without the root",
)
CONSTANTS = Hypothesis("constants", conj(0 <= C0, 0 <= C1), "the constants are not negative")
PRINTED = J(0) / (J(0) + exp(C0 + C1) * F(0))

STATEMENT = Statement(
    slug="theorem_1a_printed",
    title="Stagnation when the alignment signal is weak (as printed)",
    paper_ref="Theorem 1(a)",
    kind="upper",
    hypotheses=(*TRAJECTORY, BOUNDED, POSITIVE, WEAK, SUMMABLE, SHORT, CONSTANTS),
    conclusion=conj(J(K) <= PRINTED, PRINTED < 1),
    notation=NOTATION,
    expected="refuted",
    corrected_by="theorem_1a",
    printed="J(k) <= J(0) / (J(0) + exp(C0 + C0') (1 - J(0))) < 1",
    remark="The sign in the exponent is lost: summing (16) gives exp(-(C0 + C0')).",
)
