"""Lemma 1, eq. (16), as printed."""

from theory.statements._prelude import *
from theory.statements._common import CHANGE, GAP, change, gap
from theory.statements.lemma_1_sharp import HYPOTHESES

SHORT = Hypothesis(
    "short", conj(0 < L, 4 * L * eta**2 <= 1), "eta <= 1/(2 sqrt L), written without the root"
)

STATEMENT = Statement(
    slug="lemma_1",
    title="The log-odds step, as printed",
    paper_ref="Lemma 1, eq. (16)",
    kind="upper",
    hypotheses=(*HYPOTHESES, SHORT),
    conclusion=absolute(change - gap * eta) <= (L + 8 * G**2) * eta**2,
    notation=(GAP, CHANGE),
    remark="True, and far from sharp: see lemma_1_sharp, which needs no bound on eta.",
    twins=(
        Twin(
            "constants divided by 64", absolute(change - gap * eta) <= (L + 8 * G**2) / 64 * eta**2
        ),
        Twin("sign flipped", absolute(change + gap * eta) <= (L + 8 * G**2) * eta**2),
        Twin("cubic remainder", absolute(change - gap * eta) <= (L + 8 * G**2) * eta**3),
        Twin("any score", drop="smooth"),
    ),
)
