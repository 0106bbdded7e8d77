"""pi(p) (score(p)^2 - G^2 length(p)) is superharmonic, as the next token score has mean 0 and is at
most G. And the mean of a square is at least the square of the mean, among the correct and among the
incorrect responses."""

from theory.proofs._prelude import *
from theory.proofs._growth import shares
from theory.proofs._step import incorrect_mass, weights_nonnegative
from theory.proofs._token_step import on_tree
from theory.proofs._tree import at_open, empty_root
from theory.proofs._tree_policy import *
from theory.proofs._tree_witness import policy_witness
from theory.proofs.token_regularity import token_bounded
from theory.proofs.token_sharp_step import interior
from theory.statements.token_variance import PI, STATEMENT
from theory.tree import TREE, child, length, p, size, v, whole

S = TREE.score(whole(o))
SQUARE, LENGTH = total(o, PI * S**2), total(o, PI * size)


def excess(prefix: Term) -> Term:
    """score^2 - G^2 length."""
    return TREE.score(prefix) ** 2 - G**2 * length(prefix)


@cache
def square_bounded() -> Proof:
    """E[S^2] <= G^2 E[len]."""
    weight, score = exp(TREE.token_logp()), TREE.token_score()
    here, positive = excess(p), exp_positive(TREE.token_logp())
    small = solve(score**2 <= G**2, token_bounded())
    pointwise = solve(
        weight * excess(child) <= here * weight + 2 * TREE.score(p) * (weight * score),
        small,
        positive,
        at_open()[1],
    )
    sums = sum_at_most(pointwise, v, (here, weight), (2 * TREE.score(p), weight * score))
    mean = solve(TREE.node_mean(excess(child)) <= here, sums, token_mass(), token_drift())
    spread, mass = at_next_token(excess(child)), exp(TREE.logp(p))
    node = solve(spread.conclusion.args[0] <= mass * here, spread, mean, exp_positive(TREE.logp(p)))
    whole_sum = superharmonic(lambda q: exp(TREE.logp(q)) * excess(q), node)
    split = solve(eq(PI * excess(whole(o)), 1 * (PI * S**2) + -(G**2) * (PI * size)))
    parts = sum_equal(split, o, (1, PI * S**2), (-(G**2), PI * size))
    return solve(SQUARE <= G**2 * LENGTH, whole_sum, parts, root_still(0), empty_root())


def mean_square(correct: bool, mean: Term) -> Proof:
    """2 m (sum of weight S) - m^2 (sum of weight) <= sum of weight S^2, for every m."""
    weight = TREE.put(STEP.correct() if correct else STEP.incorrect())
    nonnegative = on_tree(weights_nonnegative()[0 if correct else 1])
    pointwise = solve_hiding(
        2 * mean * (weight * S) - mean**2 * weight <= weight * S**2, (mean, weight), nonnegative
    )
    return sum_at_least(pointwise, o, (2 * mean, weight * S), (-(mean**2), weight))


@cache
def gap_bounded() -> Proof:
    """J (1-J) gap^2 <= E[S^2]."""
    right, wrong = TREE.put(STEP.correct()), TREE.put(STEP.incorrect())
    split = solve(eq(PI * S**2, 1 * (right * S**2) + 1 * (wrong * S**2)))
    parts = sum_equal(split, o, (1, right * S**2), (1, wrong * S**2))
    J, F, gap = (TREE.put(x) for x in (STEP.success(), STEP.failure(), STEP.alignment()))
    plus, minus = total(o, right * S), total(o, wrong * S)
    means = on_tree(shares())
    up = solve(eq(plus, J * (F * gap)), means, *interior())
    down = solve(eq(minus, F * (-J * gap)), means, *interior())
    squares = total(o, right * S**2), total(o, wrong * S**2)
    high = solve_hiding(
        J * (F * gap) ** 2 <= squares[0], (J, F, gap, plus), mean_square(True, F * gap), up
    )
    low = solve_hiding(
        F * (J * gap) ** 2 <= squares[1],
        (J, F, gap, minus, total(o, wrong)),
        mean_square(False, -J * gap),
        down,
        on_tree(incorrect_mass()),
    )
    sum_of_rates = solve(eq(J + F, 1))
    return solve_hiding(
        J * F * gap**2 <= SQUARE, (J, F, gap, SQUARE, *squares), parts, high, low, sum_of_rates
    )


def prove(goal: Term) -> Proof:
    return conclude(goal, square_bounded(), gap_bounded(), *interior())


def witness() -> Instance:
    return policy_witness(STATEMENT, {}, {})
