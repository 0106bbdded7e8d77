"""The argument of corollary_1: it needs (L + G^2/2) eta <= gap/2, no more."""

from theory.proofs._prelude import *
from theory.proofs._witness_paths import steady_witness
from theory.proofs.corollary_1 import linear_rate
from theory.statements.corollary_1 import least_gap
from theory.statements.corollary_1_sharp import STATEMENT


def prove(goal: Term) -> Proof:
    return linear_rate(goal, STATEMENT)


def witness() -> Instance:
    return steady_witness(STATEMENT, {least_gap: const(1), eta: const(1) / 20})
