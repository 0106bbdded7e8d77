"""30 L < (1-J)(L + G^2) and eta (L + G^2) <= 60 gap give L eta < 2(1-J) gap, the first branch of
``eta_safe``."""

from theory.proofs._prelude import *
from theory.proofs import eta_safe
from theory.proofs._step import success_interior
from theory.proofs._witness import step_witness
from theory.statements.theorem_2_scope import STATEMENT

F, GAP = STEP.failure(), STEP.alignment()


def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    positive_L, large = assume(hypotheses["positive_L"]), assume(hypotheses["large_scores"])
    step = assume(hypotheses["step"])
    forward, long = part(step, 0), part(step, 1)
    failure = solve(0 < F, *success_interior())
    scaled = solve_hiding(30 * L * eta < F * (L + G**2) * eta, (F, L + G**2), large, forward)
    room = solve_hiding(L * eta < 2 * F * GAP, (F, GAP, L + G**2), scaled, long, failure)
    rises = use(eta_safe.by_success(), forward, solve(0 <= eta, forward))
    threshold = rises.conclusion.args[0].args[1]
    below = solve(eta < threshold, room, positive_L)
    return conclude(goal, apply_implication(rises, below), *success_interior())


def witness() -> Instance:
    """G = 20."""
    return step_witness(STATEMENT, {G: const(20)})
