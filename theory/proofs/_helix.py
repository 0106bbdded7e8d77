"""The landscape of the helix: its slopes, and how fast they change in any direction.

A line through any point goes in a direction v; w is any other direction. What happens to the slope
w . grad f along it is compared with ``SPREAD`` = (|v|^2 + |w|^2)/2: this needs no root.
"""

from collections.abc import Mapping
from fractions import Fraction

from theory.proofs._prelude import *
from theory.proofs._trigonometry import circle
from theory.statements._helix import (
    COS,
    CROSSED,
    FAR,
    NEAR,
    ODDS,
    SADDLE,
    SIN,
    SLOPE,
    THETA,
    TILT,
    TURN,
    A,
    B,
    a,
    drift,
    ell,
    kappa,
    p,
    q,
    tau,
    z,
)

V, W = (tuple(var(f"{name}{j}") for j in (1, 2, 3)) for name in "vw")
LINE = {x: x + v * t for x, v in zip(THETA, V, strict=True)}


def dot(left: tuple[Term, ...], right: tuple[Term, ...]) -> Term:
    first, *rest = (x * y for x, y in zip(left, right, strict=True))
    return sum(rest, first)


SPREAD = (dot(V, V) + dot(W, W)) / 2
AXIAL, NARROW_HILL = 0 < A, 0 < a


def on_line(term: Term) -> Term:
    return substitute(term, LINE)


def slope_on_line() -> Term:
    """v . grad f."""
    return dot(V, tuple(map(on_line, SLOPE)))


# -- at any point ----------------------------------------------------------------------------------


@cache
def inverses() -> tuple[Proof, ...]:
    """NEAR and FAR are positive, and inverse to what they divide by."""
    found = []
    for inverse, least in ((FAR, assume(AXIAL)), (NEAR, assume(NARROW_HILL))):
        size = inverse.args[1]
        positive = solve(0 < size, least)
        found += [positive, solve(negate(eq(size, 0)), positive)]
        found += [solve(0 < inverse, positive), solve(eq(inverse * size, 1), positive)]
    return tuple(found)


def inverses_on_line() -> tuple[Proof, ...]:
    return tuple(instantiate(fact, LINE) for fact in inverses())


@cache
def inverse_slope(inverse: Term) -> Proof:
    """1/(c + |y|^2) has the slope -2 (v . y) times its square."""
    line = on_line(inverse)
    raw = differentiate(t, line, *inverses_on_line())
    tidy = -2 * dot(V[:2], tuple(map(on_line, THETA[:2]))) * line**2
    positive = instantiate(inverses()[0 if inverse == FAR else 4], LINE)
    known = inverse_rate(raw.conclusion.args[2], positive)
    hidden = *map(on_line, THETA[:2]), line, known.conclusion.args[0]
    same = solve_hiding(eq(raw.conclusion.args[2], tidy), hidden, known)
    return rename_derivative(raw, solve(eq(line, line)), same)


def along_line(function: Term, slope: Term, *known: Proof, hide: tuple[Term, ...] = ()) -> Proof:
    """The function has this slope along the line: a polynomial identity in ``hide``."""
    line = on_line(function)
    raw = differentiate(t, line, *known, *inverses_on_line())
    names = *hide, *map(on_line, (*THETA, COS, SIN))
    same = solve_hiding(eq(raw.conclusion.args[2], slope), names)
    return rename_derivative(raw, solve(eq(line, line)), same)


@cache
def saddle_slope() -> Proof:
    return along_line(SADDLE, dot(V, tuple(map(on_line, TILT))))


@cache
def far_log_slope() -> Proof:
    size = FAR.args[1]
    line, inverse = log(on_line(size)), on_line(FAR)
    raw = differentiate(t, line, *inverses_on_line())
    tidy = 2 * dot(V[:2], tuple(map(on_line, THETA[:2]))) * inverse
    top, rate = raw.conclusion.args[2].args[0], raw.conclusion.args[2]
    divided = solve_hiding(eq(rate, top * inverse), (top, inverse.args[1]), inverses_on_line()[0])
    hidden = *map(on_line, THETA[:2]), inverse, rate
    same = solve_hiding(eq(rate, tidy), hidden, divided)
    return rename_derivative(raw, solve(eq(line, line)), same)


