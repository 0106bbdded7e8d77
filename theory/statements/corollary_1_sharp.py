"""Corollary 1 under a longer step: the linear rate for every eta <= gap/(2L + G^2)."""

from theory.statements._prelude import *
from theory.statements.corollary_1 import STATEMENT as PRINTED
from theory.statements.corollary_1 import least_gap

SMALL = Hypothesis("small", eta <= least_gap / (2 * L + G**2), "eta <= gap/(2L + G^2)")

STATEMENT = Statement(
    slug="corollary_1_sharp",
    title="Linear convergence with a uniform gap, under the sharp Lemma 1",
    paper_ref="sharpens Corollary 1",
    kind="upper",
    hypotheses=(*PRINTED.hypotheses[:-1], SMALL),
    conclusion=PRINTED.conclusion,
    notation=PRINTED.notation,
    remark="For G^2 = L the step may be six times as long as in print.",
    twins=PRINTED.twins,
)
