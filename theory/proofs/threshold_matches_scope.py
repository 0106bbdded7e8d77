"""60 L < (1-J)(L + G^2) and eta (L + G^2) T <= 120 gap give L E+[len] eta < 2(1-J) gap: the first
branch of ``token_eta_safe``."""

from theory.proofs._prelude import *
from theory.proofs._tree_witness import policy_witness
from theory.proofs.token_eta_safe import (
    TOKENS,
    long_enough,
    not_longer,
    positive_T,
    rises_by_length,
)
from theory.proofs.token_sharp_step import interior
from theory.statements.threshold_matches_scope import STATEMENT
from theory.tree import TREE, T

F, GAP = TREE.put(STEP.failure()), TREE.put(STEP.alignment())


def lemma(f: Term, gap: Term) -> Proof:
    """60 L < f (L + G^2), eta (L + G^2) T <= 120 gap, 0 < f  |-  L T eta < 2 f gap."""
    x, y = var("x"), var("y")
    large, step = assume(60 * L < x * (L + G**2)), assume(eta * (L + G**2) * T <= 120 * y)
    forward, long, positive = assume(0 < eta), assume(1 <= T), assume(0 < x)
    scaled = solve(60 * L * (eta * T) < x * (L + G**2) * (eta * T), large, forward, long)
    room = solve(x * (eta * (L + G**2) * T) <= 120 * x * y, step, positive)
    return instantiate(solve(L * T * eta < 2 * x * y, scaled, room), {x: f, y: gap})


def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    positive_L, large = assume(hypotheses["positive_L"]), assume(hypotheses["large_scores"])
    step = assume(hypotheses["step"])
    forward = part(step, 0)
    failure = solve(0 < F, *interior())
    room = use(lemma(F, GAP), large, part(step, 1), forward, positive_T(), failure)
    tokens = solve(L * TOKENS * eta < 2 * F * GAP, room, not_longer(), positive_L, forward)
    rises = rises_by_length()
    threshold = rises.conclusion.args[0].args[1]
    below = solve(eta < threshold, tokens, positive_L, long_enough())
    steps = use(rises, forward, solve(0 <= eta, forward))
    return conclude(goal, apply_implication(steps, below), *interior())


def witness() -> Instance:
    return policy_witness(STATEMENT, {G: const(20)}, {})
