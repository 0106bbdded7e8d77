"""pi A = (1-J) r pi - J (1-r) pi; divide by sigma, and sigma^2 = J(1-J)."""

from theory.proofs._prelude import *
from theory.proofs._grpo import grpo_is_gap, variance
from theory.proofs._grpo_witness import grpo_witness
from theory.proofs._step import success_interior
from theory.statements._grpo import LENGTHS, SCORE, SPREAD
from theory.statements.grpo_gradient import STATEMENT


def prove(goal: Term) -> Proof:
    positive = part(assume(SPREAD.formula), 0)
    lengths = at(LENGTHS.formula, o)
    return conclude(goal, variance(), grpo_is_gap(SCORE), positive, lengths, *success_interior())


witness = partial(grpo_witness, STATEMENT)
