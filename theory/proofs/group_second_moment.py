"""s = m- + r gap + e, where e has mean 0 under pi+ and pi-. As sum A = 0, the update is
gap mean(A r) + mean(A e); so its square less (gap mean(A r))^2 is mean(A e) mean(A f), with
f = e + 2 gap r. For two members, E[A_a e_a A_b f_b] = 0. For one, e f is its mean given the reward
and a k with mean 0, and sum over a of E[A k A] = E[(sum A k) (sum A)] = 0 likewise."""

from theory.proofs._prelude import *
from theory.proofs._group import (
    CORRECT,
    INCORRECT,
    OF_MEMBERS,
    PI,
    by_member,
    by_response,
    mean_given_others,
    nonempty,
    r,
    regroup,
    score_of,
    some_member,
)
from theory.proofs._group_witness import told_witness
from theory.proofs._step import success_interior
from theory.statements._group import (
    BALANCED,
    BESIDE,
    MEMBER,
    OTHERS,
    OUTCOME,
    SIZE,
    TOLD,
    a,
    advantage,
    b,
    draw,
    hit,
    law,
    lowered,
    mean,
    o2,
    raised,
    rest,
    reward,
    same,
    score,
    told,
    x,
    z,
)
from theory.statements._grpo import BINARY
from theory.statements.group_second_moment import ALONG, STATEMENT, VARIANCES, A

PLUS, MINUS, GAP = (
    STEP.mean_correct(STEP.score()),
    STEP.mean_incorrect(STEP.score()),
    STEP.alignment(),
)
e = Symbol("left_over", (RESPONSE,))
m = var("m")
"""What is left of a score, or of a square, given the reward; and its mean under pi-."""
seen_by, f, weight = Symbol("u", (OTHERS,)), Symbol("f", (RESPONSE,)), Symbol("weight", (OUTCOME,))
together = Symbol("together", (OUTCOME, MEMBER, MEMBER))
ups, downs = Symbol("ups", (MEMBER, MEMBER, OTHERS)), Symbol("downs", (MEMBER, MEMBER, OTHERS))
B = advantage(z, b)
DISTINCT = negate(eq(a, b))


RIGHT_E, WRONG_E, MASS = PI * (r(o) * e(o)), PI * ((1 - r(o)) * e(o)), total(o, PI * 1)
CENTRED = eq(total(o, RIGHT_E), 0), eq(total(o, WRONG_E), m * (1 - MASS))
RULE = told(together(z, a, b), ups, downs)
"""A weight of two members is told by the reward of one and what the others earn."""


@cache
def unmoved() -> Proof:
    """`mean_given_others` for a weight w that leaves the member a draw: E[w u f] = E[w u] E f."""
    mark, whole = rest(z, a, x), weight(z)
    left, right = total(z, whole * (mark * hit(z, a, o))), PI * total(z, whole * mark)
    still = at(forall(o, forall(x, eq(left, right))), o, x)
    return mean_given_others(seen_by, f, whole, still)


@cache
def beside_another() -> Proof:
    """b is not a: sum_z law f(draw_b) rest hit = pi sum_z law f(draw_b) rest, for all o and x."""
    independent = specialise(assume(BESIDE.formula), b, a)
    at_x = specialise(apply_implication(independent, assume(DISTINCT)), o2, o, x)
    mark, at_b, drawn = rest(z, a, x), hit(z, b, o), f(draw(z, b))
    hits = law(z) * mark * hit(z, a, o2)
    with_hit, without = by_response(hits, f, b), by_response(law(z) * mark, f, b)
    one_way = regroup(z, hits * at_b, law(z) * (at_b * mark * hit(z, a, o2)))
    other_way = regroup(z, law(z) * mark * at_b, law(z) * (at_b * mark))
    pi = substitute(PI, {o: o2})
    term, known = (proof.conclusion.args[1].args[1] for proof in (with_hit, without))
    each = sum_equal(solve(eq(term, pi * known), at_x, one_way, other_way), o, (pi, known))
    left, right = law(z) * drawn * (mark * hit(z, a, o2)), law(z) * drawn * mark
    first, second = regroup(z, left, hits * drawn), regroup(z, right, law(z) * mark * drawn)
    goal = eq(total(z, left), pi * total(z, right))
    same_sums = solve(goal, first, second, with_hit, without, each)
    return generalise(specialise(generalise(same_sums, o2), o), o, x)


