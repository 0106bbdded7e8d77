"""Differentiate sum pi = 1 term by term; split the sum by reward."""

from theory.proofs._prelude import *
from theory.proofs._step import balance, mean_score, success_interior
from theory.proofs._witness import step_witness
from theory.statements.score_mean_zero import STATEMENT


def prove(goal: Term) -> Proof:
    return conclude(goal, mean_score(), balance(), *success_interior())


witness = partial(step_witness, STATEMENT)
