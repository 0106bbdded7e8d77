"""The tree of "ones": a zero ends the response, and so do T ones, which alone are right.

A prefix is j ones, or j ones and a zero. The responses are T ones, and i ones and a zero for i = 0,
..., T - 1 = m. With p, q and a, b the probabilities and the scores of a one and of a zero, pi is
p^T and p^i q, and the sum of pi times the score over i < n telescopes to -n p^n a, because p + q =
1 and p a + q b = 0. So J = p^T, E+[len] = T and the gap is T a/(1-J).
"""

from collections.abc import Mapping

from theory.proofs._prelude import *
from theory.kernel.models import Numbered
from theory.proofs._witness import Rows
from theory.statements.theorem_4 import m
from theory.tree import (
    PREFIX,
    TOKEN,
    T,
    begins,
    complete,
    either,
    extend,
    length,
    root,
    whole,
)

ONE, ZERO, ONES, ENDED, STAR, SHORT = "one", "zero", "ones", "ended", "all ones", "a zero at last"
i, j, n = (var(name, NAT) for name in ("i", "j", "n"))
prefix, short = var("p", NAT), var("o", NAT)  # the numbers of a prefix and of a short response
nil = const(0)
LENGTH = eq(T, m + 1)


def from_there(here: Term, there: Term) -> Term:
    """1 when ``here`` is at most ``there``, else 0."""
    return minimum(1, maximum(0, there - here + 1))


def same(here: Term, there: Term) -> Term:
    """1 when the two numbers are the same, else 0."""
    return maximum(0, 1 - absolute(there - here))


def rows(table: Mapping[str, Term], before: tuple[Term, ...], after: tuple[Term, ...]) -> Rows:
    """What adds up along a prefix, from what each token adds."""
    ones = j * table[ONE]
    return {
        (ONES,): Lambda((*before, j, *after), ones),
        (ENDED,): Lambda((*before, j, *after), ones + table[ZERO]),
    }


def tree_model(functions: Mapping[Symbol, Rows], parameters: frozenset[Term]) -> Model:
    """The tree, with these functions on it."""
    tree: dict[Symbol, Rows] = {
        begins: {
            (ONES, STAR): Lambda((j,), const(1)),
            (ONES, SHORT): Lambda((j, i), from_there(j, i)),
            (ENDED, STAR): Lambda((j,), nil),
            (ENDED, SHORT): Lambda((j, i), same(j, i)),
        },
        complete: {(ONES,): Lambda((j,), from_there(T, j)), (ENDED,): Lambda((j,), const(1))},
        length: {(ONES,): Lambda((j,), j), (ENDED,): Lambda((j,), j + 1)},
        AT_K.reward_symbol: {(STAR,): Lambda((), const(1)), (SHORT,): Lambda((i,), nil)},
    }
    longer, ended = Numbered(ONES, Lambda((j,), j + 1)), Numbered(ENDED, Lambda((j,), j))
    return Model(
        {PREFIX: (ONES, ENDED), TOKEN: (ONE, ZERO), RESPONSE: (STAR, SHORT)},
        {**tree, **functions},
        elements={root: Numbered(ONES, Lambda((), nil))},
        maps={
            extend: {
                (ONES, ONE): longer,
                (ONES, ZERO): ended,
                (ENDED, ONE): ended,
                (ENDED, ZERO): ended,
            },
            whole: {
                (STAR,): Numbered(ONES, Lambda((), T)),
                (SHORT,): Numbered(ENDED, Lambda((i,), i)),
            },
        },
        runs={ONES: T, ENDED: m, SHORT: m},
        parameters=parameters,
    )


@cache
def apart(a: Term, b: Term) -> Proof:
    """a <= b or b + 1 <= a, for natural numbers: by induction on both."""

    def claim(count: Term) -> Term:
        return forall(j, either(j <= count, count + 1 <= j))

    def by_cases(count: Term, *known: Proof) -> Proof:
        body = claim(count).args[1]
        first = solve(substitute(body, {j: nil}))
        return induction(j, body, first, solve(substitute(body, {j: j + 1}), *known))

    below = specialise(assume(claim(n)), j)
    return specialise(induction(n, claim(n), by_cases(nil), by_cases(n + 1, below)), b, a)


