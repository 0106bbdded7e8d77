"""Expectations over the outcomes of a drawn group: response by response, member by member."""

from collections.abc import Callable

from theory.proofs._prelude import *
from theory.statements._group import (
    COMPUTED,
    HITS,
    INDEPENDENT,
    MEMBER,
    MEMBERS,
    PAIRWISE,
    RESTS,
    SIZE,
    a,
    advantage,
    b,
    down,
    draw,
    expected,
    hit,
    law,
    mean,
    n,
    o2,
    others,
    rest,
    same,
    up,
    x,
    z,
)
from theory.statements._grpo import BINARY

PI, CORRECT, INCORRECT = exp(STEP.logp()), STEP.correct(), STEP.incorrect()
r = STEP.reward_symbol
Function = Callable[[Term], Term]
_member = var("hole", MEMBER)
LAW = law(z)
NONEMPTY = 0 < SIZE
OF_MEMBERS = substitute(MEMBERS.formula, {n: SIZE})


def nonempty() -> Proof:
    """0 < n."""
    return assume(NONEMPTY)


def some_member(proof: Proof) -> Proof:
    """Take 0 < n from the hypothesis about the members."""
    return use(proof, part(assume(OF_MEMBERS), 0))


def by_element(weight: Term, f: Function, element: Term, mark: Term, here: Proof) -> Proof:
    """sum_z weight f(element) = sum_x f(x) sum_z weight mark, the mark of x: 1 if the element is x.

    ``here`` proves, for this z, that the marks sum to 1 and that one is 0 unless it is the
    element's."""
    index = here.conclusion.args[0].args[0].args[0]
    hole, equal = var("hole", index.sort), eq(element, index)
    moved = discharge(congruence(assume(equal), hole, f(hole)), equal)
    inner = f(index) * (weight * mark)
    found = specialise(part(here, 1), index)
    pointwise = solve(eq(inner, weight * f(element) * mark), found, moved)
    listed = sum_equal(pointwise, index, (weight * f(element), mark))
    spread = solve(eq(weight * f(element), total(index, inner)), listed, part(here, 0))
    by_outcome = sum_monotone(spread, z)
    collected = sum_equal(solve(eq(inner, inner)), z, (f(index), weight * mark))
    by_value = sum_monotone(collected, index)
    goal = eq(by_outcome.conclusion.args[0], by_value.conclusion.args[1])
    return solve(goal, by_outcome, sum_exchange(z, index, inner), by_value)


def by_response(weight: Term, f: Function, member: Term = a) -> Proof:
    """sum_z weight f(draw(z, member)) = sum_o f(o) sum_z weight hit(z, member, o)."""
    here = at(HITS.formula, z, member)
    return by_element(weight, f, draw(z, member), hit(z, member, o), here)


def regroup(index: Term, left: Term, right: Term) -> Proof:
    """sum left = sum right, where left = right is arithmetic."""
    return sum_equal(solve(eq(left, right)), index, (1, right))


def mean_given_others(
    u: Function, f: Function, weight: Term = LAW, independent: Proof | None = None
) -> Proof:
    """E[u(others(z, a)) f(draw(z, a))] = E[u(others(z, a))] sum_o pi f; or with another weight in
    place of the law, of which ``independent`` says what the hypothesis says of the law."""
    marks = at(RESTS.formula, z, a)
    mark, beside = rest(z, a, x), others(z, a)
    at_x = independent or specialise(assume(INDEPENDENT.formula), a, o, x)
    plain = by_element(weight, u, beside, mark, marks)
    joined = by_element(weight * hit(z, a, o), u, beside, mark, marks)
    term = joined.conclusion.args[1].args[1]
    flat = regroup(z, weight * hit(z, a, o) * mark, weight * (mark * hit(z, a, o)))
    known = plain.conclusion.args[1].args[1]
    each = solve(eq(term, PI * known), at_x, flat)
    given = sum_equal(each, x, (PI, known))
    listed = by_response(weight * u(beside), f)
    swapped = regroup(z, weight * u(beside) * hit(z, a, o), weight * hit(z, a, o) * u(beside))
    mean_u = total(z, weight * u(beside))
    pointwise = solve(
        eq(listed.conclusion.args[1].args[1], mean_u * (PI * f(o))), swapped, joined, given, plain
    )
    summed = sum_equal(pointwise, o, (mean_u, PI * f(o)))
    product = u(beside) * f(draw(z, a))
    whole = regroup(z, weight * product, weight * u(beside) * f(draw(z, a)))
    return solve(
        eq(total(z, weight * product), mean_u * total(o, PI * f(o))), whole, listed, summed
    )


