"""The threshold is 2 gap/L: on one landscape, under Assumption 1, with steps exactly along the gap.

The policy has three parameters. Its properties are said of every point theta = (p, q, z), of every
line theta + t v, and of every two points; the iterates are theta_0, theta_1, ...
"""

from theory.statements._prelude import *
from theory.statements._collapse import BINARY, J0, POSITIVE_GAP, START, N, gap
from theory.statements._helix import THETA

Point = tuple[Term, ...]
V: Point = tuple(var(f"v{j}") for j in (1, 2, 3))
OTHER: Point = tuple(var(f"{x.data}1") for x in THETA)
POINT = (RESPONSE, *(REAL,) * 3)
logp = Symbol("logp", POINT)
score = tuple(Symbol(f"s{j}", POINT) for j in (1, 2, 3))  # grad log pi, eq. (12)
theta = tuple(Symbol(str(x.data), (NAT,)) for x in THETA)  # the iterates
J = Symbol("J", (NAT,))
toward = tuple(Symbol(f"g{j}", (NAT,)) for j in (1, 2, 3))

FORWARD = Hypothesis("forward", 0 < eta, "any step size")
LATE = Hypothesis("late", 2 * gap <= eta * (L - 2 * gap**2), "a step beyond the threshold")


def dot(left: Point, right: Point) -> Term:
    first, *rest = (x * y for x, y in zip(left, right, strict=True))
    return sum(rest, first)


def square(left: Point, right: Point) -> Term:
    """The squared distance of two points."""
    gaps = tuple(x - y for x, y in zip(left, right, strict=True))
    return dot(gaps, gaps)


def everywhere(formula: Term, *points: Point) -> Term:
    """For all these points."""
    for x in reversed([x for point in points for x in point]):
        formula = forall(x, formula)
    return formula


def scores(at: Point) -> Point:
    return tuple(s(o, *at) for s in score)


def iterate(number: TermLike) -> Point:
    return tuple(x(lift(number)) for x in theta)


def weight(at: Point) -> Term:
    """r(o) pi(o)."""
    return AT_K.reward * exp(logp(o, *at))


def success(number: TermLike) -> Term:
    return total(o, weight(iterate(number)))


def gap_vector(number: TermLike) -> Point:
    """g+ - g- of eq. (9) at an iterate."""
    at, J = iterate(number), success(number)
    wrong = (1 - AT_K.reward) * exp(logp(o, *at))
    return tuple(total(o, weight(at) * s) / J - total(o, wrong * s) / (1 - J) for s in scores(at))


MOVED = tuple(x + v * t for x, v in zip(THETA, V, strict=True))
POLICY = conj(
    everywhere(eq(total(o, exp(logp(o, *THETA))), 1), THETA),
    forall(o, everywhere(has_derivative(t, logp(o, *MOVED), dot(V, scores(MOVED))), THETA, V)),
    BINARY,
    eq(J(0), J0),
)


def regular(constant: Term = L) -> Term:
    """Assumption 1 for all parameters, with G = sqrt L."""
    size = dot(scores(THETA), scores(THETA))
    change = square(scores(OTHER), scores(THETA))
    close = change <= constant**2 * square(OTHER, THETA)
    bounded, lipschitz = everywhere(size <= L, THETA), everywhere(close, THETA, OTHER)
    return conj(forall(o, bounded), forall(o, lipschitz))


def steepest(length: Term = gap) -> Term:
    """Each step goes eta along the gap vector, whose length is ``length``: the alignment."""
    vector = tuple(g(k) for g in toward)
    steps_on = (
        eq(length * (there - here), eta * component)
        for here, there, component in zip(iterate(k), iterate(k + 1), vector, strict=True)
    )
    return forall(k, conj(eq(dot(vector, vector), length**2), *steps_on))


FALLS = forall(k, J(k + 1) < J(k))
RISES = forall(k, J(k) < J(k + 1))
VANISHES = forall(eps, forall(k, implies(0 < eps, implies(N(eps) <= k, J(k) <= eps))))

STATEMENT = Statement(
    slug="overshooting_sharp",
    title="The threshold is 2 gap/L: longer steps along the gap can collapse on one landscape",
    paper_ref="sharpens Theorem 2; abstract: a sharp step-size threshold",
    kind="exists",
    hypotheses=(START, POSITIVE_GAP, FORWARD, LATE),
    conclusion=conj(POLICY, regular(), steepest(), FALLS, VANISHES),
    notation=(
        Notation(J, success(k), "success rate at step k", (k,)),
        *(
            Notation(g, component, "g+ - g- of eq. (9) at step k", (k,))
            for g, component in zip(toward, gap_vector(k), strict=True)
        ),
    ),
    parameters=(J0, gap, L, eta),
    expected="witnessed",
    twins=(
        Twin("twice the gap", conj(POLICY, regular(), steepest(2 * gap), FALLS, VANISHES)),
        Twin("half the smoothness", conj(POLICY, regular(L / 2), steepest(), FALLS, VANISHES)),
        Twin("J rises", conj(POLICY, regular(), steepest(), RISES, VANISHES)),
        Twin("any step", drop="late"),
    ),
    remark="For every eta > 2 gap/L, if the gap is small against sqrt L; below, eta_safe.",
)