def unmoved_beside(kind: Symbol, own: Term) -> Proof:
    """b is not a: E[f_b w_ab own_a] = E[f_b w_ab] sum pi own."""
    here = Lambda((x,), kind(b, a, x))
    put = {seen_by: here, f: Lambda((o,), own), weight: Lambda((z,), law(z) * f(draw(z, b)))}
    return use(instantiate(unmoved(), {}, put), beside_another())


def of_two() -> Proof:
    """b is not a: E[w_ab e_a f_b] = 0."""
    rights = unmoved_beside(ups, r(o) * e(o))
    wrongs = unmoved_beside(downs, (1 - r(o)) * e(o))
    mass = unmoved_beside(downs, const(1))
    high, low, plain = (p.conclusion.args[0].args[1] for p in (rights, wrongs, mass))
    product = law(z) * (together(z, a, b) * (e(draw(z, a)) * f(draw(z, b))))
    split = solve(eq(product, 1 * high + 1 * low), at(RULE, z, a, b))
    added = sum_equal(split, z, (1, high), (1, low))
    alone = wrongs.conclusion.args[1].args[0]
    flat = regroup(z, plain, alone.args[1])
    known = added, rights, wrongs, mass, flat, *map(assume, CENTRED)
    sums = *(total(z, y) for y in (product, high, low, plain)), alone
    hidden = *sums, MASS, *(total(o, y) for y in (RIGHT_E, WRONG_E))
    return solve_hiding(eq(total(z, product), 0), hidden, *known)


@cache
def by_itself() -> Proof:
    """E[sum over a of w_ab e_a f_b] = E[w_bb e_b f_b]."""
    equal, hole = eq(a, b), var("hole", MEMBER)
    product = law(z) * (together(z, a, b) * (e(draw(z, a)) * f(draw(z, b))))
    moved = congruence(assume(equal), hole, total(z, substitute(product, {a: hole})))
    alone = total(z, substitute(product, {a: b}))
    which = specialise(part(assume(OF_MEMBERS), 2), b, a)
    diagonal, apart = discharge(moved, equal), discharge(of_two(), DISTINCT)
    goal = eq(total(z, product), alone * same(b, a))
    pair = solve_hiding(goal, (total(z, product), alone), diagonal, apart, which)
    added = sum_equal(pair, a, (alone, same(b, a)))
    exchanged, one = sum_exchange(z, a, product), specialise(part(assume(OF_MEMBERS), 1), b)
    return solve(eq(exchanged.conclusion.args[0], alone), exchanged, added, one)


@cache
def one_by_one(squared: bool) -> Proof:
    """E[(sum A e) (sum A f)] = sum of E[A A e f], or E[(sum e) (sum A f)] = sum of E[A e f]."""
    own = A if squared else const(1)

    def seen(symbol: Symbol) -> Lambda:
        return Lambda((b, a, x), (symbol(a, a, x) if squared else const(1)) * symbol(b, a, x))

    weight = Lambda((z, a, b), own * B)
    put = {together: weight, ups: seen(raised), downs: seen(lowered)}
    inner = instantiate(assume(RULE), {}, put).conclusion.args[1].args[1].args[1]
    known = at(TOLD.formula, z, a, b), at(TOLD.formula, z, a, a), at(BINARY.formula, draw(z, a))
    rule = generalise(solve(inner, *known), z, a, b)
    of_b = use(instantiate(by_itself(), {}, put), rule)
    product = of_b.conclusion.args[0].args[1].args[1]
    first, second = own * e(draw(z, a)), B * f(draw(z, b))
    listed = sum_equal(solve(eq(product, law(z) * second * first)), a, (law(z) * second, first))
    across = sum_monotone(listed, z)
    of_b = solve(eq(across.conclusion.args[1], of_b.conclusion.args[1]), across, of_b)
    of_a = specialise(generalise(of_b, b), a)
    inside, second = of_a.conclusion.args[0].args[1], A * f(draw(z, a))
    rest_of_it = law(z) * inside.args[1]
    listed = sum_equal(solve(eq(inside, rest_of_it * second)), a, (rest_of_it, second))
    whole, by_member = sum_monotone(listed, z), sum_monotone(of_a, a)
    goal = eq(whole.conclusion.args[1], by_member.conclusion.args[1])
    return solve(goal, whole, sum_exchange(z, a, inside), by_member)


