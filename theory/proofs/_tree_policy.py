"""Facts about a policy on a response tree, at one node and summed over the responses."""

from collections.abc import Callable

from theory.proofs._prelude import *
from theory.proofs import tree_sum
from theory.statements._tree import g
from theory.statements.tree_sum import STATEMENT as TREE_SUM
from theory.tree import TOKEN, TREE, child, is_open, p, root, v, whole

WEIGHT = Symbol("weight", (TOKEN,))  # the weights of jensen_exp, over tokens


@cache
def root_certain(at: TermLike = 0) -> Proof:
    """logp(root, t) = 0."""
    return specialise(part(assume(TREE.normalised()), 0), lift(at))


@cache
def token_mass(at: TermLike = 0) -> Proof:
    """p open  |-  the probabilities of the next token sum to 1."""
    nodes = specialise(part(assume(TREE.normalised()), 1), p)
    return specialise(apply_implication(nodes, assume(is_open(p))), lift(at))


@cache
def token_drift() -> Proof:
    """p open  |-  the mean score of the next token is 0: differentiate the sum that is 1."""
    slopes = assume(TREE.differentiable())
    moving = differentiate(
        t, total(v, exp(TREE.token_logp(t))), specialise(slopes, child), specialise(slopes, p)
    )
    slope = moving.conclusion.args[2]
    constant = rename_derivative(moving, token_mass(t), solve(eq(slope, slope)))
    vanishing = specialise(derivative_unique(constant, differentiate(t, const(1))), const(0))
    weight, score = exp(TREE.token_logp()), TREE.token_score()
    pointwise = solve(eq(vanishing.conclusion.args[0].args[1], weight * score))
    mean = sum_equal(pointwise, v, (1, weight * score))
    return solve(eq(TREE.node_mean(score), 0), vanishing, mean)


@cache
def root_still(at: TermLike = 0) -> Proof:
    """score(root, t) = 0: log pi of the empty prefix never moves."""
    slope = specialise(assume(TREE.differentiable()), root)
    constant = rename_derivative(
        slope, root_certain(t), solve(eq(TREE.score(root, t), TREE.score(root, t)))
    )
    return specialise(derivative_unique(constant, differentiate(t, const(0))), lift(at))


# -- sums over responses ---------------------------------------------------------------------------


def superharmonic(f: Callable[[Term], Term], at_node: Proof) -> Proof:
    """From p open |- sum over v of f(child) <= f(p): the sum of f over responses is <= f(root)."""
    step = generalise(discharge(at_node, is_open(p)), p)
    general = tree_sum.prove(TREE_SUM.formal_conclusion)
    return use(instantiate(general, functions={g: Lambda((p,), f(p))}), step)


def harmonic(f: Callable[[Term], Term], at_node: Proof) -> Proof:
    """The same with equalities: f and -f are both superharmonic."""
    above, below = total(v, f(child)), total(v, -f(child))
    minus = sum_equal(solve(eq(-f(child), -1 * f(child))), v, (-1, f(child)))
    most = superharmonic(f, solve(above <= f(p), at_node))
    least = superharmonic(lambda q: -f(q), solve(below <= -f(p), at_node, minus))
    leaf = f(whole(o))
    flipped = sum_equal(solve(eq(-leaf, -1 * leaf)), o, (-1, leaf))
    return solve(eq(total(o, leaf), f(root)), most, least, flipped)


def at_next_token(h: Term, at: TermLike = 0) -> Proof:
    """sum over v of pi(child) h = pi(p) E_p[h]."""
    before, token = TREE.logp(p, at), TREE.token_logp(at)
    after = exp(TREE.logp(child, at))
    product = exp_sum(before, token, TREE.logp(child, at))
    weight = exp(token) * h
    return sum_equal(solve(eq(after * h, exp(before) * weight), product), v, (exp(before), weight))


@cache
def exp_root(at: TermLike = 0) -> Proof:
    """pi(root) = 1."""
    zero = equal_inside(root_certain(at), exp)
    return solve(eq(exp(TREE.logp(root, at)), 1), zero, exp_zero())


@cache
def all_responses(at: TermLike = 0) -> Proof:
    """The probabilities of the responses sum to 1, at every point of the update."""
    mass = exp(TREE.logp(child, at))
    one = const(1)
    spread = at_next_token(one, at)
    plain = sum_equal(solve(eq(mass, mass * one)), v, (1, mass * one))
    token = exp(TREE.token_logp(at))
    token_sum = sum_equal(solve(eq(token * one, token)), v, (1, token))
    here = eq(total(v, mass), exp(TREE.logp(p, at)))
    node = solve(here, spread, plain, token_sum, token_mass(at))
    total_mass = harmonic(lambda q: exp(TREE.logp(q, at)), node)
    return solve(eq(total_mass.conclusion.args[0], 1), total_mass, exp_root(at))