@cache
def odds_slope() -> Proof:
    """f has the slope v . grad f along the line."""
    known = inverse_slope(NEAR), saddle_slope(), far_log_slope()
    names = tuple(map(on_line, (*TILT, SADDLE, NEAR, FAR, TURN)))
    return along_line(ODDS, slope_on_line(), *known, hide=names)


# -- second order ----------------------------------------------------------------------------------

al, aq, near = a * p * NEAR, a * q * NEAR, a**2 * NEAR
pp, pq, qq = p**2 * NEAR, p * q * NEAR, q**2 * NEAR
up, across, theta = SADDLE * NEAR, CROSSED * NEAR, tau * a
BEND = {
    (0, 0): near * (-2 * SIN - 8 * (pq * COS - pp * SIN) - 2 * up + 8 * pp * up),
    (1, 1): near * (2 * SIN - 8 * (pq * COS + qq * SIN) - 2 * up + 8 * qq * up),
    (0, 1): near * (2 * COS - 4 * (qq * COS - pq * SIN) - 4 * (pp * COS + pq * SIN) + 8 * pq * up),
    (0, 2): theta * (2 * al * across - 2 * (aq * SIN + al * COS)),
    (1, 2): theta * (2 * aq * across + 2 * (aq * COS - al * SIN)),
    (2, 2): -(theta**2 * up),
}  # second derivatives of a^2 SADDLE NEAR


@cache
def atoms() -> dict[Term, Proof]:
    """Bounds of what the second derivatives are made of."""
    turned = circle(tau * z)
    size = assume(NARROW_HILL), *inverses()[6:]
    u, n = NEAR, NEAR.args[1]
    names = COS, SIN, u
    found = {x: solve(absolute(x) <= 1, turned) for x in (COS, SIN)}
    for x in (al, aq, pq):
        found[x] = solve_hiding(absolute(x) <= Fraction(1, 2), (u,), *size)
    for x in (near, pp, qq):
        found[x] = solve_hiding(absolute(x) <= 1, (u,), *size)
    level = p**2 + q**2
    sides = solve_hiding(eq(SADDLE**2 + CROSSED**2, level**2), names, times(turned, level**2))
    for x, part_of in ((up, SADDLE), (across, CROSSED)):
        square = solve_hiding(part_of**2 <= level**2, (SADDLE, CROSSED, level), sides)
        inside = solve_hiding(absolute(part_of) <= n, (part_of,), square, assume(NARROW_HILL))
        found[x] = solve_hiding(absolute(x) <= 1, (part_of, u, n), inside, *size)
    return found | {theta: assume(LONG)}


def bounded(term: Term, known: Mapping[Term, Proof]) -> Proof:
    """|term| <= a number, from bounds of its atoms."""
    if term in known:
        return known[term]
    if term.op == "const":
        return solve(absolute(term) <= abs(number_in(term)))
    parts = [bounded(x, known) for x in term.args]
    sizes = [size_of(x) for x in parts]
    match term.op:
        case "neg":
            size = sizes[0]
        case "add":
            size = sizes[0] + sizes[1]
        case "mul":
            size = sizes[0] * sizes[1]
        case "pow":
            size = sizes[0] ** int(str(term.data))
    hidden = tuple(x for x in term.args if x.op != "const")
    return solve_hiding(absolute(term) <= size, hidden, *parts)


def size_of(bound: Proof) -> Fraction:
    return number_in(bound.conclusion.args[1])


def number_in(term: Term) -> Fraction:
    """The number that a constant is."""
    assert isinstance(term.data, Fraction)
    return term.data


@cache
def bend_bounds() -> dict[tuple[int, int], Proof]:
    return {place: bounded(term, atoms()) for place, term in BEND.items()}


def bend_of(i: int, j: int) -> Term:
    return BEND[min(i, j), max(i, j)]


