"""Each conditional mean score is a known share of the gap alignment (11)."""

from theory.statements._prelude import *
from theory.statements._common import *

STATEMENT = Statement(
    slug="alignment_decomposition",
    title="Mean scores as shares of the gap alignment",
    paper_ref="eq. (11)",
    kind="equality",
    hypotheses=(NORMALISED, DIFFERENTIABLE, INTERIOR),
    conclusion=conj(eq(m_plus, F * gap), eq(m_minus, -J * gap)),
    notation=(SUCCESS, FAILURE, GAP, MEAN_PLUS, MEAN_MINUS),
    twins=(
        Twin("J and 1 - J exchanged", eq(m_plus, J * gap)),
        Twin("sign flipped", eq(m_minus, J * gap)),
        Twin("equal shares", eq(m_plus, gap / 2)),
        Twin("probabilities need not sum to one", drop="normalised"),
    ),
)
