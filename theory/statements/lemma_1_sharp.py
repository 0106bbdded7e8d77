"""Lemma 1 with the constant L + G^2/2 and for every step size."""

from theory.statements._prelude import *
from theory.statements._common import BOUNDED, CHANGE, GAP, STEP_HYPOTHESES, change, gap

HYPOTHESES = (*STEP_HYPOTHESES, BOUNDED)

STATEMENT = Statement(
    slug="lemma_1_sharp",
    title="The log-odds step, for every step size",
    paper_ref="sharpens Lemma 1, eq. (16)",
    kind="upper",
    hypotheses=HYPOTHESES,
    conclusion=absolute(change - gap * eta) <= (L + G**2 / 2) * eta**2,
    notation=(GAP, CHANGE),
    twins=(
        Twin(
            "a quarter of the constant", absolute(change - gap * eta) <= (L / 4 + G**2 / 8) * eta**2
        ),
        Twin("no smoothness term", absolute(change - gap * eta) <= G**2 / 8 * eta**2),
        Twin("sign flipped", absolute(change + gap * eta) <= (L + G**2 / 2) * eta**2),
        Twin("cubic remainder", absolute(change - gap * eta) <= (L + G**2 / 2) * eta**3),
        Twin("any score", drop="smooth"),
    ),
)
