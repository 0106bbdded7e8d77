"""The first branch by J' >= J e^x with x = eta (1-J) gap - L E+[len] eta^2/2; the next two are
those of ``eta_safe`` with L T and G T; the last is Lemma 2."""

from theory.proofs._prelude import *
from theory.proofs import eta_safe, lemma_2_sharp
from theory.proofs._growth import rate_grows
from theory.proofs._step import weights_nonnegative
from theory.proofs._token_step import mean_of_length_loss, on_tree, with_lengths
from theory.proofs._tree_witness import policy_witness
from theory.proofs.lemma_2_sharp import GAP, F
from theory.proofs.token_regularity import length_bounded
from theory.proofs.token_sharp_step import interior
from theory.statements._tree import LIGHT, NONEMPTY
from theory.statements.lemma_2_sharp import FACTOR
from theory.statements.lemma_2_sharp import STATEMENT as LEMMA
from theory.statements.token_eta_safe import (
    MODERATE,
    STATEMENT,
    branch_both,
    branch_failure,
    branch_moment,
    branch_success,
)
from theory.tree import TREE, T, T_psi, size

CHANGE = TREE.put(STEP.log_odds_change())
J, J_NEXT = TREE.put(STEP.success()), TREE.put(STEP.success(eta))
RIGHT, TOKENS = TREE.put(STEP.correct()), TREE.put(STEP.mean_correct(size))


@cache
def long_enough() -> Proof:
    """1 <= E+[len]."""
    weight = on_tree(weights_nonnegative()[0])
    pointwise = solve(1 * RIGHT <= RIGHT * size, at(NONEMPTY.formula, o), weight)
    return solve(1 <= TOKENS, sum_at_least(pointwise, o, (1, RIGHT)), *interior())


@cache
def not_longer() -> Proof:
    """E+[len] <= T."""
    weight = on_tree(weights_nonnegative()[0])
    pointwise = solve(RIGHT * size <= T * RIGHT, length_bounded(), weight)
    return solve(TOKENS <= T, sum_at_most(pointwise, o, (T, RIGHT)), *interior())


@cache
def positive_T() -> Proof:
    """1 <= T."""
    return solve(1 <= T, at(NONEMPTY.formula, o), length_bounded())


@cache
def rises_by_length() -> Proof:
    """0 < eta, 0 < L  |-  eta < 2(1-J) gap/(L E+[len])  =>  J < J'."""
    grows = with_lengths(rate_grows(True))
    x = grows.conclusion.args[0].args[1].args[0]
    below = assume(eta < STATEMENT.expand(branch_failure))
    forward, positive = assume(0 < eta), assume(0 < L)
    gain = solve(
        0 < x, below, forward, positive, mean_of_length_loss(True), long_enough(), *interior()
    )
    return discharge(solve(J < J_NEXT, grows, tangent(x), gain, *interior()), below.conclusion)


def rises_by_moment() -> Proof:
    """0 < eta  |-  eta < the fourth threshold and eta <= 1/(2 G sqrt T_psi)  =>  J < J'."""
    moderate = assume(STATEMENT.expand(MODERATE))
    threshold = STATEMENT.expand(branch_moment)
    positive_L, forward = assume(0 < L), assume(0 < eta)
    lemma = use(lemma_2_sharp.prove(LEMMA.formal_conclusion), part(moderate, 1))
    token_loss = threshold.args[1]
    light = part(assume(LIGHT.formula), 0)
    share = solve(0 <= FACTOR * G**2 * T_psi / F, factor_nonnegative(), light, *interior())
    positive = solve(0 < token_loss, share, positive_L, positive_T())
    slow = solve(eta * token_loss < GAP, part(moderate, 0), positive)
    gain = solve_hiding(0 < CHANGE, (token_loss, GAP, CHANGE), slow, part(lemma, 0), forward)
    rises = solve(J < J_NEXT, gain, on_tree(eta_safe.no_gain()))
    return discharge(rises, moderate.conclusion)


@cache
def factor_nonnegative() -> Proof:
    """0 <= 4(2^{1/4} - 1)."""
    return solve(0 <= FACTOR, lemma_2_sharp.root_of_two())


def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    below, positive_L = assume(hypotheses["below_threshold"]), assume(hypotheses["positive_L"])
    started = solve(0 < eta, below), solve(0 <= eta, below)
    positive = solve(0 < L * T, positive_L, positive_T())
    flat = [
        use(on_tree(branch), positive, *started)
        for branch in (eta_safe.by_failure(), eta_safe.by_log_odds())
    ]
    same = [
        solve(eq(branch.conclusion.args[0].args[1], STATEMENT.expand(threshold)), positive)
        for branch, threshold in zip(flat, (branch_success, branch_both), strict=True)
    ]
    first, last = (use(f(), *started) for f in (rises_by_length, rises_by_moment))
    return conclude(goal, first, last, *flat, *same, below, *interior())


def witness() -> Instance:
    return policy_witness(STATEMENT, {}, {})
