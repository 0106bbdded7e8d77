"""The landscape of theorem_2, for the gap 2 gap/T, at every node of the tree.

J = p^T is the probability of the one correct response, whose score is T f'(1-p). Its mean among the
correct responses is (1-J) times the gap alignment, so the alignment is T (2 gap/T)(1-p)/(1-p^T).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from theory.proofs._prelude import *
from theory.proofs import _landscape
from theory.proofs._growth import shares
from theory.proofs._token_step import on_tree
from theory.proofs._tree import at_open, empty_root
from theory.proofs._tree_trajectory import at_step_k
from theory.proofs._tree_witness import EMPTY, LEAVES, NOTHING, tree_model
from theory.proofs._witness import REWARD, ZERO, Rows
from theory.proofs._witness import witness as proved_witness
from theory.proofs.tree_path import falls_along
from theory.statements import _collapse as landscape
from theory.statements._collapse import J0, LOGP, RIGHT, SCORE, WRONG, gap
from theory.statements.theorem_4 import (
    STATEMENT,
    TOKEN_GAP,
    at_step,
    one,
    p0,
    star,
    token_score,
    with_tokens,
    zero,
)
from theory.tree import (
    TOKEN,
    TREE_AT_K,
    T,
    begins,
    child,
    either,
    extend,
    is_open,
    length,
    p,
    root,
    v,
    whole,
)

HYPOTHESES = STATEMENT.formal_hypotheses
_token, _response = var("hole", TOKEN), var("hole", o.sort)


def given(*names: str) -> tuple[Proof, ...]:
    return tuple(assume(HYPOTHESES[name]) for name in names)


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
    return (
        solve(conj(0 < p0, p0 < 1), start),
        token_gap,
        *given("positive_L", "root"),
        long,
        short,
    )


def of_tokens(fact: Proof) -> Proof:
    """A fact about the landscape of theorem_2, for tokens."""
    put = instantiate(fact, {gap: TOKEN_GAP, J0: p0})
    return use(put, *(f for f in admitted() if f.conclusion in put.hypotheses))


# -- tokens ----------------------------------------------------------------------------------------


@cache
def at_node() -> tuple[Proof, Proof, Proof]:
    """At an open prefix: a token is "one" or "zero"; their log-probabilities."""
    here = apply_implication(specialise(assume(HYPOTHESES["tokens"]), k, p), assume(is_open(p)))
    return specialise(part(here, 0), v), specialise(part(here, 1), t), specialise(part(here, 2), t)


@cache
def token_slope(name: str) -> Proof:
    """The score of a token is that of the landscape, at every t."""
    equation = at_node()[1 if name == RIGHT else 2]
    token = one if name == RIGHT else zero
    slopes = specialise(assume(HYPOTHESES["differentiable"]), k)
    logp = equation.conclusion.args[0]
    raw = differentiate(t, logp, specialise(slopes, extend(p, token)), specialise(slopes, p))
    slope = raw.conclusion.args[2]
    moved = rename_derivative(raw, equation, solve(eq(slope, slope)))
    same = derivative_unique(moved, of_tokens(_landscape.logp_slope(name)))
    score = TREE_AT_K.score(extend(p, token), t) - TREE_AT_K.score(p, t)
    return solve(eq(score, at_step(SCORE[name])), specialise(same, t))


def at_time(fact: Proof, time: Term) -> Proof:
    return instantiate(fact, {t: time})


def either_token(goal: Term, *known: Proof) -> Proof:
    """A goal about the score of token v, from what is known about "one" and "zero"."""
    cases = []
    for token in (one, zero):
        same = assume(eq(v, token))
        moved = [congruence(same, _token, TREE_AT_K.score(extend(p, _token), z)) for z in (t, u)]
        cases += [discharge(fact, same.conclusion) for fact in moved]
    return solve(goal, at_node()[0], *cases, *known)


@cache
def token_bounded() -> Proof:
    """p open  |-  |token score| <= G, at every t."""
    known = [
        fact
        for name in (RIGHT, WRONG)
        for fact in (
            token_slope(name),
            of_tokens(_landscape.put(_landscape.score_bounded(name), k * eta + t)),
        )
    ]
    return either_token(absolute(token_score(t)) <= G, *known)


@cache
def tokens_close() -> Proof:
    """p open, t <= u  |-  |token score at u - token score at t| <= L (u - t)."""
    ordered = assume(t <= u)
    known = [
        fact
        for name in (RIGHT, WRONG)
        for fact in (
            token_slope(name),
            at_time(token_slope(name), u),
            apply_implication(of_tokens(_landscape.lipschitz_on_line(name)), ordered),
        )
    ]
    change = absolute(token_score(u) - token_score(t))
    return either_token(change <= L * (u - t), *known)


# -- the one correct response ----------------------------------------------------------------------


@cache
def star_grows() -> Proof:
    """The correct response has T times the log-probability and the score of a one."""
    log_one, slope_one = at_step(LOGP[RIGHT]), at_step(SCORE[RIGHT])
    only_ones, tokens = (part(assume(HYPOTHESES["all_ones"]), j) for j in range(2))
    a_one = specialise(apply_implication(specialise(only_ones, p), assume(is_open(p))), v)
    same = assume(eq(v, one))
    longer, empty = at_open()[1], empty_root()

    def sums_up(total_of: Callable[[Term], Term], each: Term, token: Proof, start: Proof) -> Proof:
        """total(star) = T each, as each one adds as much."""
        moved = congruence(same, _token, total_of(extend(p, _token)))
        added = solve(eq(total_of(child) - total_of(p), each), moved, token)

        def side(sign: int) -> Proof:
            def rest(q: Term) -> Term:
                return sign * (total_of(q) - length(q) * each)

            here = rest(child) <= rest(p)
            steady = discharge(solve(here, added, longer), same.conclusion)
            either_way = solve(either(eq(begins(child, star), 0), here), a_one, steady)
            return falls_along(rest, either_way, star)

        return solve(eq(total_of(whole(star)), T * each), side(1), side(-1), start, empty, tokens)

    certain = specialise(part(specialise(assume(HYPOTHESES["normalised"]), k), 0), t)
    slope = specialise(assume(HYPOTHESES["differentiable"]), k, root)
    itself = slope.conclusion.args[2]
    flat = rename_derivative(slope, certain, solve(eq(itself, itself)))
    still = specialise(derivative_unique(flat, differentiate(t, const(0))), t)
    return both(
        sums_up(lambda q: TREE_AT_K.logp(q, t), log_one, at_node()[1], certain),
        sums_up(lambda q: TREE_AT_K.score(q, t), slope_one, token_slope(RIGHT), still),
    )


def only_star(f: Term) -> Proof:
    """sum of r(o) f(o) = f(star)."""
    rewarded = assume(HYPOTHESES["rewarded"])
    either, one_correct = specialise(part(rewarded, 0), o), part(rewarded, 1)
    same = assume(eq(o, star))
    moved = discharge(congruence(same, _response, substitute(f, {o: _response})), same.conclusion)
    at_star = substitute(f, {o: star})
    pointwise = solve(eq(STEP.reward * f, at_star * STEP.reward), either, moved)
    sums = sum_equal(pointwise, o, (at_star, STEP.reward))
    return solve(eq(total(o, STEP.reward * f), at_star), sums, one_correct)


# -- the success rate ------------------------------------------------------------------------------

J, F = TREE_AT_K.put(AT_K.success()), TREE_AT_K.put(AT_K.failure())
GAP = TREE_AT_K.put(AT_K.alignment())
START = k * eta + 0
SHARE_LEFT = landscape.at_position(with_tokens(landscape.SHARE[RIGHT]), START)  # 1 - p
LOG_ONE = at_step(LOGP[RIGHT], const(0))  # log p at step k
ODDS_UP = exp(landscape.at_position(with_tokens(landscape.ODDS), START))  # e^f


@cache
def landscape_facts() -> tuple[Proof, ...]:
    """p (1 + e^-f) = 1 and the like, at step k."""
    return tuple(of_tokens(fact) for fact in _landscape.facts_at(START))


@cache
def success() -> Proof:
    """J = p^T, written exp(T log p)."""
    mass = only_star(exp(TREE_AT_K.logp(whole(o))))
    power = equal_inside(part(at_time(star_grows(), const(0)), 0), exp)
    return solve(eq(J, exp(T * LOG_ONE)), mass, power)


@cache
def at_most_p() -> Proof:
    """J <= p, and p < 1."""
    log_negative = solve(LOG_ONE < 0, *log_one_negative())
    lower = solve(T * LOG_ONE <= LOG_ONE, log_negative, *given("length"))
    return solve(J <= exp(LOG_ONE), success(), exp_monotone(lower))


@cache
def log_one_negative() -> tuple[Proof, ...]:
    """p < 1, so log p < 0."""
    below = solve(exp(LOG_ONE) < 1, *landscape_facts())
    return below, tangent(LOG_ONE)


@cache
def interior() -> Proof:
    """0 < J < 1."""
    positive = exp_positive(T * LOG_ONE)
    return solve(conj(0 < J, J < 1), success(), positive, at_most_p(), log_one_negative()[0])


@cache
def likely_enough() -> Proof:
    """e^f <= 1, so 1-p >= 1/2."""
    odds = of_tokens(_landscape.at_iterate()[0])
    start = solve(p0 / (1 - p0) <= 1, *given("start"))
    positive = solve(0 < p0 / (1 - p0), *given("start"))
    low = log_at_most(solve(p0 / (1 - p0) <= exp(const(0)), start, exp_zero()), positive)
    pace = of_tokens(_landscape.pace())
    falling = solve(0 <= -with_tokens(landscape.DRIFT) * eta * k, pace)
    exponent = odds.conclusion.args[0]
    below = exp_monotone(solve(exponent <= 0, odds, low, falling))
    return solve(ODDS_UP <= 1, below, exp_zero())


@cache
def aligned() -> Proof:
    """gap <= the gap alignment."""
    score = TREE_AT_K.score(whole(o))
    mass = exp(TREE_AT_K.logp(whole(o)))
    slope_sum = only_star(mass * score)
    plus = TREE_AT_K.put(AT_K.mean_correct(AT_K.score()))
    weights = solve(eq(STEP.reward * mass * score, STEP.reward * (mass * score)))
    tidy = sum_equal(weights, o, (1, STEP.reward * (mass * score)))
    star_mass, star_score = (substitute(z, {o: star}) for z in (mass, score))
    only_mass = only_star(mass)
    positive = interior()
    mean = solve_hiding(
        eq(plus, star_score),
        (plus, star_mass, star_score, J, *(tidy.conclusion.args[0], slope_sum.conclusion.args[0])),
        solve(eq(plus * J, tidy.conclusion.args[0]), positive),
        tidy,
        slope_sum,
        only_mass,
        positive,
    )
    share = at_step_k(on_tree(shares()), positive)
    one_score = at_step(SCORE[RIGHT], const(0))
    slope = of_tokens(_landscape.at_iterate()[1])
    rest = SHARE_LEFT
    value = solve_hiding(
        eq(one_score, TOKEN_GAP * rest), (slope.conclusion.args[0], rest, TOKEN_GAP), slope
    )
    half_left = solve(1 <= 2 * rest, likely_enough(), *landscape_facts())
    product = solve(eq(T * TOKEN_GAP, 2 * gap), *given("length"))
    reached = solve_hiding(
        eq(star_score, 2 * gap * rest),
        (star_score, one_score, TOKEN_GAP, rest),
        part(at_time(star_grows(), const(0)), 1),
        value,
        product,
    )
    enough = solve_hiding(
        gap <= F * GAP,
        (F, GAP, plus, star_score, rest),
        share,
        mean,
        reached,
        half_left,
        *given("gap"),
    )
    rate = solve(conj(0 < F, F <= 1), positive)
    return solve_hiding(gap <= GAP, (F, GAP), enough, rate, *given("gap"))


@cache
def falls() -> Proof:
    """J(k+1) < J(k)."""
    later = [instantiate(fact, {k: k + 1}) for fact in landscape_facts()]
    now, then = LOG_ONE, substitute(LOG_ONE, {k: k + 1})
    grown = of_tokens(_landscape.falls())
    rarer = solve(exp(then) < exp(now), grown, *landscape_facts(), *later)
    lower = solve(then < now, rarer, tangent_at(now, then), exp_positive(now))
    power = tangent_at(T * then, T * now)
    gained = solve(0 < T * now - T * then, lower, *given("length"))
    next_success = instantiate(success(), {k: k + 1})
    return solve(
        next_success.conclusion.args[0] < J,
        next_success,
        success(),
        power,
        gained,
        exp_positive(T * then),
    )


@cache
def vanishes() -> Proof:
    """0 < eps  |-  N(eps) <= k  =>  J <= eps."""
    small = of_tokens(_landscape.below_level())
    bound = solve(exp(LOG_ONE) <= ODDS_UP, *landscape_facts())
    return solve(implies(small.conclusion.args[0], J <= eps), small, bound, at_most_p())


def prove(goal: Term) -> Proof:
    assumption, collapse = goal.args
    bounded, lipschitz = assumption.args
    next_interior = instantiate(interior(), {k: k + 1})
    pace = of_tokens(_landscape.pace())
    start = solve(0 < p0 / (1 - p0), *given("start"))
    inside = interior(), next_interior
    keeps = both(
        conclude_parts(bounded, token_bounded()), conclude_parts(lipschitz, tokens_close())
    )
    steady = (aligned(), falls(), *inside)
    late = (vanishes(), pace, start, *given("start", "length"), *inside)
    parts = collapse.args if collapse.op == "and" else (collapse,)
    ends = (conclude_parts(part, *(late if part.args[0] == eps else steady)) for part in parts)
    return both(keeps, both(*ends))


def witness() -> Instance:
    """Words of one letter: T = 1, p = 1/2 at the start, the gap 1/1000 and a step of 1/4."""
    values = {
        p0: const(1) / 2,
        gap: const(1) / 1000,
        L: const(1),
        G: const(1),
        eta: const(1) / 4,
        T: const(1),
    }
    position = k * eta + t

    def rows(table: Mapping[str, Term]) -> Rows:
        leaves = {name: substitute(at_step(term), values) for name, term in table.items()}
        return {(name,): Lambda((k, t), y) for name, y in {EMPTY: ZERO, **leaves}.items()}

    functions: dict[Symbol, Rows] = {
        TREE_AT_K.logp_symbol: rows(landscape.LOGP),
        TREE_AT_K.score_symbol: rows(landscape.SCORE),
        STEP.reward_symbol: REWARD,
    }
    model = tree_model(functions, values)
    model = replace(model, elements={**model.elements, one: RIGHT, zero: WRONG, star: RIGHT})

    def in_numbers(fact: Proof) -> Proof:
        put = instantiate(fact, {gap: TOKEN_GAP, J0: p0})
        return instantiate(put, values)

    masses = [in_numbers(_landscape.put(fact, position)) for fact in _landscape.shares()]
    slopes = []
    for name in LEAVES:
        slope = in_numbers(_landscape.logp_slope(name))
        facts = (solve(h) for h in slope.hypotheses)
        slopes.append(use(slope, *facts))
    same = (
        equal_inside(solve(eq(f.conclusion.args[1] + NOTHING, f.conclusion.args[1])), exp)
        for f in slopes
    )
    numbers = {"T": "1", "p at the start": "1/2", "gap": "1/1000", "eta": "1/4", "L": "1"}
    derivatives = interpret(HYPOTHESES["differentiable"], model)
    special = {"differentiable": conclude_parts(derivatives, *slopes, differentiate(t, ZERO))}
    return proved_witness(STATEMENT, model, (*masses, *same), numbers, special=special)
