"""Each step gains [gap]_+ eta/2: by Lemma 1 with L T and G T where 8 T^2 is the smaller arm, by
Lemma 2 elsewhere. Then as Theorem 1(b)."""

from theory.proofs._prelude import *
from theory.proofs import (
    lemma_1_sharp,
    lemma_2,
    theorem_1b,
)
from theory.proofs._token_step import on_tree
from theory.proofs._tree_trajectory import *
from theory.proofs._tree_witness import growing_tree_witness
from theory.proofs.token_eta_safe import positive_T
from theory.statements import lemma_1_sharp as lemma_1_statement
from theory.statements import lemma_2 as lemma_2_statement
from theory.statements import theorem_1b as flat
from theory.statements._trajectory import CUMULATIVE
from theory.statements.theorem_3_first_branch import STATEMENT
from theory.tree import TREE_AT_K, T, T_psi, size

GAIN, CHANGE = TREE_AT_K.put(theorem_1b.GAIN), TREE_AT_K.put(AT_K.log_odds_change())
J, F = TREE_AT_K.put(AT_K.success()), TREE_AT_K.put(AT_K.failure())
GAP, TOKENS = TREE_AT_K.put(AT_K.alignment()), TREE_AT_K.put(AT_K.mean_correct(size))
ETA = steps(k)


@cache
def losses() -> tuple[Proof, Proof]:
    """What a step costs: by the longest response, and by Lemma 2."""
    by_length = at_step_k(
        on_tree(lemma_1_sharp.prove(lemma_1_statement.STATEMENT.formal_conclusion))
    )
    flat_loss = solve(GAP * ETA - (L * T + G**2 * (8 * T**2)) * ETA**2 <= CHANGE, by_length)
    by_moment = at_step_k(lemma_2.prove(lemma_2_statement.STATEMENT.formal_conclusion))
    printed, low = const(1) * G**2 * T_psi / F, T_psi / F
    same = solve(eq(printed, G**2 * low), interior_always())
    moment_loss = solve_hiding(
        GAP * ETA - (L * T + G**2 * low) * ETA**2 <= CHANGE,
        (GAP, CHANGE, printed, low),
        by_moment,
        same,
    )
    return flat_loss, moment_loss


@cache
def step_gain() -> Proof:
    """[gap]_+ eta / 2 <= change of the log odds, in every step."""
    hypotheses = STATEMENT.formal_hypotheses
    low = T_psi / F
    facts = (
        *losses(),
        at(hypotheses["adapted"], k),
        solve(0 < L * T, assume(hypotheses["positive_L"]), positive_T()),
        solve(0 < low, at(hypotheses["light"], k), solve(0 < F, interior_always())),
        solve(0 <= 8 * T**2),
        at(hypotheses["forward"], k),
    )
    return use(by_arms(low), *facts)


def by_arms(low: Term) -> Proof:
    """The gain of a step below the first branch of (18a), whichever arm is smaller, in
    variables."""
    line, x, y, e, gap, change = map(var, ("line", "x", "y", "e", "gap", "change"))
    least, rise = minimum(x, y), positive_part(gap)
    losses = [assume(gap * e - (line + G**2 * arm) * e**2 <= change) for arm in (y, x)]
    step = assume(e <= rise / 2 / (line + G**2 * least))
    positive, above, high, forward = (assume(f) for f in (0 < line, 0 < x, 0 <= y, 0 <= e))
    denominator = solve(0 < line + G**2 * least, positive, above, high)
    slow = solve(e * (line + G**2 * least) <= rise / 2, step, denominator)
    still = discharge(solve(eq(e, 0), assume(gap <= 0), slow, denominator, forward), gap <= 0)
    goal = rise * e / 2 <= change
    halves = []
    for arm, loss, smaller in zip((y, x), losses, (y <= x, x <= y), strict=True):
        cost = solve((line + G**2 * arm) * e**2 <= rise / 2 * e, assume(smaller), slow, forward)
        halves.append(discharge(solve(goal, loss, cost, still, forward), smaller))
    put = {line: L * T, x: low, y: 8 * T**2, e: ETA, gap: GAP, change: CHANGE}
    return instantiate(solve(goal, *halves), put)


def curve(goal: Term, gain: Proof) -> Proof:
    """The logistic curve (18b), from the gain of each step."""
    general = theorem_1b.curve(flat.STATEMENT.formal_conclusion, always_gains())
    decay = exp_positive(-(TREE_AT_K.put(CUMULATIVE.body) / 2))
    return conclude(goal, from_gains(general, gain), decay, *defined())


def prove(goal: Term) -> Proof:
    return curve(goal, step_gain())


def witness() -> Instance:
    return growing_tree_witness(STATEMENT)
