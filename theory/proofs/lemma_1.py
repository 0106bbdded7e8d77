"""L + G^2/2 <= L + 8 G^2: the sharp form implies the printed one, whatever the step size."""

from theory.proofs._prelude import *
from theory.proofs import lemma_1_sharp
from theory.proofs._step import success_interior
from theory.proofs._witness import step_witness
from theory.proofs.log_success_step import next_positive
from theory.statements.lemma_1 import STATEMENT
from theory.statements.lemma_1_sharp import STATEMENT as SHARP


def prove(goal: Term) -> Proof:
    sharp = lemma_1_sharp.prove(SHARP.formal_conclusion)
    positive = (next_positive(True), next_positive(False))
    return conclude(goal, sharp, *positive, *success_interior())


witness = partial(step_witness, STATEMENT)
