"""Each step gains [gap]_+ eta/2, by sharp_step or by lemma_1_sharp, whichever allows it."""

from theory.proofs._prelude import *
from theory.proofs import lemma_1_sharp, sharp_step
from theory.proofs._trajectory import at_step, interior
from theory.proofs._witness_paths import growing_witness
from theory.proofs.theorem_1b import GAIN, curve
from theory.statements.lemma_1_sharp import STATEMENT as BY_SCORE
from theory.statements.sharp_step import STATEMENT as BY_RATE
from theory.statements.theorem_1b_longer import STATEMENT


@cache
def step_gain() -> Proof:
    """[gap]_+ eta / 2 <= change of the log odds, in every step."""
    hypotheses = STATEMENT.formal_hypotheses
    return solve_hiding(
        GAIN / 2 <= AT_K.log_odds_change(),
        (AT_K.alignment(), AT_K.log_odds_change(), AT_K.success()),
        at_step(sharp_step.prove(BY_RATE.formal_conclusion)),
        at_step(lemma_1_sharp.prove(BY_SCORE.formal_conclusion)),
        at(hypotheses["adapted"], k),
        at(hypotheses["forward"], k),
        assume(hypotheses["positive_L"]),
        *interior(AT_K),
    )


def prove(goal: Term) -> Proof:
    return curve(goal, step_gain())


def witness() -> Instance:
    return growing_witness(STATEMENT)