def sum_up_to(body: Term, closed: Term, *known: Proof, hidden: tuple[Term, ...] = ()) -> Proof:
    """The sum of ``body`` over the short responses is ``closed``, a term in their number n;
    ``known`` are facts about the response number n."""
    claim = implies(n <= m + 1, eq(prefix_sum(short, n, body), closed))
    start = solve_hiding(substitute(claim, {n: nil}), hidden, prefix_zero(short, body))
    grown = substitute(claim, {n: n + 1})
    step = solve_hiding(grown, hidden, assume(claim), prefix_step(short, n, body), *known)
    everywhere = specialise(induction(n, claim, start, step), m + 1)
    return apply_implication(everywhere, solve(m + 1 <= m + 1))


@cache
def shape(goal: Term) -> Proof:
    """The tree has the SHAPE of theorem_4."""
    rooted, branching, ending, indicators, nonempty, reached = goal.args
    length = assume(LENGTH)
    ordered = apart(prefix, short), apart(short, prefix), apart(prefix, m)
    late = assume(T <= prefix)
    none = sum_up_to(from_there(prefix, short), nil, late, length)
    of_one = sum_up_to(same(prefix, short), minimum(1, maximum(0, n - prefix)))
    sums = discharge(none, late.conclusion), of_one
    parts = (
        conclude_parts(rooted, length),
        conclude_parts(branching, length, *ordered),
        conclude_parts(ending, length, *ordered, *sums),
        conclude_parts(indicators, length, *ordered),
        conclude_parts(nonempty, length),
        conclude_parts(reached),
    )
    return both(*parts)


@cache
def adds(one: Term, zero: Term) -> tuple[Proof, Proof]:
    """p <= m  implies that the next token adds what it should: to log pi, or to the score."""
    inside, before = assume(prefix <= m), prefix * one
    after = (minimum(prefix + 1, T) * one, one), (minimum(prefix, m) * one + zero, zero)
    first, last = (
        discharge(
            solve_hiding(eq(there - before, of), (one, zero), inside, assume(LENGTH)),
            inside.conclusion,
        )
        for there, of in after
    )
    return first, last


def exponential(fact: Proof) -> Proof:
    """From c => a = b: c => exp a = exp b."""
    condition = fact.conclusion.args[0]
    inside = apply_implication(fact, assume(condition))
    return discharge(equal_inside(inside, exp), condition)


# -- sums over the responses -----------------------------------------------------------------------

log_one, log_zero, one_score, zero_score = map(
    var, ("log_one", "log_zero", "one_score", "zero_score")
)
P, Q = exp(log_one), exp(log_zero)
POWER = exp(T * log_one)  # p^T
SHARES = conj(0 < P, 0 < Q, eq(P + Q, 1))
BALANCED = eq(P * one_score + Q * zero_score, 0)
STAR_LOG, SHORT_LOG = minimum(T, T) * log_one, minimum(short, m) * log_one + log_zero
STAR_SCORE, SHORT_SCORE = (
    substitute(x, {log_one: one_score, log_zero: zero_score}) for x in (STAR_LOG, SHORT_LOG)
)
STAR_SIZE, SHORT_SIZE = minimum(T, T), minimum(short, m) + 1


def over(star: Term, others: Term) -> Term:
    """A sum over the responses: T ones, and the short ones."""
    return star + prefix_sum(short, m + 1, others)


def mean(star: Term, others: Term, kind: str) -> Term:
    """E+ or E- of what is ``star`` for T ones and ``others`` for the short responses."""
    mass, masses = exp(STAR_LOG), exp(SHORT_LOG)
    if kind == "right":
        return over(const(1) * mass * star, nil * masses * others) / SUCCESS
    fails = [const(1) + Term("neg", (reward,)) for reward in (const(1), nil)]
    return over(fails[0] * mass * star, fails[1] * masses * others) / (1 - SUCCESS)


SUCCESS = over(const(1) * exp(STAR_LOG), nil * exp(SHORT_LOG))
GAP = mean(STAR_SCORE, SHORT_SCORE, "right") - mean(STAR_SCORE, SHORT_SCORE, "wrong")
MEAN_LENGTH = mean(STAR_SIZE, SHORT_SIZE, "right")


@cache
def star_mass() -> Proof:
    """pi of the correct response is exp(T log p)."""
    return equal_inside(solve(eq(STAR_LOG, T * log_one)), exp)


@cache
def success() -> Proof:
    """J = p^T, written exp(T log p)."""
    others = sum_up_to(SUCCESS.args[1].args[2], nil)
    return solve(eq(SUCCESS, POWER), others, star_mass(), assume(LENGTH))