def weighed(f: Function) -> Proof:
    """E[A f] = E[up] sum r pi f + E[down] sum (1-r) pi f, for a member a."""
    own, beside = draw(z, a), others(z, a)

    def right(y: Term) -> Term:
        return r(y) * f(y)

    def wrong(y: Term) -> Term:
        return (1 - r(y)) * f(y)

    pushed, ups, downs = (
        advantage(z, a) * f(own),
        up(a, beside) * right(own),
        down(a, beside) * wrong(own),
    )
    computed = at(COMPUTED.formula, z, a)
    split = solve(eq(law(z) * pushed, law(z) * ups + law(z) * downs), computed)
    value = expected(up(a, beside)) * total(o, CORRECT * f(o)) + expected(down(a, beside)) * total(
        o, INCORRECT * f(o)
    )
    return solve(
        eq(expected(pushed), value),
        sum_equal(split, z, (1, law(z) * ups), (1, law(z) * downs)),
        mean_given_others(partial(up, a), right),
        mean_given_others(partial(down, a), wrong),
        regroup(o, PI * right(o), CORRECT * f(o)),
        regroup(o, PI * wrong(o), INCORRECT * f(o)),
    )


def earned(correct: bool) -> Proof:
    """E[A r] = E[up] J (or E[A (1-r)] = E[down] (1-J)), for rewards 0 and 1."""
    binary = at(BINARY.formula, o)

    def f(y: Term) -> Term:
        return r(y) if correct else 1 - r(y)

    own = CORRECT if correct else INCORRECT
    other = INCORRECT if correct else CORRECT
    kept = sum_equal(solve(eq(own * f(o), own), binary), o, (1, own))
    lost = sum_equal(solve(eq(other * f(o), 0 * own), binary), o, (0, own))
    mass = sum_equal(solve(eq(INCORRECT, PI * 1 + -1 * CORRECT)), o, (1, PI * 1), (-1, CORRECT))
    u = up if correct else down
    whole = mean_given_others(partial(u, a), lambda _: const(1))
    plain = regroup(z, law(z) * (u(a, others(z, a)) * 1), law(z) * u(a, others(z, a)))
    value = expected(u(a, others(z, a))) * (STEP.success() if correct else STEP.failure())
    everything = weighed(f)
    return solve(
        eq(everything.conclusion.args[0], value), everything, kept, lost, mass, whole, plain
    )


def score_of(response: Term) -> Term:
    return STEP.score_symbol(response, 0)


def mean_of_draw(f: Function, member: Term = a) -> Proof:
    """E[f(draw(z, member))] = sum_o pi f."""
    listed = by_response(law(z), f, member)
    each = solve(
        eq(listed.conclusion.args[1].args[1], PI * f(o)),
        specialise(part(assume(PAIRWISE.formula), 0), member, o),
    )
    same_sum = sum_equal(each, o, (1, PI * f(o)))
    return solve(eq(listed.conclusion.args[0], total(o, PI * f(o))), listed, same_sum)


def mean_of_two(f: Function, g: Function) -> Proof:
    """b is not a: E[f(draw(z, b)) g(draw(z, a))] = (sum pi f) (sum pi g)."""
    distinct = negate(eq(a, b))
    independent = apply_implication(
        specialise(part(assume(PAIRWISE.formula), 1), b, a), assume(distinct)
    )
    pair = specialise(independent, o2, o)
    first, second = total(o, PI * f(o)), total(o, PI * g(o))
    at_second = substitute(PI, {o: o2})

    inside = by_response(law(z) * hit(z, b, o2), g, a)
    term = inside.conclusion.args[1].args[1]
    regrouped = regroup(z, term.args[1].args[1], law(z) * (hit(z, b, o2) * hit(z, a, o)))
    each = solve(eq(term, at_second * (PI * g(o))), pair, regrouped)
    known = sum_equal(each, o, (at_second, PI * g(o)))
    weighed = law(z) * hit(z, b, o2) * g(draw(z, a))
    given = solve(eq(total(z, weighed), at_second * second), inside, known)
    given = specialise(generalise(given, o2), o)

    weight = law(z) * g(draw(z, a))
    outside = by_response(weight, f, b)
    swapped = weight * hit(z, b, o)
    order = regroup(z, swapped, law(z) * hit(z, b, o) * g(draw(z, a)))
    term = outside.conclusion.args[1].args[1]
    pointwise = solve(eq(term, second * (PI * f(o))), order, given)
    total_ = sum_equal(pointwise, o, (second, PI * f(o)))
    product = law(z) * f(draw(z, b)) * g(draw(z, a))
    again = regroup(z, product, weight * f(draw(z, b)))
    result = solve(eq(total(z, product), first * second), again, outside, total_)
    return discharge(result, distinct)


