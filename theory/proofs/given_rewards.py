"""A s is up r s or down (1-r) s, and what the others earn is independent of the response."""

from theory.proofs._prelude import *
from theory.proofs._group import earned, score_of, weighed
from theory.proofs._group_witness import CENTRED, advantage_witness
from theory.proofs._step import success_interior
from theory.statements.given_rewards import STATEMENT


@cache
def prove(goal: Term) -> Proof:
    return conclude(goal, weighed(score_of), earned(True), earned(False), *success_interior())


witness = partial(advantage_witness, STATEMENT, *CENTRED)