@cache
def rare() -> tuple[Proof, Proof]:
    """0 < J < 1, and J <= p."""
    below = solve(P < 1, assume(SHARES))
    negative = solve(log_one < 0, below, tangent(log_one))
    lower = solve(T * log_one <= log_one, negative, assume(LENGTH))
    at_most_p = solve(SUCCESS <= P, success(), exp_monotone(lower))
    inside = success(), exp_positive(T * log_one), at_most_p, below
    return solve(conj(0 < SUCCESS, SUCCESS < 1), *inside), at_most_p


@cache
def wrong_scores() -> Proof:
    """The sum of pi times score over the incorrect responses is -T J a."""
    body = GAP.args[1].args[0].args[0].args[1].args[2]
    inside = assume(n <= m)
    last = solve(eq(minimum(n, m) * log_one + log_zero, n * log_one + log_zero), inside)
    mass = discharge(equal_inside(last, exp), inside.conclusion)
    grown = exp_sum(n * log_one, log_zero), exp_sum(n * log_one, log_one, (n + 1) * log_one)
    closed = -(n * (exp(n * log_one) * one_score))
    return sum_up_to(body, closed, mass, *grown, assume(SHARES), assume(BALANCED))


def quotient(fraction: Term) -> Proof:
    """(a/b) b = a, where b is J or 1 - J."""
    numerator, denominator = fraction.args
    return solve_hiding(eq(fraction * denominator, numerator), (numerator, SUCCESS), rare()[0])


@cache
def alignment() -> Proof:
    """(1-J) gap = T a."""
    plus, minus = GAP.args[0], GAP.args[1].args[0]
    inside, mass = rare()[0], solve(eq(POWER, SUCCESS), success())
    rest = sum_up_to(plus.args[0].args[1].args[2], nil)
    power = exp_equal((m + 1) * log_one, T * log_one, assume(LENGTH))
    facts = star_mass(), mass, power, inside, assume(LENGTH)
    hidden = SUCCESS, rest.conclusion.args[0], wrong_scores().conclusion.args[0]
    load = T * SUCCESS * one_score
    first = solve_hiding(eq(plus * SUCCESS, load), (plus, *hidden), quotient(plus), rest, *facts)
    last = solve_hiding(
        eq(minus * (1 - SUCCESS), -load),
        (minus, *hidden),
        quotient(minus),
        wrong_scores(),
        *facts,
    )
    names = plus, minus, SUCCESS
    return solve_hiding(eq((1 - SUCCESS) * GAP, T * one_score), names, first, last, inside)


@cache
def as_long() -> Proof:
    """E+[len] = T."""
    rest = sum_up_to(MEAN_LENGTH.args[0].args[1].args[2], nil)
    mass = solve(eq(POWER, SUCCESS), success())
    names = SUCCESS, rest.conclusion.args[0], MEAN_LENGTH
    load = solve_hiding(
        eq(MEAN_LENGTH * SUCCESS, T * SUCCESS),
        names,
        quotient(MEAN_LENGTH),
        rest,
        star_mass(),
        mass,
    )
    return solve_hiding(eq(MEAN_LENGTH, T), names, load, rare()[0])


# -- two probabilities of a one --------------------------------------------------------------------

lower_log, upper_log = var("lower_log"), var("upper_log")


@cache
def falls() -> Proof:
    """log p' < log p  |-  p'^T < p^T."""
    lower = assume(lower_log < upper_log)
    return exp_rises(solve(T * lower_log < T * upper_log, lower, assume(LENGTH)))


@cache
def powers() -> Proof:
    """log p' <= log p, p <= 1  |-  (1 - p'^T)(1 - p) <= (1 - p^T)(1 - p')."""
    low, high = exp(lower_log), exp(upper_log)
    smaller, unit = assume(lower_log <= upper_log), assume(high <= 1)
    less = exp_monotone(smaller), unit
    here, there = exp(n * lower_log), exp(n * upper_log)
    claim = (1 - here) * (1 - high) <= (1 - there) * (1 - low)
    room = (1 - low) * (1 - high)
    more = exp_monotone(solve(n * lower_log <= n * upper_log, smaller))
    wide = solve_hiding(0 <= room, (low, high), *less)
    bigger = solve_hiding(here * room <= there * room, (here, there, room), more, wide)
    grown = [exp_sum(n * x, x, (n + 1) * x) for x in (lower_log, upper_log)]
    later = substitute(claim, {n: n + 1})
    hidden = (*(f.conclusion.args[0] for f in grown), here, there, low, high)
    step = solve_hiding(later, hidden, assume(claim), *grown, bigger)
    zero = [exp_equal(nil * x, nil) for x in (lower_log, upper_log)]
    base = solve(substitute(claim, {n: nil}), *zero, exp_zero())
    return specialise(induction(n, claim, base, step), T)
