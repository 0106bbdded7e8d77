"""``theorem_3_first_branch``: the second branch of (18a) is not used."""

from theory.proofs._prelude import *
from theory.proofs._tree_witness import growing_tree_witness
from theory.proofs.theorem_3_first_branch import curve, step_gain
from theory.statements.theorem_3 import STATEMENT


def prove(goal: Term) -> Proof:
    return curve(goal, step_gain())


witness = partial(growing_tree_witness, STATEMENT)
