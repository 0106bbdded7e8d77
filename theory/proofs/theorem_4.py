"""The landscape of theorem_2, for the gap 2 gap/T, at every node of a tree of T + 1 responses.

A prefix is j ones, or j ones and a zero. The response of T ones is correct; the others are i ones
and a zero, for i = 0, ..., T - 1 = m. With p, q and a, b the probabilities and the scores of a one
and of a zero, pi is p^T and p^i q, and the sum of pi times the score over i < n telescopes to
-n p^n a, because p a + q b = 0. So J = p^T, and the gap alignment is T a/(1-J).
"""

from theory.proofs._prelude import *
from theory.kernel.existence import Existence
from theory.kernel.models import Numbered
from theory.proofs import _landscape
from theory.proofs._witness import Rows
from theory.proofs._witness import witness as proved_witness
from theory.statements import _collapse as landscape
from theory.statements._collapse import J0, LOGP, RIGHT, SCORE, WRONG, N, gap
from theory.statements.theorem_4 import RANGE, STATEMENT, TOKEN_GAP, at_step, m, p0, with_tokens
from theory.tree import (
    PREFIX,
    TOKEN,
    TREE_AT_K,
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
NAMES = {ONE: RIGHT, ZERO: WRONG}
LOG = {token: at_step(LOGP[name]) for token, name in NAMES.items()}
SLOPE = {token: at_step(SCORE[name]) for token, name in NAMES.items()}
START = {t: nil}


def from_there(here: Term, there: Term) -> Term:
    """1 when ``here`` is at most ``there``, else 0."""
    return minimum(1, maximum(0, there - here + 1))


def same(here: Term, there: Term) -> Term:
    """1 when the two numbers are the same, else 0."""
    return maximum(0, 1 - absolute(there - here))


def given(*names: str) -> tuple[Proof, ...]:
    return tuple(assume(h.formula) for h in RANGE if h.name in names)


# -- the tree --------------------------------------------------------------------------------------


@cache
def model() -> Model:
    def rows(table: dict[str, Term]) -> Rows:
        ones = j * table[ONE]
        return {(ONES,): Lambda((k, j, t), ones), (ENDED,): Lambda((k, j, t), ones + table[ZERO])}

    functions: dict[Symbol, Rows] = {
        begins: {
            (ONES, STAR): Lambda((j,), const(1)),
            (ONES, SHORT): Lambda((j, i), from_there(j, i)),
            (ENDED, STAR): Lambda((j,), nil),
            (ENDED, SHORT): Lambda((j, i), same(j, i)),
        },
        complete: {(ONES,): Lambda((j,), from_there(T, j)), (ENDED,): Lambda((j,), const(1))},
        length: {(ONES,): Lambda((j,), j), (ENDED,): Lambda((j,), j + 1)},
        TREE_AT_K.logp_symbol: rows(LOG),
        TREE_AT_K.score_symbol: rows(SLOPE),
        AT_K.reward_symbol: {(STAR,): Lambda((), const(1)), (SHORT,): Lambda((i,), nil)},
        steps: {(): Lambda((k,), eta)},
        N: {(): Lambda((eps,), with_tokens(landscape.NUMBER))},
    }
    longer, ended = Numbered(ONES, Lambda((j,), j + 1)), Numbered(ENDED, Lambda((j,), j))
    return Model(
        {PREFIX: (ONES, ENDED), TOKEN: (ONE, ZERO), RESPONSE: (STAR, SHORT)},
        functions,
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
        parameters=frozenset((p0, gap, L, G, eta, T, m)),
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


def shape(goal: Term) -> Proof:
    rooted, branching, ending, indicators, nonempty, reached = goal.args
    length = given("length")
    ordered = apart(prefix, short), apart(short, prefix), apart(prefix, m)
    late = assume(T <= prefix)
    none = sum_up_to(from_there(prefix, short), nil, late, *length)
    of_one = sum_up_to(same(prefix, short), minimum(1, maximum(0, n - prefix)))
    sums = discharge(none, late.conclusion), of_one
    parts = (
        conclude_parts(rooted, *length),
        conclude_parts(branching, *length, *ordered),
        conclude_parts(ending, *length, *ordered, *sums),
        conclude_parts(indicators, *length, *ordered),
        conclude_parts(nonempty, *length),
        conclude_parts(reached),
    )
    return both(*parts)


# -- the landscape at a node -----------------------------------------------------------------------


@cache
def admitted() -> tuple[Proof, ...]:
    """The hypotheses of theorem_2, for the gap 2 gap/T and the start p0."""
    start, positive, length = given("start", "gap", "length")
    token_gap = solve(0 < TOKEN_GAP, positive, length)
    share = solve(eq(TOKEN_GAP * T, 2 * gap), length)
    long = solve_hiding(
        60 * TOKEN_GAP <= eta * (L + G**2), (TOKEN_GAP, L + G**2), share, length, *given("long")
    )
    shorter = solve(
        4 * eta**2 * (L + G**2) <= 4 * eta**2 * ((L + G**2) * T), length, *given("positive_L")
    )
    short = solve(conj(0 < eta, 4 * eta**2 * (L + G**2) <= 1), shorter, *given("short"))
    below = solve(conj(0 < p0, p0 < 1), start)
    return (below, token_gap, *given("positive_L", "root"), long, short)


def of_tokens(fact: Proof) -> Proof:
    """A fact about the landscape of theorem_2, for tokens."""
    put = instantiate(fact, {gap: TOKEN_GAP, J0: p0})
    return use(put, *(f for f in admitted() if f.conclusion in put.hypotheses))


@cache
def facts_at(time: Term) -> tuple[Proof, ...]:
    """What is known of p and q at k eta + time; and that they are numbers."""
    here = (of_tokens(fact) for fact in _landscape.facts_at(k * eta + time))
    ratio = solve(0 < p0 / (1 - p0), *given("start"))
    positive = solve(conj(0 < eta, 0 < T, 0 < 1 - p0), *given("short", "length", "start"))
    frequency = solve(0 < landscape.OMEGA, positive, _landscape.pi_bounds())
    return (*here, ratio, positive, frequency)


@cache
def tokens(table: str) -> tuple[Proof, ...]:
    """p <= m  implies that the next token adds what it should: to log pi, or to the score."""
    of = {"log": LOG, "slope": SLOPE}[table]
    inside = assume(prefix <= m)
    before = prefix * of[ONE]
    after = {ONE: minimum(prefix + 1, T) * of[ONE], ZERO: minimum(prefix, m) * of[ONE] + of[ZERO]}
    added = (
        solve_hiding(eq(after[v] - before, of[v]), tuple(of.values()), inside, *given("length"))
        for v in NAMES
    )
    return tuple(discharge(fact, inside.conclusion) for fact in added)


def exponential(fact: Proof) -> Proof:
    """From c => a = b: c => exp a = exp b."""
    condition = fact.conclusion.args[0]
    inside = apply_implication(fact, assume(condition))
    return discharge(equal_inside(inside, exp), condition)


def policy(goal: Term) -> Proof:
    normalised, differentiable, binary, constant, one_policy, begin = goal.args
    known, open_node = facts_at(t), apart(prefix, m)
    shares = tuple(map(exponential, tokens("log")))
    along = nil * eta + (k * eta + t)
    arrived = solve(eq(k * eta + t, along))
    lines = tuple(
        equal_inside(arrived, Lambda((landscape.x,), with_tokens(LOGP[name])))
        for name in NAMES.values()
    )
    at_first = (instantiate(fact, {k: nil}) for fact in facts_at(nil))
    there = (put(fact, along) for fact in _landscape.shares())
    return both(
        conclude_parts(normalised, *known, *shares, open_node, *given("length")),
        conclude_parts(differentiable, *known, *slopes()),
        conclude_parts(binary),
        conclude_parts(constant),
        conclude_parts(one_policy, *lines, *known, *there),
        conclude_parts(begin, first_rate(), *given("start"), *at_first),
    )


def put(fact: Proof, where: Term) -> Proof:
    return of_tokens(_landscape.put(fact, where))


@cache
def slopes() -> tuple[Proof, ...]:
    """The score of a prefix is the derivative of its log-probability."""
    of_token = {token: of_tokens(_landscape.logp_slope(name)) for token, name in NAMES.items()}
    found = []
    for table in (lambda of: prefix * of[ONE], lambda of: prefix * of[ONE] + of[ZERO]):
        raw = differentiate(t, table(LOG), *of_token.values())
        itself = solve(eq(table(LOG), table(LOG)))
        score = solve_hiding(eq(raw.conclusion.args[2], table(SLOPE)), tuple(SLOPE.values()))
        found.append(rename_derivative(raw, itself, score))
    return tuple(found)


def regular(goal: Term) -> Proof:
    bounded, lipschitz = goal.args
    names, steady = NAMES.values(), tokens("slope")
    sizes = [of_tokens(_landscape.put(_landscape.score_bounded(w), k * eta + t)) for w in names]
    moves = [of_tokens(_landscape.lipschitz_on_line(w)) for w in names]
    later = [instantiate(fact, {t: u}) for fact in steady]
    node = apart(prefix, m), *given("length")
    return both(
        conclude_parts(bounded, *sizes, *steady, *node, *facts_at(t)),
        conclude_parts(lipschitz, *moves, *steady, *later, *node, *facts_at(t), *facts_at(u)),
    )


# -- sums over the responses at step k -------------------------------------------------------------

J, F = (interpret(TREE_AT_K.put(f), model()) for f in (AT_K.success(), AT_K.failure()))
GAP = interpret(TREE_AT_K.put(AT_K.alignment()), model())
(LOG_ONE, LOG_ZERO), (ONE_SCORE, ZERO_SCORE) = (
    tuple(substitute(table[token], START) for token in NAMES) for table in (LOG, SLOPE)
)
P, Q = exp(LOG_ONE), exp(LOG_ZERO)
SHARE_LEFT = landscape.at_position(with_tokens(landscape.SHARE[RIGHT]), k * eta + 0)  # 1 - p
ODDS_UP = exp(landscape.at_position(with_tokens(landscape.ODDS), k * eta + 0))  # e^f


@cache
def star_mass() -> Proof:
    """pi of the correct response is exp(T log p)."""
    return equal_inside(solve(eq(minimum(T, T) * LOG_ONE, T * LOG_ONE)), exp)


@cache
def success() -> Proof:
    """J = p^T, written exp(T log p)."""
    others = sum_up_to(J.args[1].args[2], nil)
    return solve(eq(J, exp(T * LOG_ONE)), others, star_mass(), *given("length"))


@cache
def balanced() -> tuple[Proof, Proof, Proof]:
    """0 < p, 0 < q, p + q = 1 and p a + q b = 0; and a = q f'."""
    known = facts_at(nil)
    slope = landscape.at_position(with_tokens(landscape.SLOPE), k * eta + 0)
    other = landscape.at_position(with_tokens(landscape.SHARE[WRONG]), k * eta + 0)
    shares = solve(conj(eq(SHARE_LEFT, Q), eq(other, -P)), *known)
    mass = solve(conj(0 < P, 0 < Q, eq(P + Q, 1)), *known)
    hidden = (slope, SHARE_LEFT, other)
    mean = solve_hiding(eq(P * ONE_SCORE + Q * ZERO_SCORE, 0), hidden, shares)
    return mass, mean, solve_hiding(eq(ONE_SCORE, slope * Q), hidden, shares)


@cache
def wrong_scores() -> Proof:
    """The sum of pi times score over the incorrect responses is -T J a."""
    body = GAP.args[1].args[0].args[0].args[1].args[2]
    inside = assume(n <= m)
    last = solve_hiding(
        eq(minimum(n, m) * LOG_ONE + LOG_ZERO, n * LOG_ONE + LOG_ZERO), (LOG_ONE, LOG_ZERO), inside
    )
    mass = discharge(equal_inside(last, exp), inside.conclusion)
    grown = exp_sum(n * LOG_ONE, LOG_ZERO), exp_sum(n * LOG_ONE, LOG_ONE, (n + 1) * LOG_ONE)
    closed = -(n * (exp(n * LOG_ONE) * ONE_SCORE))
    hidden = (ONE_SCORE, ZERO_SCORE)
    return sum_up_to(body, closed, mass, *grown, *balanced()[:2], hidden=hidden)


@cache
def first_rate() -> Proof:
    """J(0) = exp(T log p0)."""
    start = {k: nil}
    log_one = substitute(LOG_ONE, start)
    odds = equal_inside(of_tokens(_landscape.start_odds()), exp)
    ratio = solve(0 < p0 / (1 - p0), *given("start"))
    facts = (instantiate(fact, start) for fact in facts_at(nil))
    rate = solve(eq(exp(log_one), p0), odds, exp_log(ratio), *facts, *given("start"))
    same_log = solve(eq(log_one, log(p0)), equal_inside(rate, log), log_exp(log_one))
    power = exp_equal(T * log_one, T * log(p0), same_log)
    begun = instantiate(success(), start)
    return solve(eq(begun.conclusion.args[0], exp(T * log(p0))), begun, power)


# -- collapse --------------------------------------------------------------------------------------


@cache
def rare() -> tuple[Proof, Proof]:
    """0 < J < 1, and J <= p."""
    below = solve(P < 1, balanced()[0])
    negative = solve(LOG_ONE < 0, below, tangent(LOG_ONE))
    lower = solve(T * LOG_ONE <= LOG_ONE, negative, *given("length"))
    at_most_p = solve(J <= P, success(), exp_monotone(lower))
    return solve(
        conj(0 < J, J < 1), success(), exp_positive(T * LOG_ONE), at_most_p, below
    ), at_most_p


@cache
def likely_enough() -> Proof:
    """e^f <= 1, so 1-p >= 1/2."""
    odds = of_tokens(_landscape.at_iterate()[0])
    start = solve(p0 / (1 - p0) <= 1, *given("start"))
    positive = solve(0 < p0 / (1 - p0), *given("start"))
    low = log_at_most(solve(p0 / (1 - p0) <= exp(nil), start, exp_zero()), positive)
    falling = solve(0 <= -with_tokens(landscape.DRIFT) * eta * k, of_tokens(_landscape.pace()))
    below = exp_monotone(solve(odds.conclusion.args[0] <= 0, odds, low, falling))
    return solve(1 <= 2 * Q, solve(ODDS_UP <= 1, below, exp_zero()), *facts_at(nil))


@cache
def alignment() -> Proof:
    """gap <= the gap alignment T a/(1-J)."""
    plus, minus = GAP.args[0], GAP.args[1].args[0]
    inside, mass = rare()[0], solve(eq(exp(T * LOG_ONE), J), success())
    rest = sum_up_to(plus.args[0].args[1].args[2], nil, hidden=(ONE_SCORE, ZERO_SCORE))
    hidden = (ONE_SCORE, J, rest.conclusion.args[0], wrong_scores().conclusion.args[0])
    power = exp_equal((m + 1) * LOG_ONE, T * LOG_ONE, *given("length"))
    facts = star_mass(), mass, power, inside, *given("length")
    first = solve_hiding(
        eq(plus * J, T * J * ONE_SCORE), (plus, *hidden), quotient(plus), rest, *facts
    )
    last = solve_hiding(
        eq(minus * F, -(T * J * ONE_SCORE)),
        (minus, *hidden),
        quotient(minus),
        wrong_scores(),
        *facts,
    )
    slope = of_tokens(_landscape.at_iterate()[1])
    score = solve_hiding(
        eq(ONE_SCORE, TOKEN_GAP * Q),
        (slope.conclusion.args[0], TOKEN_GAP, ONE_SCORE),
        slope,
        balanced()[2],
    )
    share = solve(eq(T * TOKEN_GAP, 2 * gap), *given("length"))
    enough = solve_hiding(
        gap <= T * ONE_SCORE, (ONE_SCORE, TOKEN_GAP), score, share, likely_enough(), *given("gap")
    )
    return solve_hiding(
        gap <= GAP, (plus, minus, J, ONE_SCORE), first, last, enough, inside, *given("gap")
    )


def quotient(fraction: Term) -> Proof:
    """(a/b) b = a, where b is J or 1 - J."""
    numerator, denominator = fraction.args
    return solve_hiding(eq(fraction * denominator, numerator), (numerator, J), rare()[0])


@cache
def falls() -> Proof:
    """J(k+1) < J(k)."""
    later = (instantiate(fact, {k: k + 1}) for fact in facts_at(nil))
    then = substitute(LOG_ONE, {k: k + 1})
    grown = of_tokens(_landscape.falls())
    rarer = solve(exp(then) < P, grown, *facts_at(nil), *later)
    lower = solve(then < LOG_ONE, rarer, tangent_at(LOG_ONE, then), exp_positive(LOG_ONE))
    gained = exp_rises(solve(T * then < T * LOG_ONE, lower, *given("length")))
    next_success = instantiate(success(), {k: k + 1})
    return solve(next_success.conclusion.args[0] < J, next_success, success(), gained)


@cache
def vanishes() -> Proof:
    """0 < eps  |-  N(eps) <= k  =>  J <= eps."""
    small = of_tokens(_landscape.below_level())
    bound = solve(P <= ODDS_UP, *facts_at(nil))
    return solve(implies(small.conclusion.args[0], J <= eps), small, bound, rare()[1])


def collapse(goal: Term) -> Proof:
    aligned, falling, vanishing = goal.args
    later = tuple(instantiate(fact, {k: k + 1}) for fact in facts_at(nil))
    pace = of_tokens(_landscape.pace())
    return both(
        conclude_parts(aligned, alignment(), rare()[0], *facts_at(nil)),
        conclude_parts(falling, falls(), *facts_at(nil), *later),
        conclude_parts(vanishing, vanishes(), pace, *facts_at(nil)),
    )


def existence(goal: Term) -> Existence:
    """The properties of the goal, in the model."""
    fixed, falling = interpret(goal, model()).args
    tree, policies, assumption_2 = fixed.args
    proofs = shape(tree), policy(policies), regular(assumption_2)
    return Existence(model(), both(both(*proofs), collapse(falling)), NUMBERS)


NUMBERS = {
    "responses": "i ones and a zero for i < T, and T ones, which are right",
    "log odds of a one": "as in theorem_2, for the gap 2 gap/T and the start p0",
    "J at step k": "p(k eta)^T",
}


def witness() -> Instance:
    """T = 3, p = 1/2 at the start, L = 1, G = 2, the gap 1/1000 and a step of 1/8."""
    values = {p0: half, gap: const(1) / 1000, L: const(1), G: const(2), T: const(3), m: const(2)}
    numbers = {"T": "3", "p0": "1/2", "gap": "1/1000", "L": "1", "G": "2", "eta": "1/8"}
    values = {**values, eta: const(1) / 8}
    return proved_witness(STATEMENT, Model({}, {}, values), (), numbers)
