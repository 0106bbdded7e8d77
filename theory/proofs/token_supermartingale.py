"""pi(p) exp(u score(p) - u^2 G^2 length(p)/2) is superharmonic, by Hoeffding at each node."""

from theory.proofs._prelude import *
from theory.proofs._tree import at_open, empty_root
from theory.proofs._tree_policy import at_next_token, exp_root, root_still, superharmonic
from theory.proofs._tree_witness import policy_witness
from theory.proofs.node_hoeffding import moment_bound
from theory.statements.token_supermartingale import STATEMENT
from theory.tree import TREE, child, length, p, root, v


def tilt(prefix: Term) -> Term:
    """u score - u^2 G^2 length/2."""
    return u * TREE.score(prefix) - u**2 * G**2 * length(prefix) / 2


@cache
def bounded_by_one() -> Proof:
    """E[exp(u S - u^2 G^2 len/2)] <= 1."""
    here, score = exp(tilt(p)), TREE.token_score()
    price = G**2 * u**2 / 2
    # exp(tilt(child)) = exp(tilt(p)) exp(u s) exp(-price)
    step = u * score + -price
    moved = exp_sum(tilt(p), step)
    same = exp_equal(tilt(p) + step, tilt(child), at_open()[1])
    split = exp_sum(u * score, -price)
    inside = exp(TREE.token_logp())
    factor = here * exp(-price)
    pointwise = solve(
        eq(inside * exp(tilt(child)), factor * (inside * exp(u * score))), moved, same, split
    )
    mean = sum_equal(pointwise, v, (factor, inside * exp(u * score)))
    refund = exp_inverse(price)
    above = solve(
        TREE.node_mean(exp(tilt(child))) <= here,
        mean,
        moment_bound(),
        refund,
        exp_positive(-price),
        exp_positive(tilt(p)),
    )
    spread = at_next_token(exp(tilt(child)))
    mass = exp(TREE.logp(p))
    node = solve(
        spread.conclusion.args[0] <= mass * here, spread, above, exp_positive(TREE.logp(p))
    )
    sums = superharmonic(lambda q: exp(TREE.logp(q)) * exp(tilt(q)), node)
    start = exp_equal(tilt(root), const(0), root_still(0), empty_root())
    return solve(sums.conclusion.args[0] <= 1, sums, exp_root(), start, exp_zero())


def prove(goal: Term) -> Proof:
    return conclude(goal, bounded_by_one())


def witness() -> Instance:
    return policy_witness(STATEMENT, {}, {})
