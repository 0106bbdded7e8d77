"""The argument of theorem_1b_limit, with the gain of theorem_3_first_branch."""

from theory.proofs._prelude import *
from theory.proofs import theorem_1b_limit
from theory.proofs._tree_trajectory import always_gains, defined, from_gains
from theory.proofs._tree_witness import growing_tree_witness
from theory.proofs.theorem_3_first_branch import step_gain
from theory.statements import theorem_1b_limit as flat
from theory.statements.theorem_3_limit import STATEMENT


def limit(goal: Term, gain: Proof) -> Proof:
    """1 - J(K) <= eps once M(K) is large enough, on the tree."""
    general = theorem_1b_limit.limit(flat.STATEMENT.formal_conclusion, always_gains())
    tolerance, inside = assume(0 < eps), defined()
    enough = STATEMENT.expand(flat.ENOUGH)
    positive = solve(0 < enough.args[1].args[0], tolerance, *inside)
    return conclude(goal, from_gains(general, gain), positive, tolerance, *inside)


def prove(goal: Term) -> Proof:
    return limit(goal, step_gain())


witness = partial(growing_tree_witness, STATEMENT)
