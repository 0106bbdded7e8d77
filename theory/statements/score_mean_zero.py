"""F2: the mean score is zero, so the two conditional means balance."""

from theory.kernel.statement import Notation, Statement, Twin
from theory.kernel.terms import conj, eq, exp, total, var
from theory.statements._common import (
    DIFFERENTIABLE,
    FAILURE,
    INTERIOR,
    MEAN_MINUS,
    MEAN_PLUS,
    NORMALISED,
    SUCCESS,
    F,
    J,
    m_minus,
    m_plus,
)
from theory.vocabulary import STEP, o

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
