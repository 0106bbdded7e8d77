"""Two linear equations for m+ and m-: J m+ + (1-J) m- = 0 and m+ - m- = gap."""

from theory.proofs._prelude import *
from theory.proofs._step import balance, success_interior
from theory.proofs._witness import step_witness
from theory.statements.alignment_decomposition import STATEMENT


@cache
def prove(goal: Term) -> Proof:
    return conclude(goal, balance(), *success_interior())


witness = partial(step_witness, STATEMENT)
