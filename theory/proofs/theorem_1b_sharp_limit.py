"""The argument of theorem_1b_limit, with the gain of theorem_1b_sharp."""

from theory.proofs._prelude import *
from theory.proofs._witness_paths import growing_witness
from theory.proofs.theorem_1b_limit import limit
from theory.proofs.theorem_1b_sharp import step_gain
from theory.statements.theorem_1b_sharp_limit import STATEMENT


def prove(goal: Term) -> Proof:
    return limit(goal, step_gain())


witness = partial(growing_witness, STATEMENT)
