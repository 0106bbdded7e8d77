"""pi' = pi e^X; sum it over the correct, over the incorrect, and over all responses."""

from theory.proofs._prelude import *
from theory.proofs._step import incorrect_mass, reweighting, success_interior
from theory.proofs._witness import step_witness
from theory.statements.normalisation import GROWTH, STATEMENT


def prove(goal: Term) -> Proof:
    plus = sum_equal(
        reweighting(STEP.correct(), STEP.correct(eta)), o, (1, STEP.correct() * GROWTH)
    )
    minus = sum_equal(
        reweighting(STEP.incorrect(), STEP.incorrect(eta)), o, (1, STEP.incorrect() * GROWTH)
    )
    return conclude(goal, plus, minus, incorrect_mass(eta), *success_interior())


witness = partial(step_witness, STATEMENT)
