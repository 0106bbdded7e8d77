"""4(2^{1/4} - 1) <= 1: the sharp form implies the printed one."""

from theory.proofs._prelude import *
from theory.proofs import lemma_2_sharp
from theory.proofs._tree_witness import policy_witness
from theory.proofs.token_sharp_step import interior, positive_next
from theory.statements._tree import LIGHT
from theory.statements.lemma_2 import STATEMENT
from theory.statements.lemma_2_sharp import STATEMENT as SHARP
from theory.tree import T_psi


def prove(goal: Term) -> Proof:
    sharp = lemma_2_sharp.prove(SHARP.formal_conclusion)
    F = lemma_2_sharp.F
    positive = part(assume(LIGHT.formula), 0)
    term = solve(0 <= G**2 * T_psi / F * eta**2, positive, *interior())
    return conclude(goal, sharp, term, *positive_next(), *interior())


def witness() -> Instance:
    return policy_witness(STATEMENT, {}, {})
