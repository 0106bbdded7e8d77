"""f(k+1) - f(k) >= gap eta - (L + G^2/2) eta^2 >= [gap]_+ eta/2 under (15a); induction; undo the
logs."""

from theory.proofs._prelude import *
from theory.proofs import lemma_1_sharp
from theory.proofs._trajectory import accumulate, at_step, interior
from theory.proofs._witness_paths import growing_witness
from theory.statements.lemma_1_sharp import STATEMENT as SHARP
from theory.statements.theorem_1b import STATEMENT

END, START = line_at(K), line_at(0)
GAIN = positive_part(AT_K.alignment()) * steps(k)


@cache
def step_gain() -> Proof:
    """[gap]_+ eta / 2 <= change of the log odds, in every step."""
    hypotheses = STATEMENT.formal_hypotheses
    return solve(
        GAIN / 2 <= AT_K.log_odds_change(),
        at_step(lemma_1_sharp.prove(SHARP.formal_conclusion)),
        at(hypotheses["adapted"], k),
        at(hypotheses["forward"], k),
        assume(hypotheses["positive_L"]),
    )


def odds_bound(gain: Proof) -> Proof:
    """J(0) (1 - J(K)) <= J(K) (1 - J(0)) e^(-M(K)/2), from the gain of each step."""
    higher = specialise(accumulate(gain, True, (half, GAIN)), K)
    inside = (*interior(START), *interior(END))
    M = cumulative_gap(K)
    return odds_at_least(START.success(), END.success(), half * M, higher, *inside)


def curve(goal: Term, gain: Proof) -> Proof:
    """The logistic curve (15b), from the gain of each step."""
    bound = odds_bound(gain)
    decay = -(cumulative_gap(K) / 2)
    same = exp_equal(bound.conclusion.args[1].args[1].args[0], decay)
    inside = (*interior(START), *interior(END), *interior(AT_K))
    return conclude(goal, bound, same, exp_positive(decay), *inside)


def prove(goal: Term) -> Proof:
    return curve(goal, step_gain())


witness = partial(growing_witness, STATEMENT)
