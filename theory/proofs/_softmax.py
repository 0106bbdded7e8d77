"""Facts about a softmax and one expected update of its logits, for `theory.statements._softmax`."""

from theory.proofs._prelude import *
from theory.proofs import jensen_exp
from theory.statements import jensen_exp as jensen
from theory.statements._softmax import NONEMPTY, SOFTMAX, r

Z, Z_MOVED = SOFTMAX.normaliser, SOFTMAX.moved_normaliser
E, E_MOVED = SOFTMAX.weight(o), SOFTMAX.moved(o)
P, U, A = SOFTMAX.probability(o), SOFTMAX.update(o), SOFTMAX.advantage(o)
V = SOFTMAX.value
V_MOVED = total(o, SOFTMAX.moved_probability(o) * r(o))


def nonempty() -> Proof:
    """0 < Z."""
    return assume(NONEMPTY.formula)


@cache
def normalised() -> Proof:
    """sum p = 1."""
    share = solve(eq(P, 1 / Z * E), nonempty())
    return solve(eq(total(o, P), 1), sum_equal(share, o, (1 / Z, E)), nonempty())


def mean_of(f: Term) -> Proof:
    """sum p f = (1/Z) sum e^logit f."""
    share = solve(eq(P * f, 1 / Z * (E * f)), nonempty())
    return sum_equal(share, o, (1 / Z, E * f))


@cache
def advantage_mean_zero() -> Proof:
    """sum p (r - V) = 0."""
    split = solve(eq(P * A, 1 * (P * r(o)) + -V * P))
    return solve(eq(total(o, P * A), 0), sum_equal(split, o, (1, P * r(o)), (-V, P)), normalised())


def reweighted(token: Term) -> Proof:
    """e^(logit + eta u) = e^logit e^(eta u)."""
    return exp_sum(SOFTMAX.logit(token), eta * SOFTMAX.update(token))


def positive(token: Term) -> tuple[Proof, Proof, Proof]:
    """0 < e^logit, before and after the update, and 0 < p."""
    weight = exp_positive(SOFTMAX.logit(token))
    probability = solve(0 < SOFTMAX.probability(token), weight, nonempty())
    return weight, exp_positive(SOFTMAX.logit(token) + eta * SOFTMAX.update(token)), probability


@cache
def moved_mass() -> Proof:
    """e^(eta sum p u) Z <= Z', by Jensen's inequality."""
    lemma = instantiate(
        jensen_exp.prove(jensen.STATEMENT.formal_conclusion),
        {},
        {jensen.weight: Lambda((o,), E), jensen.value: Lambda((o,), eta * U)},
    )
    weights = generalise(solve(0 <= E, positive(o)[0]), o)
    lemma = use(lemma, weights, nonempty())
    exponent = lemma.conclusion.args[0].args[0]
    mean_move = SOFTMAX.mean(U)
    moves = sum_equal(solve(eq(E * (eta * U), eta * (E * U))), o, (eta, E * U))
    same = solve(eq(exponent, eta * mean_move), moves, mean_of(U), nonempty())
    grown = sum_equal(solve(eq(E_MOVED, E * exp(eta * U)), reweighted(o)), o, (1, E * exp(eta * U)))
    renamed = congruence(same, var("hole"), exp(var("hole")))
    return solve(exp(eta * mean_move) * Z <= Z_MOVED, lemma, renamed, grown, nonempty())


@cache
def moved_nonempty() -> Proof:
    """0 < Z'."""
    mean_move = SOFTMAX.mean(U)
    return solve(0 < Z_MOVED, moved_mass(), exp_positive(eta * mean_move), nonempty())


@cache
def _same_sign() -> Proof:
    c, a = var("c"), var("a")
    x = c * a
    known = assume(0 <= c), tangent(x), tangent(-x), exp_inverse(x), exp_positive(x)
    return solve(a <= exp(x) * a, *known)


def same_sign(factor: Term, value: Term, nonnegative: Proof) -> Proof:
    """From 0 <= c: a <= e^(c a) a, because c a has the sign of a."""
    return use(instantiate(_same_sign(), {var("c"): factor, var("a"): value}), nonnegative)


def at_element(term: Term, other: Term) -> Proof:
    """o = other implies term(o) = term(other)."""
    hole, equal = var("hole", RESPONSE), eq(o, other)
    inside = substitute(term, {o: hole})
    return discharge(congruence(assume(equal), hole, inside), equal)
