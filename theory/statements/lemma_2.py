"""Lemma 2, eq. (22), as printed."""

from theory.statements._prelude import *
from theory.statements._tree import CHANGE, FAILURE, GAP, change, gap
from theory.statements.lemma_2_sharp import HYPOTHESES, loss

STATEMENT = Statement(
    slug="lemma_2",
    title="The token-level log-odds step, as printed",
    paper_ref="Lemma 2, eq. (22)",
    kind="lower",
    hypotheses=HYPOTHESES,
    conclusion=gap * eta - loss(const(1)) <= change,
    notation=(FAILURE, GAP, CHANGE),
    remark="The main text prints (22) without a condition on eta; this is what (18a) gives.",
    twins=(
        Twin("a twentieth of the loss", gap * eta - loss(const(1)) / 20 <= change),
        Twin("sign flipped", change <= gap * eta - loss(const(1))),
        Twin("cubic remainder", gap * eta - loss(const(1)) * eta <= change),
        Twin("any score", drop="smooth"),
    ),
)
