"""sum p f (w - d), with d = sum p w, is sum p (f - sum p f) w: whatever each token is weighted
with, its logit moves by p times what that weight is above the mean weight."""

from theory.proofs._prelude import *
from theory.proofs._softmax import A, P, nonempty, normalised
from theory.proofs._softmax_witness import TILT, softmax_witness
from theory.statements._softmax import SOFTMAX, r
from theory.statements.logit_gradient import w
from theory.statements.negative_only_graded import STATEMENT


def centred(factor: Term) -> Proof:
    """sum p f (w - d) = sum p (f - m) w, where d = sum p w and m = sum p f."""
    drift, mean = SOFTMAX.mean(w(o)), SOFTMAX.mean(factor)
    both, plain = P * factor * w(o), P * w(o)
    left = P * (factor * (w(o) - drift))
    spread = sum_equal(
        solve(eq(left, 1 * both + -drift * (P * factor))), o, (1, both), (-drift, P * factor)
    )
    right = P * (factor - mean) * w(o)
    gathered = sum_equal(solve(eq(right, 1 * both + -mean * plain)), o, (1, both), (-mean, plain))
    return solve(eq(total(o, left), total(o, right)), spread, gathered)


def prove(goal: Term) -> Proof:
    clipped, minus_one = minimum(A, 0), r(o) - 1
    mean = sum_equal(solve(eq(P * minus_one, 1 * (P * r(o)) + -1 * P)), o, (1, P * r(o)), (-1, P))
    known = nonempty(), normalised()
    above = renamed(P * (minus_one - SOFTMAX.mean(minus_one)) * w(o), P * A * w(o), mean, *known)
    below = renamed(
        P * (clipped - SOFTMAX.mean(clipped)) * w(o), P * (clipped + -SOFTMAX.mean(clipped)) * w(o)
    )
    return conclude(goal, centred(clipped), below, centred(minus_one), above, *known)


def renamed(before: Term, after: Term, *known: Proof) -> Proof:
    """sum before = sum after, equal term by term."""
    return sum_equal(solve(eq(before, after), *known), o, (1, after))


def witness() -> Instance:
    return softmax_witness(STATEMENT, functions=TILT)