Y2, W2, V2 = THETA[:2], W[:2], V[:2]
ROUND = sum((w * v * bend_of(i, j) for i, w in enumerate(W) for j, v in enumerate(V)), const(0))
HILL = dot(W2, V2) * FAR - 2 * dot(W2, Y2) * dot(V2, Y2) * FAR**2
HESSIAN = 2 * kappa * ROUND - ell * B * HILL  # w . (second derivative of f) . v
ROUGH = 169  # the bounds of all nine entries together
LONG = absolute(tau * a) <= 5
CURVED = 2 * ROUGH * kappa * A + ell * B <= L * A
SIDE, CLIMB = 6 * kappa * a, 10 * kappa * a + drift  # how steep the saddle and its slope are
GENTLE = 3 * (ell * B) ** 2 + 8 * A * (6 * SIDE**2 + CLIMB**2) <= 8 * A * L


@cache
def round_bounded() -> Proof:
    """|w . (second derivative of the saddle) . v| <= 169 ``SPREAD``."""
    square = SPREAD
    parts = []
    for i, w in enumerate(W):
        for j, v in enumerate(V):
            entry = bend_bounds()[min(i, j), max(i, j)]
            size = size_of(entry)
            product = solve(absolute(w * v) <= square)
            here = solve_hiding(
                absolute(w * v * bend_of(i, j)) <= size * square,
                (w * v, bend_of(i, j), square),
                product,
                entry,
            )
            parts.append(here)
    terms = tuple(x.conclusion.args[0].args[0] for x in parts)
    return solve_hiding(absolute(ROUND) <= ROUGH * square, (*terms, square), *parts)


@cache
def hill_bounded() -> Proof:
    """|A (w . (second derivative of the hill) . v)| <= ``SPREAD``: first for w = v, then by
    polarisation."""
    u = tuple(map(var, ("u1", "u2")))
    along, length = dot(u, Y2), dot(u, u)
    form = length * FAR - 2 * along**2 * FAR**2
    positive, inverse = inverses()[2:4]
    share, names = A * FAR, (FAR,)
    whole = solve_hiding(eq((p**2 + q**2) * FAR, 1 - share), names, inverse)
    small = solve_hiding(conj(0 < share, share <= 1), names, inverse, positive, assume(AXIAL))
    cauchy = solve(along**2 <= length * (p**2 + q**2))
    level = solve_hiding(
        along**2 * FAR <= length * (1 - share),
        (along, length, share, FAR, p**2 + q**2),
        cauchy,
        whole,
        positive,
    )
    squares = solve(0 <= length)
    one = solve_hiding(
        absolute(share * length - 2 * share * (along**2 * FAR)) <= length,
        (share, length, along**2 * FAR),
        level,
        small,
        squares,
        solve(0 <= along**2 * FAR, positive),
    )
    half_sum = {x: (w + v) / 2 for x, w, v in zip(u, W, V, strict=False)}
    half_gap = {x: (w - v) / 2 for x, w, v in zip(u, W, V, strict=False)}
    single = solve_hiding(absolute(A * form) <= length, (FAR,), one)
    both_ways = instantiate(single, half_sum), instantiate(single, half_gap)
    forms = tuple(x.conclusion.args[0].args[0] for x in both_ways)
    polar = solve_hiding(eq(A * HILL, forms[0] - forms[1]), (FAR,))
    return solve_hiding(absolute(A * HILL) <= SPREAD, (A * HILL, *forms), polar, *both_ways)


@cache
def hessian_bounded() -> Proof:
    """|w . (second derivative of f) . v| <= L ``SPREAD``."""
    names = ROUND, HILL, SPREAD, B
    near = assume(0 < kappa), assume(0 < ell), assume(AXIAL), assume(CURVED)
    scaled = solve_hiding(
        absolute(A * HESSIAN) <= (2 * ROUGH * kappa * A + ell * B) * SPREAD,
        names,
        round_bounded(),
        hill_bounded(),
        *near,
        solve(0 < B, assume(AXIAL)),
    )
    return solve_hiding(
        absolute(HESSIAN) <= L * SPREAD,
        (HESSIAN, SPREAD, 2 * ROUGH * kappa * A + ell * B),
        scaled,
        *near[2:],
        solve(0 <= SPREAD),
    )