def mean_of_any_two(f: Function, g: Function) -> Proof:
    """E[f_b g_a] = E f E g + same(b, a) (E[f g] - E f E g)."""
    product = law(z) * f(draw(z, b)) * g(draw(z, a))
    first, second = total(o, PI * f(o)), total(o, PI * g(o))
    both_at_once = total(o, PI * (f(o) * g(o)))

    def together(x: Term) -> Term:
        return f(x) * g(x)

    equal = eq(a, b)
    moved = congruence(
        assume(equal), _member, total(z, law(z) * f(draw(z, b)) * g(draw(z, _member)))
    )
    at_b = mean_of_draw(together, b)
    flat = law(z) * f(draw(z, b)) * g(draw(z, b))
    tidy = regroup(z, flat, law(z) * together(draw(z, b)))
    diagonal = discharge(solve(eq(total(z, product), both_at_once), moved, at_b, tidy), equal)
    which = specialise(part(assume(OF_MEMBERS), 2), b, a)
    value = first * second + same(b, a) * (both_at_once - first * second)
    hidden = (total(z, product), first, second, both_at_once)
    return solve_hiding(eq(total(z, product), value), hidden, diagonal, mean_of_two(f, g), which)


def mean_of_centred(f: Function, g: Function) -> Proof:
    """E[(f_b - mean f) g_b] = (1 - 1/n) (E[f g] - E f E g), for one member b."""
    Ef, Eg, Efg = (total(o, PI * x) for x in (f(o), g(o), f(o) * g(o)))
    f_b, g_b, f_a = f(draw(z, b)), g(draw(z, b)), f(draw(z, a))
    product, sum_f = law(z) * g_b * f_a, total(a, f_a)
    pair = mean_of_any_two(g, f)
    turned = regroup(o, PI * (g(o) * f(o)), PI * (f(o) * g(o)))
    varied = solve(
        eq(pair.conclusion.args[0], Eg * Ef * 1 + (Efg - Eg * Ef) * same(b, a)), pair, turned
    )
    by_member = sum_equal(varied, a, (Eg * Ef, const(1)), (Efg - Eg * Ef, same(b, a)))
    listed = sum_equal(solve(eq(product, product)), a, (law(z) * g_b, f_a))
    across = sum_monotone(listed, z)
    own, others = law(z) * (f_b * g_b), law(z) * g_b * sum_f
    whole = law(z) * ((f_b - sum_f / SIZE) * g_b)
    parted = solve(eq(whole, own + -1 / SIZE * others), nonempty())
    return solve(
        eq(total(z, whole), (1 - 1 / SIZE) * (Efg - Ef * Eg)),
        sum_equal(parted, z, (1, own), (-1 / SIZE, others)),
        mean_of_draw(lambda x: f(x) * g(x), b),
        across,
        sum_exchange(z, a, product),
        by_member,
        specialise(part(assume(OF_MEMBERS), 1), b),
        nonempty(),
    )


def by_member(body: Term) -> Proof:
    """E[mean of body] = (1/n) sum_a E[body]."""
    inside = law(z) * body
    listed = sum_equal(solve(eq(inside, inside)), a, (law(z), body))
    shared, members = law(z) * mean(body), total(a, inside)
    pointwise = solve(eq(shared, 1 / SIZE * members), listed, nonempty())
    outer = sum_equal(pointwise, z, (1 / SIZE, members))
    goal = eq(expected(mean(body)), 1 / SIZE * total(a, expected(body)))
    return solve(goal, outer, sum_exchange(z, a, inside))


def over_members(body: Term, each: Proof) -> Proof:
    """From E[body] = c for every member a: E[mean of body] = c."""
    value = each.conclusion.args[1]
    alike = sum_equal(solve(eq(expected(body), value * 1), each), a, (value, const(1)))
    return solve(eq(expected(mean(body)), value), by_member(body), alike, nonempty())
