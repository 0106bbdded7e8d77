"""J' >= J e^x with x > 0, or 1 - J' <= (1-J) q with q = e^(L eta^2/2) chord < 1.

q is a mean of e^y, y = L eta^2/2 + eta s, over s = G and s = -G. A shorter step u = share eta has
y(u) <= share y, so that q(u) <= share q + 1 - share by convexity."""

from theory.proofs._prelude import *
from theory.proofs._growth import shares
from theory.proofs._step import incorrect_mass, of_scores, success_interior, with_interior
from theory.proofs._witness import step_witness
from theory.proofs.hoeffding_lemma import mean_range
from theory.proofs.log_success_step import rate_grows
from theory.proofs.worst_case import rate_bounded
from theory.statements._common import curvature
from theory.statements.safe_gap import BY_FAILURE, BY_SUCCESS, STATEMENT
from theory.statements.worst_case import MINUS, highest

J, J_NEXT, GAP = STEP.success(), STEP.success(eta), STEP.alignment()
MEAN = STATEMENT.expand(MINUS)
WORST = highest(MEAN)  # q
SHORTER = 0 < u, u <= eta
SHARE = u / eta
REACHES = eta * G, -(eta * G)

given = partial(assumed, STATEMENT)


def shorter(fact: Proof) -> Proof:
    """A fact about the step eta, for a step u <= eta: Assumption 1(b) holds on its segment."""
    inside = assume(conj(0 <= t, t <= u))
    longer = solve(conj(0 <= t, t <= eta), inside, assume(SHORTER[1]))
    near = apply_implication(specialise(given("smooth")[0], o, t), longer)
    smooth = generalise(discharge(near, inside.conclusion), o, t)
    return use(instantiate(fact, {eta: u}), smooth, solve(0 <= u, assume(SHORTER[0])))


@cache
def by_success() -> Proof:
    """L eta/(2(1-J)) < gap  |-  J < J(u)."""
    grows = shorter(rate_grows(True))
    exponential = grows.conclusion.args[0].args[1]
    x, then = exponential.args[0], grows.conclusion.args[1]
    condition = assume(STATEMENT.expand(BY_SUCCESS) < GAP)
    known = *(assume(f) for f in SHORTER), *given("positive_L"), *success_interior()
    positive = solve_hiding(0 < x, (J, GAP), condition, *known)
    hidden = J, then, exponential, x
    return solve_hiding(J < then, hidden, grows, tangent(x), positive, *success_interior())


@cache
def light() -> Proof:
    """The gap is above the second threshold  |-  q < 1."""
    reach = solve(-(eta * G) < eta * G, *given("started", "positive_G"))
    hidden = J, GAP, *(exp(x) for x in (eta * G, -(eta * G), curvature(), -curvature()))
    return solve_hiding(
        WORST < 1,
        hidden,
        assume(STATEMENT.expand(BY_FAILURE) < GAP),
        exp_rises(reach),
        exp_inverse(curvature()),
        exp_positive(curvature()),
        *given("positive_G"),
        *success_interior(),
    )


@cache
def mean_bounded() -> Proof:
    """-G <= E-[s] <= G."""
    sides = [with_interior(of_scores(side, False)) for side in mean_range()]
    mean = sides[0].conclusion.args[1]
    same = solve(eq(mean, MEAN), shares(), incorrect_mass(), *success_interior())
    return solve_hiding(conj(-G <= MEAN, MEAN <= G), (mean, MEAN), *sides, same)


@cache
def share_inside() -> Proof:
    """0 < u/eta <= 1."""
    known = *(assume(f) for f in SHORTER), *given("started")
    return solve(conj(0 < SHARE, SHARE <= 1), *known)


def spread(reach: Term) -> Proof:
    """e^(y(u)) <= share e^y + 1 - share, and e^y in two factors, for s eta = ``reach``."""
    whole = curvature() + reach
    half_way, reach_u = (substitute(x, {eta: u}) for x in (curvature(), reach))
    known = share_inside(), *given("positive_L", "started")
    below = solve(half_way + reach_u <= SHARE * whole + (1 - SHARE) * 0, *known)
    inside = solve(conj(0 <= SHARE, SHARE <= 1), share_inside())
    convex = exp_convex(SHARE, whole, const(0), inside)
    split = exp_sum(curvature(), reach)
    mixture = SHARE * split.conclusion.args[1] + (1 - SHARE)
    product = exp_sum(half_way, reach_u)
    facts = exp_monotone(below), convex, exp_zero(), split, product
    hidden = (
        SHARE,
        *(exp(x) for x in (whole, half_way + reach_u, curvature(), half_way, reach, reach_u)),
    )
    mixed = exp_monotone(below).conclusion.args[1]
    return solve_hiding(product.conclusion.args[1] <= mixture, (mixed, *hidden), *facts)


def at_u(term: Term) -> Term:
    """The same for a step of u."""
    return substitute(term, {eta: u})


@cache
def lighter() -> Proof:
    """q < 1  |-  q(u) < 1."""
    bent, wide = exp(curvature()), given("positive_G")
    hidden = MEAN, SHARE, *(f(exp(x)) for x in (curvature(), *REACHES) for f in (lift, at_u))
    weights = [G + MEAN, G - MEAN]
    weighted = []
    for weight, reach in zip(weights, REACHES, strict=True):
        below, heavy = spread(reach), solve(0 <= weight, mean_bounded())
        now, then = below.conclusion.args
        simple = weight, now, then
        weighted.append(solve_hiding(weight * now <= weight * then, simple, below, heavy))
    plus, minus = (w * exp(x) for w, x in zip(weights, REACHES, strict=True))
    whole = bent * (plus + minus)
    mixed = solve_hiding(at_u(whole) <= SHARE * whole + (1 - SHARE) * (2 * G), hidden, *weighted)
    small = solve_hiding(whole < 2 * G, hidden, assume(WORST < 1), *wide)
    less = solve_hiding(
        at_u(whole) < 2 * G, (whole, at_u(whole), SHARE), mixed, small, share_inside()
    )
    same = solve_hiding(eq(at_u(WORST), at_u(whole) / (2 * G)), hidden, *wide)
    return solve_hiding(at_u(WORST) < 1, (at_u(WORST), at_u(whole)), same, less, *wide)


@cache
def by_failure() -> Proof:
    """The gap is above the second threshold  |-  J < J(u)."""
    bounded = shorter(rate_bounded(False))
    worst = at_u(WORST)
    less = use(lighter(), light())
    hidden = J, at_u(J_NEXT), worst
    return solve_hiding(J < at_u(J_NEXT), hidden, bounded, less, *success_interior())


def prove(goal: Term) -> Proof:
    condition, rises = goal.args[1].args
    inside = assume(condition)
    cases = []
    for threshold, branch in ((BY_SUCCESS, by_success()), (BY_FAILURE, by_failure())):
        above = STATEMENT.expand(threshold) < GAP
        cases.append(discharge(use(branch, part(inside, 0), part(inside, 1)), above))
    known = *given("above", "started", "positive_G"), *success_interior()
    return generalise(discharge(conclude(rises, *cases, *known), condition), u)


witness = partial(step_witness, STATEMENT)
