"""A weighted sum of the two halves of log_success_step, with the weights J and 1 - J."""

from theory.proofs._prelude import *
from theory.proofs import log_success_step
from theory.proofs._step import success_interior
from theory.proofs._witness import step_witness
from theory.proofs.log_success_step import next_positive
from theory.statements.kl_step import STATEMENT
from theory.statements.log_success_step import STATEMENT as HALVES


def prove(goal: Term) -> Proof:
    halves = log_success_step.prove(HALVES.formal_conclusion)
    positive = (next_positive(correct) for correct in (True, False))
    return conclude(goal, halves, *positive, *success_interior())


witness = partial(step_witness, STATEMENT)
