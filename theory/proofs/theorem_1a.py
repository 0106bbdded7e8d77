"""As theorem_1a_sharp: L + G^2/2 <= L + 8 G^2, so the printed budget is a smaller one."""

from theory.proofs._prelude import *
from theory.proofs._witness_paths import halting_witness
from theory.proofs.theorem_1a_sharp import stagnates
from theory.statements.theorem_1a import STATEMENT


def prove(goal: Term) -> Proof:
    return stagnates(goal, STATEMENT.formal_hypotheses)


def witness() -> Instance:
    return halting_witness(STATEMENT, {})
