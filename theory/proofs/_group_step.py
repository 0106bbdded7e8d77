"""One update for each outcome of a group: what it does to log J, and its slope in the mean.

``hypotheses`` are the formal ones of the claim, ``push`` is a coordinate of its update."""

from collections.abc import Mapping

from theory.proofs._prelude import *
from theory.proofs._group import CORRECT, INCORRECT, PI, r
from theory.proofs._growth import smooth_growth
from theory.proofs._grpo import F, J
from theory.proofs._step import success_interior
from theory.proofs._vectors import mean_of_dot
from theory.statements._group import expected, law, z
from theory.statements._group_step import GAP_OF_GRADIENTS, MOVED, gradient
from theory.statements._grpo import BINARY

Hypotheses = Mapping[str, Term]
PLUS, J_MOVED = STEP.mean_correct(gradient(i, o)), MOVED.success(alpha)


def along(push: Term) -> Term:
    """g+ . ghat."""
    return total(i, PLUS * push)


def in_outcome(hypotheses: Hypotheses, push: Term) -> Proof:
    """log J + alpha ghat.g+ - L |ghat|^2 alpha^2/2 <= log J', for the outcome z; and 0 < J'."""
    length2 = total(i, push**2)

    def hypothesis(name: str, *values: Term) -> Proof:
        return at(hypotheses[name], *values)

    put = {
        STEP.logp_symbol: Lambda((o, t), MOVED.logp(t)),
        STEP.score_symbol: Lambda((o, t), MOVED.score(t)),
    }
    general = instantiate(smooth_growth(True), {eta: alpha, L: L * length2}, put)
    started = equal_inside(hypothesis("starts", z, o), exp)
    same_J = sum_equal(solve(eq(MOVED.correct(), CORRECT), started), o, (1, CORRECT))
    low = success_interior()[0]
    positive = solve(0 < MOVED.success(), same_J, low)
    binary = at(BINARY.formula, o)
    rewards = generalise(solve(conj(0 <= r(o), r(o) <= 1), binary), o)
    known = hypothesis("differentiable", z), hypothesis("smooth", z), rewards, positive
    grows = use(general, *known, solve(0 <= alpha, assume(hypotheses["rate"])))
    weighted = MOVED.correct() * MOVED.score()
    walked = total(i, push * gradient(i, o))
    moved = solve(eq(weighted, CORRECT * walked), started, hypothesis("updates", z, o))
    scores = sum_equal(moved, o, (1, CORRECT * walked))
    swapped = mean_of_dot(CORRECT, push, gradient(i, o))
    inner = swapped.conclusion.args[1].args[1]
    means = sum_equal(solve(eq(inner, J * (PLUS * push)), low), i, (J, PLUS * push))
    x = grows.conclusion.args[0].args[1].args[0]
    gain = alpha * along(push) - L * length2 * alpha**2 / 2
    same = exp_equal(x, gain, scores, swapped, means, same_J, low)
    whole = exp_sum(log(J), gain)
    below = solve(exp(log(J) + gain) <= J_MOVED, grows, same, whole, exp_log(low), same_J)
    return both(log_at_least(below, next_positive(grows, positive)), next_positive(grows, positive))


def next_positive(grows: Proof, positive: Proof) -> Proof:
    """0 < J'."""
    x = grows.conclusion.args[0].args[1].args[0]
    return solve(0 < J_MOVED, grows, exp_positive(x), positive)


def mean_gain(hypotheses: Hypotheses, push: Term, factor: Term, direction: Proof) -> Proof:
    """E[ghat.g+] = factor (1-J) |g|^2, where ``direction`` proves E[ghat] = factor g."""
    right, wrong = CORRECT * gradient(i, o), INCORRECT * gradient(i, o)
    parts = solve(eq(PI * gradient(i, o), right + wrong))
    split = sum_equal(parts, o, (1, right), (1, wrong))
    centred = at(hypotheses["centred"], i)
    share = solve(eq(PLUS, F * GAP_OF_GRADIENTS), split, centred, *success_interior())
    weighed, whole = law(z) * (PLUS * push), factor * F
    each = sum_equal(solve(eq(weighed, PLUS * (law(z) * push))), z, (PLUS, law(z) * push))
    squares = solve(eq(total(z, weighed), whole * GAP_OF_GRADIENTS**2), each, direction, share)
    summed = sum_equal(squares, i, (whole, GAP_OF_GRADIENTS**2))
    listed = sum_equal(solve(eq(weighed, weighed)), i, (law(z), PLUS * push))
    across = sum_monotone(listed, z)
    return solve(
        eq(expected(along(push)), whole * total(i, GAP_OF_GRADIENTS**2)),
        across,
        sum_exchange(z, i, weighed),
        summed,
    )
