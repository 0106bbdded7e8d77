"""Each step gains least_gap * eta / 2 in log odds or more; after K steps the odds grew by
e^(...)."""

from theory.proofs._prelude import *
from theory.proofs import lemma_1_sharp
from theory.proofs._trajectory import at_step, climb, interior
from theory.proofs._witness_paths import steady_witness
from theory.proofs.theorem_1b import END, START
from theory.statements.corollary_1 import STATEMENT, least_gap
from theory.statements.lemma_1_sharp import STATEMENT as SHARP


def step_gain(statement: Statement) -> Proof:
    """least_gap * eta / 2 <= change of the log odds, in every step."""
    hypotheses = statement.formal_hypotheses
    return solve(
        least_gap * eta / 2 <= AT_K.log_odds_change(),
        at_step(lemma_1_sharp.prove(SHARP.formal_conclusion)),
        *(at(hypotheses[name], k) for name in ("uniform", "constant", "forward")),
        *(assume(hypotheses[name]) for name in ("favourable", "small", "positive_L")),
    )


def linear_rate(goal: Term, statement: Statement) -> Proof:
    """The geometric bound on the failure rate, under the statement's condition on the step."""

    def claim(n: Term, line: Line) -> Term:
        return START.log_odds() + least_gap * eta * n / 2 <= line.log_odds()

    climbed = climb(claim, solve(claim(const(0), START)), step_gain(statement))
    inside = (*interior(START), *interior(END))
    gained = least_gap * eta * K / 2
    higher = specialise(climbed, K)
    bound = odds_at_least(START.success(), END.success(), gained, higher, *inside)
    return conclude(goal, bound, exp_positive(-gained), *inside)


def prove(goal: Term) -> Proof:
    return linear_rate(goal, STATEMENT)


def witness() -> Instance:
    return steady_witness(STATEMENT, {least_gap: const(1), eta: const(1) / 20})