# -- with the score --------------------------------------------------------------------------------

LEFT = score_of(o) - MINUS - r(o) * GAP
TWICE = LEFT + 2 * GAP * r(o)
VAR_PLUS, VAR_MINUS = VARIANCES
SPREAD = LEFT * TWICE - VAR_PLUS * r(o) - VAR_MINUS * (1 - r(o))
"""e, f, and what is left of e f, given the reward."""
NUMBERS = PLUS, MINUS, VAR_PLUS, VAR_MINUS
KINDS = (CORRECT, r(o), PLUS, VAR_PLUS), (INCORRECT, 1 - r(o), MINUS, VAR_MINUS)


def of_group(
    first: Term, second: Term, mean: Term, sums: tuple[Proof, ...], squared: bool = True
) -> Proof:
    """`one_by_one` for two functions of the response; ``sums`` say what the first one sums to."""
    mass = sum_equal(solve(eq(INCORRECT, PI * 1 + -1 * CORRECT)), o, (1, PI * 1), (-1, CORRECT))
    put = {e: Lambda((o,), first), f: Lambda((o,), second)}
    lemma = instantiate(one_by_one(squared), {m: mean}, put)
    for known, claim in zip(sums, CENTRED, strict=True):
        goal = instantiate(assume(claim), {m: mean}, put).conclusion
        lemma = use(lemma, solve(goal, known, mass, *success_interior()))
    return lemma


@cache
def of_scores() -> tuple[Proof, ...]:
    """sum r pi e = sum r pi s - m+ sum r pi, and the like."""
    found = []
    for weight, kind, centre, _ in KINDS:
        scored = weight * score_of(o)
        pointwise = eq(PI * (kind * LEFT), 1 * scored + -centre * weight)
        each = solve_hiding(pointwise, NUMBERS, at(BINARY.formula, o))
        found.append(sum_equal(each, o, (1, scored), (-centre, weight)))
    return tuple(found)


def of_squares() -> tuple[Proof, ...]:
    """sum r pi k = sum r pi (s - m+)^2 + 2 gap sum r pi e - Var+ sum r pi, and the like."""
    found = []
    for weight, kind, centre, variance in KINDS:
        square, slant = weight * (score_of(o) - centre) ** 2, PI * (kind * LEFT)
        lean = 2 * GAP if centre == PLUS else const(0)
        pointwise = eq(PI * (kind * SPREAD), 1 * square + lean * slant + -variance * weight)
        each = solve_hiding(pointwise, NUMBERS, at(BINARY.formula, o))
        found.append(sum_equal(each, o, (1, square), (lean, slant), (-variance, weight)))
    return tuple(found)


def drawn(f: Term) -> Term:
    return substitute(f, {o: draw(z, a)})


def nothing(product: Term) -> Proof:
    """E[... sum of A] = 0."""
    ones = sum_equal(solve(eq(A * 1, 1 * A)), a, (1, A))
    zero = solve(eq(product, 0 * law(z)), ones, at(BALANCED.formula, z))
    return sum_equal(zero, z, (0, law(z)))


@cache
def update() -> Proof:
    """sum A s = gap (sum A r) + sum A e."""
    own, earned = A * drawn(LEFT), A * reward(a)
    parted = solve_hiding(eq(A * score(a), MINUS * A + GAP * earned + 1 * own), (MINUS, PLUS, A))
    added = sum_equal(parted, a, (MINUS, A), (GAP, earned), (1, own))
    sums = (total(a, y) for y in (A * score(a), A, earned, own))
    goal = eq(total(a, A * score(a)), GAP * total(a, earned) + total(a, own))
    return solve_hiding(goal, (*sums, GAP, MINUS), added, at(BALANCED.formula, z))


