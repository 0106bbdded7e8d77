"""Sum the upper half of the step inequality: f(K) <= f(0) + M(K) + (L + G^2/2) sum eta^2."""

from theory.proofs._prelude import *
from theory.proofs import lemma_1_sharp
from theory.proofs._trajectory import accumulate, at_step, interior
from theory.proofs._witness_paths import halting_witness
from theory.proofs.theorem_1b import END, GAIN, START
from theory.statements.lemma_1_sharp import STATEMENT as SHARP
from theory.statements.theorem_1a_sharp import STATEMENT
from theory.vocabulary import C0, C1

SQUARE, CONSTANT = steps(k) ** 2, L + G**2 / 2


@cache
def squares_nonnegative() -> Proof:
    """0 <= sum of eta_j^2 over j < k, for all k."""
    so_far = 0 <= prefix_sum(k, k, SQUARE)
    base = solve(0 <= prefix_sum(k, const(0), SQUARE), prefix_zero(k, SQUARE))
    step = solve(0 <= prefix_sum(k, k + 1, SQUARE), assume(so_far), prefix_step(k, k, SQUARE))
    return induction(k, so_far, base, step)


def stagnates(goal: Term, hypotheses: dict[str, Term]) -> Proof:
    """The ceiling on J(K); ``hypotheses`` name the budget for the squared steps."""
    loss = solve(
        AT_K.log_odds_change() <= GAIN + CONSTANT * SQUARE,
        at_step(lemma_1_sharp.prove(SHARP.formal_conclusion)),
        at(hypotheses["forward"], k),
    )
    summed = specialise(accumulate(loss, False, (const(1), GAIN), (CONSTANT, SQUARE)), K)
    budget = solve(
        CONSTANT * prefix_sum(k, K, SQUARE) <= C1,
        at(hypotheses["summable"], K),
        assume(hypotheses["positive_L"]),
        specialise(squares_nonnegative(), K),
    )
    room = C0 + C1
    lower = solve(
        END.log_odds() + -room <= START.log_odds(), summed, budget, at(hypotheses["weak"], K)
    )
    inside = (*interior(START), *interior(END))
    bound = odds_at_least(END.success(), START.success(), -room, lower, *inside)
    exponent = bound.conclusion.args[1].args[1].args[0]
    same = exp_equal(exponent, room)
    return conclude(goal, bound, same, exp_inverse(room), exp_positive(-room), *inside)


def prove(goal: Term) -> Proof:
    return stagnates(goal, STATEMENT.formal_hypotheses)


def witness() -> Instance:
    return halting_witness(STATEMENT, {})
