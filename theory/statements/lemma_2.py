"""Lemma 2, eq. (22), as printed: no condition on the step."""

from theory.statements._prelude import *
from theory.statements._tree import CHANGE, FAILURE, GAP, change, gap
from theory.statements.lemma_2_sharp import HYPOTHESES, SHORT, loss

STATEMENT = Statement(
    slug="lemma_2",
    title="The token-level log-odds step, as printed",
    paper_ref="Lemma 2, eq. (22)",
    kind="lower",
    hypotheses=tuple(h for h in HYPOTHESES if h != SHORT),
    conclusion=gap * eta - loss(const(1)) <= change,
    notation=(FAILURE, GAP, CHANGE),
    remark="For every step, as the main text prints it.",
    twins=(
        Twin("a twentieth of the loss", gap * eta - loss(const(1)) / 20 <= change),
        Twin("sign flipped", change <= gap * eta - loss(const(1))),
        Twin("cubic remainder", gap * eta - loss(const(1)) * eta <= change),
        Twin("any score", drop="smooth"),
    ),
)
