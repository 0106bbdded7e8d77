"""F1: the update reweights each response by e^X, X = log pi' - log pi, and probability is
conserved."""

from theory.statements._prelude import *
from theory.statements._common import *

growth_plus, growth_minus = var("growth_plus"), var("growth_minus")
GROWTH = exp(STEP.logp(eta) - STEP.logp(0))

STATEMENT = Statement(
    slug="normalisation",
    title="Probability is conserved by an update",
    paper_ref="eqs. (1), (7a), (7b)",
    kind="equality",
    hypotheses=(NORMALISED, INTERIOR),
    conclusion=conj(
        eq(J * growth_plus + F * growth_minus, 1),
        eq(J_next, J * growth_plus),
        eq(F_next, F * growth_minus),
    ),
    notation=(
        SUCCESS,
        FAILURE,
        SUCCESS_NEXT,
        FAILURE_NEXT,
        Notation(growth_plus, STEP.mean_correct(GROWTH), "E+[e^X], X = log pi' - log pi"),
        Notation(growth_minus, STEP.mean_incorrect(GROWTH), "E-[e^X]"),
    ),
    twins=(
        Twin("J and 1 - J exchanged", eq(F * growth_plus + J * growth_minus, 1)),
        Twin("each side conserved alone", eq(growth_plus, 1)),
        Twin("J' without J", eq(J_next, growth_plus)),
    ),
)