def mean_update() -> Proof:
    """E[mean A s] = E[mean A r] gap."""
    lemma = of_group(LEFT, const(1), MINUS, of_scores(), squared=False)
    inside, own = lemma.conclusion.args[1].args[1].args[1], law(z) * (A * drawn(LEFT))
    by_members = sum_equal(regroup(z, inside, own), a, (1, total(z, own)))
    listed = sum_equal(solve(eq(own, own)), a, (law(z), A * drawn(LEFT)))
    left = law(z) * total(a, A * drawn(LEFT))
    earned = law(z) * mean(A * reward(a))
    whole = law(z) * mean(A * score(a))
    each = solve_hiding(
        eq(whole, GAP * earned + 1 / SIZE * left),
        (law(z), SIZE, GAP, *(y.args[0] for y in (mean(A * reward(a)), mean(A * score(a))))),
        update(),
        nonempty(),
    )
    return solve(
        eq(total(z, whole), total(z, earned) * GAP),
        sum_equal(each, z, (GAP, earned), (1 / SIZE, left)),
        sum_monotone(listed, z),
        sum_exchange(z, a, own),
        by_members,
        lemma,
        nothing(lemma.conclusion.args[0].args[1]),
    )


@cache
def noise() -> tuple[Proof, ...]:
    """E[(sum A e) (sum A f)] = n (E[mean A^2 r] Var+ + E[mean A^2 (1-r)] Var-), in steps."""
    scores = of_group(LEFT, TWICE, MINUS, of_scores())
    right = of_scores()[0]
    centred = solve(eq(right.conclusion.args[0], 0), right, *success_interior())
    first, second = of_squares()
    first = solve(eq(first.conclusion.args[0], 0), first, centred, *success_interior())
    squares = of_group(SPREAD, const(1), VAR_MINUS, (first, second))
    each, left = (p.conclusion.args[1].args[1].args[1] for p in (scores, squares))
    kinds = A**2 * reward(a), A**2 * (1 - reward(a))
    parts = (1, left), (VAR_PLUS, law(z) * kinds[0]), (VAR_MINUS, law(z) * kinds[1])
    whole = 1 * left + VAR_PLUS * parts[1][1] + VAR_MINUS * parts[2][1]
    hidden = drawn(LEFT), PLUS, MINUS, VAR_PLUS, VAR_MINUS, A, law(z), reward(a)
    by_outcome = sum_equal(solve_hiding(eq(each, whole), hidden), z, *parts)
    summed = sum_equal(by_outcome, a, *((c, total(z, inside)) for c, inside in parts))
    zero = nothing(squares.conclusion.args[0].args[1])
    return scores, squares, zero, summed, *map(by_member, kinds)


def mean_square() -> Proof:
    """E[(mean A s)^2], for a group that has a member."""
    own, earned, twice = A * drawn(LEFT), A * reward(a), A * drawn(TWICE)
    parted = solve_hiding(eq(twice, 1 * own + 2 * GAP * earned), (drawn(LEFT), PLUS, MINUS, A))
    shifted = sum_equal(parted, a, (1, own), (2 * GAP, earned))
    found = noise()
    product = found[0].conclusion.args[0].args[1]
    sums = (total(a, y) for y in (A * score(a), earned, own, twice))
    square, along = law(z) * mean(A * score(a)) ** 2, law(z) * ALONG**2
    goal = eq(square, GAP**2 * along + 1 / SIZE**2 * product)
    hidden = law(z), SIZE, GAP, *sums
    pointwise = solve_hiding(goal, hidden, update(), shifted, nonempty())
    added = sum_equal(pointwise, z, (GAP**2, along), (1 / SIZE**2, product))
    formula = STATEMENT.formal_conclusion.args[1]
    return solve_hiding(formula, (*NUMBERS, SIZE), added, *found, nonempty())


def prove(goal: Term) -> Proof:
    known = mean_update(), mean_square(), nonempty()
    return conclude(goal, *map(some_member, known), *success_interior())


witness = partial(told_witness, STATEMENT)
