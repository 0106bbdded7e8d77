"""Cauchy-Schwarz for exp(uS) = exp(uS - u^2 G^2 len) exp(u^2 G^2 len): the square of the first
factor is the supermartingale at 2u, the square of the second a psi_1 moment of the length."""

from theory.proofs._prelude import *
from theory.proofs import cauchy_schwarz, psi1_moment
from theory.proofs._tree_policy import all_responses
from theory.proofs._tree_witness import policy_witness
from theory.proofs.token_supermartingale import bounded_by_one
from theory.statements import cauchy_schwarz as schwarz
from theory.statements import psi1_moment as psi
from theory.statements.jensen_exp import weight
from theory.statements.psi1_moment import LOG_2
from theory.statements.psi1_norm import X, a
from theory.statements.token_moment import STATEMENT, exponent
from theory.tree import TREE, T_psi, size, whole

LOGP, S = TREE.logp(whole(o)), TREE.score(whole(o))
PI, PRICE = exp(LOGP), u**2 * G**2 * size
LEFT, RIGHT = LOGP / 2 + u * S - PRICE, LOGP / 2 + PRICE


@cache
def product_bounded() -> Proof:
    """(E[exp(uS)])^2 <= E[exp(2uS - 2u^2 G^2 len)] E[exp(2u^2 G^2 len)]."""
    over_responses = rename_index(cauchy_schwarz.prove(schwarz.STATEMENT.formal_conclusion), i, o)
    vectors = {
        Symbol("a", (RESPONSE,)): Lambda((o,), exp(LEFT)),
        Symbol("b", (RESPONSE,)): Lambda((o,), exp(RIGHT)),
    }
    return instantiate(over_responses, functions=vectors)


def same_sum(f: Term, g: Term, *pointwise: Proof) -> Proof:
    """From f = g for every response: the sums are equal."""
    return sum_equal(solve(eq(f, g), *pointwise), o, (1, g))


def split(x: Term, y: Term, left: Term, right: Term) -> tuple[Proof, Proof, Proof]:
    """exp x exp y = exp left exp right, where x + y = left + right is arithmetic."""
    return exp_sum(x, y), exp_sum(left, right), exp_equal(x + y, left + right)


@cache
def length_moment() -> Proof:
    """E[exp(2 u^2 G^2 len)] <= 2^(2 u^2 G^2 T_psi)."""
    share = 2 * exponent
    light = assume(STATEMENT.formal_hypotheses["light"])
    moment = instantiate(
        psi1_moment.fraction_bounded(),
        {a: T_psi, psi.share: share},
        {weight: Lambda((o,), PI), X: Lambda((o,), size)},
    )
    small = solve(conj(0 <= share, share <= 1), light, assume(STATEMENT.formal_hypotheses["small"]))
    nonnegative = generalise(solve(0 <= PI, exp_positive(LOGP)), o)
    return use(moment, nonnegative, all_responses(), light, small)


@cache
def moment_bounded() -> Proof:
    """E[exp(uS)] <= 2^(u^2 G^2 T_psi)."""
    light = assume(STATEMENT.formal_hypotheses["light"])
    double = instantiate(bounded_by_one(), {u: 2 * u})
    tilted = double.conclusion.args[0].args[1].args[1].args[0]
    length = length_moment().conclusion.args[0].args[1].args[1].args[0]

    means = same_sum(exp(LEFT) * exp(RIGHT), PI * exp(u * S), *split(LEFT, RIGHT, LOGP, u * S))
    first = same_sum(exp(LEFT) ** 2, PI * exp(tilted), *split(LEFT, LEFT, LOGP, tilted))
    cancelled = solve(eq(length, 2 * PRICE), light)
    second = same_sum(
        exp(RIGHT) ** 2,
        PI * exp(length),
        exp_sum(RIGHT, RIGHT),
        exp_sum(LOGP, length),
        exp_equal(RIGHT + RIGHT, LOGP + length, cancelled),
    )
    term = PI * exp(length)
    above = solve(0 * term <= term, exp_positive(LOGP), exp_positive(length))
    positive = sum_at_least(above, o, (const(0), term))
    bound = exp(exponent * LOG_2)
    root = exp_sum(exponent * LOG_2, exponent * LOG_2, 2 * exponent * LOG_2)
    mean = total(o, PI * exp(u * S))
    known = means, first, second, double, length_moment(), root, positive
    squared = solve(mean**2 <= bound**2, product_bounded(), *known)
    return solve(mean <= bound, squared, exp_positive(exponent * LOG_2))


def prove(goal: Term) -> Proof:
    return conclude(goal, moment_bounded())


def witness() -> Instance:
    return policy_witness(STATEMENT, {u: const(1) / 20}, {})
