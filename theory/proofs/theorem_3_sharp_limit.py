"""The argument of theorem_1b_limit, with the gain of theorem_3_sharp."""

from theory.proofs._prelude import *
from theory.proofs._tree_witness import growing_tree_witness
from theory.proofs.theorem_3_limit import limit
from theory.proofs.theorem_3_sharp import step_gain
from theory.statements.theorem_3_sharp_limit import STATEMENT


def prove(goal: Term) -> Proof:
    return limit(goal, step_gain())


witness = partial(growing_tree_witness, STATEMENT)
