"""Each step gains [gap]_+ eta/2 by ``token_sharp_step``. Then as Theorem 1(b)."""

from theory.proofs._prelude import *
from theory.proofs import token_sharp_step
from theory.proofs._tree_trajectory import at_step_k, interior_always
from theory.proofs._tree_witness import growing_tree_witness
from theory.proofs.theorem_3_first_branch import CHANGE, ETA, GAP, F, curve
from theory.proofs.token_eta_safe import long_enough
from theory.statements import token_sharp_step as sharp
from theory.statements.theorem_3_sharp import STATEMENT
from theory.tree import TREE_AT_K, size

TOKENS = TREE_AT_K.put(AT_K.mean_correct(size))


def gains(f: Term, tokens: Term) -> Proof:
    """The gain of a step e <= f [gap]_+/(L n) whose loss is L n e^2/(2 f)."""
    x, n, e, gap, change = map(var, ("x", "n", "e", "gap", "change"))
    positive = assume(0 < L), assume(1 <= n), assume(0 < x)
    loss = solve(0 < L * n, *positive)
    step, forward = assume(e <= x * positive_part(gap) / (L * n)), assume(0 <= e)
    slow = solve(L * n * e <= x * positive_part(gap), step, loss)
    cost = solve(L * n * e**2 / (2 * x) <= positive_part(gap) * e / 2, slow, forward, positive[2])
    sharp_step = assume(-(L * n * e**2 / (2 * x)) <= change - gap * e)
    still = solve(positive_part(gap) * e <= gap * e, slow, forward, loss, positive[2])
    gain = solve(positive_part(gap) * e / 2 <= change, sharp_step, cost, still)
    return instantiate(gain, {x: f, n: tokens, e: ETA, gap: GAP, change: CHANGE})


@cache
def step_gain() -> Proof:
    """[gap]_+ eta / 2 <= change of the log odds, in every step."""
    hypotheses = STATEMENT.formal_hypotheses
    step = at_step_k(token_sharp_step.prove(sharp.STATEMENT.formal_conclusion))
    return use(
        gains(F, TOKENS),
        part(step, 0),
        at(hypotheses["adapted"], k),
        at(hypotheses["forward"], k),
        assume(hypotheses["positive_L"]),
        at_step_k(long_enough()),
        solve(0 < F, interior_always()),
    )


def prove(goal: Term) -> Proof:
    return curve(goal, step_gain())


witness = partial(growing_tree_witness, STATEMENT)
