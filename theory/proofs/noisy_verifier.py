"""fp + (tp - fp) r is a multiple of r and a constant: its covariance with s is tp - fp times that
of r."""

from theory.proofs._prelude import *
from theory.proofs._grpo import dr_grpo_is_gap
from theory.proofs._step import success_interior
from theory.proofs._witness import step_witness
from theory.statements.noisy_verifier import PASSES, RIGHT, SEEN, STATEMENT, WRONG, fp, tp

PI, SCORE = exp(STEP.logp()), STEP.score()


def prove(goal: Term) -> Proof:
    mass = at(STEP.normalised(), 0)
    passes = solve(eq(RIGHT, fp * PI + (tp - fp) * STEP.correct()))
    seen = sum_equal(passes, o, (fp, PI), (tp - fp, STEP.correct()))
    rate = solve(eq(SEEN, fp + (tp - fp) * STEP.success()), seen, mass)
    whole, right = PI * SCORE, STEP.correct() * SCORE
    rights = sum_equal(
        solve(eq(RIGHT * SCORE, fp * whole + (tp - fp) * right)), o, (fp, whole), (tp - fp, right)
    )
    wrongs = sum_equal(
        solve(eq(WRONG * SCORE, whole + -1 * (RIGHT * SCORE))), o, (1, whole), (-1, RIGHT * SCORE)
    )
    noisy = PI * (PASSES - SEEN) * SCORE
    pushed = sum_equal(
        solve(eq(noisy, RIGHT * SCORE + -SEEN * whole)), o, (1, RIGHT * SCORE), (-SEEN, whole)
    )
    plain = PI * (STEP.reward - STEP.success()) * SCORE
    exact = sum_equal(
        solve(eq(plain, right + -STEP.success() * whole)), o, (1, right), (-STEP.success(), whole)
    )
    inside = assume(STATEMENT.formal_hypotheses["seen"])
    first = solve(eq(total(o, noisy), (tp - fp) * total(o, plain)), pushed, exact, rights, rate)
    G, H = total(o, RIGHT * SCORE), total(o, WRONG * SCORE)
    odds = SEEN * (1 - SEEN) * (G / SEEN - H / (1 - SEEN))
    apart = solve(eq(odds, total(o, noisy)), wrongs, pushed, inside)
    true_gap = dr_grpo_is_gap(SCORE)
    exactly = true_gap.conclusion.args[1]
    hidden = odds, total(o, noisy), total(o, plain), exactly
    scaled = solve_hiding(eq(odds, (tp - fp) * exactly), hidden, apart, first, true_gap)
    return conclude(goal, both(rate, first, scaled), inside, *success_interior())


witness = partial(step_witness, STATEMENT, {tp: const(9) / 10, fp: const(1) / 5})
