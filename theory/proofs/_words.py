"""The tree of theorem_4: the landscape of theorem_2 at every node, and one response of ones."""

from collections.abc import Callable

from theory.proofs._prelude import *
from theory.proofs import _landscape
from theory.proofs._tree import at_open, empty_root
from theory.proofs.tree_path import falls_along
from theory.statements._collapse import J0, LOGP, RIGHT, SCORE, WRONG, gap
from theory.statements.theorem_4 import (
    STATEMENT,
    TOKEN_GAP,
    at_step,
    one,
    p0,
    star,
    token_score,
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
