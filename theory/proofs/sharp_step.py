"""The two sides of ``_growth``, for the loss L eta^2/2."""

from theory.proofs._prelude import *
from theory.proofs._growth import constant_loss, side
from theory.proofs._step import success_interior
from theory.proofs._witness import step_witness
from theory.proofs.log_success_step import mean_of_loss, next_positive
from theory.statements.sharp_step import STATEMENT


@cache
def prove(goal: Term) -> Proof:
    kinds = (True, False)
    sides = (constant_loss(side(correct)) for correct in kinds)
    means = (mean_of_loss(correct) for correct in kinds)
    positive = (next_positive(correct) for correct in kinds)
    return conclude(goal, *sides, *means, *positive, *success_interior())


witness = partial(step_witness, STATEMENT)
