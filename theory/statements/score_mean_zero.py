"""F2: the mean score is zero, so the two conditional means balance."""

from theory.statements._prelude import *
from theory.statements._common import *

mean_score = var("mean_score")

STATEMENT = Statement(
    slug="score_mean_zero",
    title="The score has mean zero",
    paper_ref="eqs. (4), (8)",
    kind="equality",
    hypotheses=(NORMALISED, DIFFERENTIABLE, INTERIOR),
    conclusion=conj(eq(mean_score, 0), eq(J * m_plus + F * m_minus, 0)),
    notation=(
        SUCCESS,
        FAILURE,
        MEAN_PLUS,
        MEAN_MINUS,
        Notation(mean_score, total(o, exp(STEP.logp()) * STEP.score()), "E_pi[s]"),
    ),
    twins=(
        Twin("sign flipped", eq(J * m_plus - F * m_minus, 0)),
        Twin("J and 1 - J exchanged", eq(F * m_plus + J * m_minus, 0)),
        Twin("unweighted", eq(m_plus + m_minus, 0)),
        Twin("probabilities need not sum to one", drop="normalised"),
    ),
)
