"""f(k+1) - f(k) >= gap eta - L eta^2/(2(1-J)) >= [gap]_+ eta/2 when eta <= (1-J) [gap]_+/L."""

from theory.proofs._prelude import *
from theory.proofs import sharp_step
from theory.proofs._trajectory import at_step, interior
from theory.proofs._witness_paths import growing_witness
from theory.proofs.theorem_1b import GAIN, curve
from theory.statements.sharp_step import STATEMENT as SHARP
from theory.statements.theorem_1b_sharp import STATEMENT


@cache
def step_gain() -> Proof:
    """[gap]_+ eta / 2 <= change of the log odds, in every step."""
    hypotheses = STATEMENT.formal_hypotheses
    return solve(
        GAIN / 2 <= AT_K.log_odds_change(),
        at_step(sharp_step.prove(SHARP.formal_conclusion)),
        at(hypotheses["adapted"], k),
        at(hypotheses["forward"], k),
        assume(hypotheses["positive_L"]),
        *interior(AT_K),
    )


def prove(goal: Term) -> Proof:
    return curve(goal, step_gain())


witness = partial(growing_witness, STATEMENT)