@cache
def slope_bounded() -> Proof:
    """|grad f|^2 <= L."""
    known = atoms()
    at_hill = [assume(f) for f in (0 < kappa, NARROW_HILL)]
    tilts = 2 * (aq * COS - al * SIN) - 2 * al * up, 2 * (al * COS + aq * SIN) - 2 * aq * up
    sides = []
    for x, f, tilt in zip(Y2, SLOPE, tilts, strict=False):
        small = bounded(tilt, known)
        same = solve_hiding(eq(f, 2 * kappa * a * tilt - ell * B * (x * FAR)), (NEAR, FAR, B))
        side = 2 * kappa * a * tilt
        low = solve_hiding(absolute(side) <= SIDE, (tilt, a, kappa), small, *at_hill)
        hill = ell * B * (x * FAR)
        split = solve_hiding(
            f**2 <= const(3) / 2 * hill**2 + 3 * SIDE**2, (f, side, hill, SIDE), same, low
        )
        sides.append(split)
    rise = theta * across
    flat = solve_hiding(eq(SLOPE[2], -2 * kappa * a * rise - drift), (NEAR,))
    steep = solve_hiding(
        absolute(SLOPE[2]) <= CLIMB,
        (SLOPE[2], rise, kappa, a, drift),
        flat,
        bounded(rise, known),
        assume(0 < drift),
        *at_hill,
    )
    last = solve_hiding(SLOPE[2] ** 2 <= CLIMB**2, (SLOPE[2], CLIMB), steep)
    inverse = inverses()[3]
    level = solve_hiding(4 * A * ((p**2 + q**2) * FAR**2) <= 1, (FAR,), inverse)
    ring = (ell * B) ** 2 * ((p**2 + q**2) * FAR**2)
    hills = solve_hiding(
        eq((ell * B * (p * FAR)) ** 2 + (ell * B * (q * FAR)) ** 2, ring), (ell * B, FAR)
    )
    size = solve_hiding(
        4 * A * ring <= (ell * B) ** 2,
        ((ell * B) ** 2, (p**2 + q**2) * FAR**2),
        level,
        solve(0 <= (ell * B) ** 2),
    )
    whole, side, climb = dot(SLOPE, SLOPE), SIDE**2, CLIMB**2
    names = *SLOPE, side, climb, *(ell * B * (x * FAR) for x in Y2), ring
    total_size = const(3) / 2 * ring + 6 * side + climb
    together = solve_hiding(whole <= total_size, names, *sides, last, hills)
    scaled = solve_hiding(
        8 * A * total_size <= 8 * A * L, (ring, side, climb, (ell * B) ** 2), size, assume(GENTLE)
    )
    least = assume(AXIAL)
    return solve_hiding(whole <= L, (whole, total_size), together, scaled, least)


@cache
def tilt_slope(i: int) -> Proof:
    """The slope of a slope of the saddle along the line."""
    twice = (
        (-2 * SIN, 2 * COS, -2 * tau * (q * SIN + p * COS)),
        (2 * COS, 2 * SIN, 2 * tau * (q * COS - p * SIN)),
        (-2 * tau * (q * SIN + p * COS), 2 * tau * (q * COS - p * SIN), -(tau**2) * SADDLE),
    )
    return along_line(TILT[i], dot(V, tuple(map(on_line, twice[i]))))


@cache
def component_slope(i: int) -> Proof:
    """Component i of grad f along the line."""
    known = inverse_slope(NEAR), inverse_slope(FAR), saddle_slope(), tilt_slope(i)
    hill = V[i] * FAR - 2 * THETA[i] * dot(V2, Y2) * FAR**2 if i < 2 else const(0)
    rate = 2 * kappa * dot(V, tuple(bend_of(i, j) for j in range(3))) - ell * B * hill
    return along_line(SLOPE[i], on_line(rate), *known, hide=tuple(map(on_line, (NEAR, FAR))))


@cache
def turn_slope() -> Proof:
    """w . grad f along the line has the slope w . (second derivative) . v."""
    parts = [component_slope(i) for i in range(3)]
    function = dot(W, SLOPE)
    raw = differentiate(t, on_line(function), *parts)
    names = (*map(on_line, (*BEND.values(), FAR, *Y2, B)),)
    same = solve_hiding(eq(raw.conclusion.args[2], on_line(HESSIAN)), names)
    return rename_derivative(raw, solve(eq(on_line(function), on_line(function))), same)
