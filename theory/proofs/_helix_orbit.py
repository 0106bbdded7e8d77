"""The constants of the helix meet what its landscape asks for; its iterates are steps along the
gap."""

from typing import NamedTuple

from theory.proofs._prelude import *
from theory.kernel.terms import PI, cos, sin
from theory.proofs._helix import CURVED, GENTLE, LONG, ROUGH, dot
from theory.proofs._trigonometry import (
    addition,
    circle,
    half_turn,
    same_angle,
    small_angle,
    whole_turns,
)
from theory.statements._collapse import gap
from theory.statements._helix import (
    CONSTANTS,
    COS,
    CROSSED,
    FAR,
    HALF_COS,
    HALF_SIN,
    ITERATE,
    NEAR,
    ODDS,
    PHASE,
    RADIUS,
    RISE,
    SADDLE,
    SIN,
    SLOPE,
    A,
    B,
    a,
    beta,
    drift,
    ell,
    height,
    kappa,
    odds,
    p,
    q,
    slack,
    tau,
    z,
)
from theory.statements.overshooting_sharp import STATEMENT

GAIN = gap / eta
TURN_COS, TURN_SIN = cos(beta), sin(beta)

given = partial(assumed, STATEMENT)


def concrete(term: Term) -> Term:
    return substitute(term, CONSTANTS)


# -- the constants ---------------------------------------------------------------------------------


class Problem(NamedTuple):
    """0 < gap, 0 < eta, 0 < L, 0 < gap/eta, 0 < slack < 1, 2 gap/eta = L (1 - slack), and
    2 gap^2 <= L slack."""

    gap: Proof
    step: Proof
    smooth: Proof
    gain: Proof
    inside: Proof
    same: Proof
    small: Proof


class Angle(NamedTuple):
    """0 < x <= 1/400, 9 x <= 10 sin x <= 10 x, 9 <= 10 cos x <= 10, sin^2 + cos^2 = 1."""

    size: Proof
    sine: Proof
    cosine: Proof
    circle: Proof


class Radius(NamedTuple):
    """0 < a and 2 cos(beta) a = eta cos(beta/2). So l a = gap cos(beta) cos(beta/2), 2 kappa a =
    gap sin(beta) cos(beta/2), tau a sin(beta/2) cos(beta) = 2 beta cos(beta/2), and kappa tau a^2 -
    eps = gap sin(beta/2)."""

    positive: Proof
    whole: Proof
    across: Proof
    side: Proof
    long: Proof
    up: Proof


@cache
def problem() -> Problem:
    known = given("gap", "forward", "late")
    positive = solve(0 < L, *known)
    product = solve(0 < eta * L, positive, *known)
    below = solve(2 * gap < eta * L, *known)
    share = 2 * gap / (eta * L)
    inside = solve(
        conj(0 < slack, slack < 1), solve(conj(0 < share, share < 1), product, below, *known[:1])
    )
    same = solve(eq(2 * GAIN, L * (1 - slack)), product, positive, *known[:2])
    gain = solve(0 < GAIN, *known)
    room = solve(2 * gap**2 <= L - 2 * GAIN, *known)
    small = solve_hiding(2 * gap**2 <= L * slack, (GAIN, slack), room, same)
    return Problem(known[0], known[1], positive, gain, inside, same, small)


def angle_of(x: Term, size: Proof) -> Angle:
    """From 0 < x <= 1/400."""
    below, above, level, unit = small_angle(x, solve_hiding(0 <= x, (x,), size))
    sine = conj(9 * x <= 10 * sin(x), sin(x) <= x, 0 < sin(x))
    cosine = conj(9 <= 10 * cos(x), cos(x) <= 1)
    return Angle(
        size,
        solve_hiding(sine, (x,), size, below, above),
        solve_hiding(cosine, (x,), size, level, unit),
        unit,
    )


@cache
def angle() -> Angle:
    """Of beta."""
    size = conj(0 < beta, beta <= const(1) / 400)
    return angle_of(beta, solve_hiding(size, (slack,), problem().inside))


@cache
def climb() -> Angle:
    """Of beta/2."""
    size = conj(0 < beta / 2, beta / 2 <= const(1) / 400)
    return angle_of(beta / 2, solve_hiding(size, (beta,), angle().size))


@cache
def radius() -> Radius:
    forward, cosine = problem().step, angle().cosine
    sine_half, cosine_half = climb().sine, climb().cosine
    both_cosines = TURN_COS, HALF_COS
    positive = solve_hiding(0 < RADIUS, both_cosines, forward, cosine, cosine_half)
    whole = solve_hiding(eq(2 * TURN_COS * RADIUS, eta * HALF_COS), both_cosines, forward, cosine)
    gain = solve(eq(GAIN * eta, gap), forward)
    names = TURN_COS, TURN_SIN, RADIUS, HALF_COS, GAIN
    across = solve_hiding(eq(concrete(ell * a), gap * TURN_COS * HALF_COS), names, whole, gain)
    side = solve_hiding(eq(2 * concrete(kappa * a), gap * TURN_SIN * HALF_COS), names, whole, gain)
    rate = concrete(tau)
    inverse = solve_hiding(
        eq(rate * height, 4 * beta),
        (height, beta),
        solve_hiding(0 < height, (HALF_SIN,), forward, sine_half),
    )
    long = solve_hiding(
        eq(rate * RADIUS * (HALF_SIN * TURN_COS), 2 * beta * HALF_COS),
        (rate, RADIUS, HALF_SIN, HALF_COS, TURN_COS, beta),
        whole,
        inverse,
        forward,
    )
    lift_off = concrete(kappa * tau * a**2)
    square = solve_hiding(
        eq(lift_off, gap * RISE),
        (TURN_SIN, TURN_COS, RADIUS, HALF_COS, HALF_SIN, GAIN, rate, beta),
        side,
        long,
        cosine,
        sine_half,
    )
    up = solve_hiding(
        eq(concrete(kappa * tau * a**2 - drift), gap * HALF_SIN), (lift_off, RISE, HALF_SIN), square
    )
    return Radius(positive, whole, across, side, long, up)


@cache
def turning() -> Proof:
    """0 < tau."""
    known = problem().step, climb().sine, angle().size
    return solve_hiding(0 < concrete(tau), (HALF_SIN, beta), *known)


@cache
def reach() -> Proof:
    """tau a <= 5."""
    share, product, size = HALF_SIN * TURN_COS, concrete(tau * a), angle().size
    known = climb().sine, angle().cosine, size
    least = solve_hiding(81 * beta <= 200 * share, (HALF_SIN, TURN_COS, beta), *known)
    hidden = product, share, beta, HALF_COS
    return solve_hiding(product <= 5, hidden, radius().long, least, climb().cosine, size)


@cache
def conditions() -> tuple[Proof, ...]:
    """What the landscape asks of its constants."""
    given_by, sizes, turn, half_turned = problem(), radius(), angle(), climb()
    square = solve_hiding(0 < RADIUS**2, (RADIUS,), sizes.positive)
    far = solve_hiding(concrete(0 < A), (RADIUS**2, slack), square, given_by.inside)
    names: tuple[Term, ...] = TURN_COS, TURN_SIN, GAIN
    saddle = solve_hiding(concrete(0 < kappa), names, given_by.gain, turn.sine, turn.cosine)
    hill = solve_hiding(concrete(0 < ell), names, given_by.gain, turn.cosine)
    bent, tangent_of = beta * HALF_COS**2 / HALF_SIN, TURN_SIN / TURN_COS
    known: tuple[Proof, ...] = half_turned.sine, half_turned.cosine, turn.size
    longer = solve_hiding(1 <= bent, (beta, HALF_COS, HALF_SIN), *known)
    steeper = solve_hiding(TURN_SIN <= tangent_of, (TURN_COS, TURN_SIN), turn.sine, turn.cosine)
    known = steeper, longer, turn.sine, half_turned.sine, turn.size
    names = tangent_of, bent, TURN_SIN, HALF_SIN, beta
    more = solve_hiding(HALF_SIN < RISE, names, *known)
    down = solve_hiding(concrete(0 < drift), (HALF_SIN, RISE), more, given_by.gap)
    long = solve_hiding(concrete(LONG), (concrete(tau), RADIUS), reach(), sizes.positive, turning())
    return far, sizes.positive, saddle, hill, down, long, curved(far), gentle(far, down)


def disc() -> Proof:
    """2 a^2 = A slack."""
    inside = problem().inside
    return solve_hiding(eq(2 * RADIUS**2, concrete(A) * slack), (RADIUS**2, slack), inside)


def curved(far: Proof) -> Proof:
    """338 kappa + l (1 + slack/2) <= L, times A."""
    given_by, turn = problem(), angle()
    saddle, hill = concrete(kappa), concrete(ell)
    names: tuple[Term, ...] = TURN_COS, TURN_SIN, GAIN, beta
    low = solve_hiding(saddle <= beta * GAIN, names, given_by.gain, turn.sine, turn.cosine)
    high = solve_hiding(hill <= 2 * GAIN, names, given_by.gain, turn.cosine)
    whole = 2 * ROUGH * saddle + hill * (1 + slack / 2)
    names = saddle, hill, GAIN, slack
    known: tuple[Proof, ...] = low, high, given_by.inside, given_by.gain
    rate = solve_hiding(whole <= GAIN * (2 + 2 * slack), names, *known)
    known = rate, given_by.same, given_by.inside, given_by.smooth
    least = solve_hiding(whole <= L, (whole, GAIN, slack), *known)
    names = saddle, hill, concrete(A), RADIUS**2, slack
    return solve_hiding(concrete(CURVED), names, disc(), least, far)


def gentle(far: Proof, down: Proof) -> Proof:
    """3 (l B)^2 <= 27/4 A L, and what the saddle and its slope add is at most 5/4 A L."""
    given_by, sizes, turn, half_turned = problem(), radius(), angle(), climb()
    wide, level, hill = concrete(A), concrete(ell * a), concrete(ell)
    names: tuple[Term, ...] = level, TURN_COS, HALF_COS
    known: tuple[Proof, ...] = sizes.across, turn.cosine, half_turned.cosine, given_by.gap
    low = solve_hiding(conj(0 <= level, level <= gap), names, *known)
    square = solve_hiding(2 * level**2 <= L * slack, (level, slack), low, given_by.small)
    known = disc(), square, given_by.inside, far
    inner = solve_hiding((hill * wide) ** 2 <= wide * L, (hill, RADIUS, wide, slack), *known)
    outer = hill * wide * (1 + slack / 2)
    names = hill, wide, RADIUS**2, slack
    spread = solve_hiding(eq(concrete(ell * B), outer), names, disc())
    names = concrete(ell * B), hill * wide, wide, slack
    hills = solve_hiding(
        3 * concrete(ell * B) ** 2 <= wide * (const(27) / 4 * L),
        names,
        spread,
        inner,
        given_by.inside,
    )
    side, fall, rise = concrete(kappa * a), concrete(drift), concrete(kappa * tau * a**2)
    names = side, TURN_SIN, HALF_COS, beta
    known = sizes.side, turn.sine, half_turned.cosine, turn.size, given_by.gap
    small = solve_hiding(conj(0 < side, 800 * side <= gap), names, *known)
    names = concrete(kappa), RADIUS, concrete(tau)
    steep = solve_hiding(rise <= 5 * side, names, reach(), small)
    known = steep, sizes.up, half_turned.sine, given_by.gap
    flat = solve_hiding(fall <= 5 * side, (fall, rise, HALF_SIN, side), *known)
    room = solve_hiding(gap**2 <= L, (slack,), given_by.small, given_by.inside, given_by.smooth)
    rest = 8 * (6 * (6 * side) ** 2 + (10 * side + fall) ** 2)
    most = solve_hiding(rest <= 5 * gap**2 / 4, (side, fall), small, flat, down)
    names = concrete(ell * B), wide, concrete(kappa), RADIUS, fall
    return solve_hiding(concrete(GENTLE), names, hills, most, room, far)


# -- the iterates ----------------------------------------------------------------------------------

phase = var("phase")
SWING, REACH = sin(phase), cos(phase)
ROUND_AXIS = {p: -a * SWING, q: a * REACH}
TURNED = eq(tau * z + 2 * PI * k, phase + phase)


def on_helix(term: Term) -> Term:
    return substitute(term, ROUND_AXIS)


@cache
def turned() -> Proof:
    """sin(tau z) = sin(2 phase) and cos(tau z) = cos(2 phase), up to whole turns."""
    same = same_angle(assume(TURNED))
    sums = addition(tau * z, 2 * PI * k), addition(phase, phase)
    return solve(
        conj(eq(SIN, 2 * SWING * REACH), eq(COS, REACH**2 - SWING**2)), *same, *sums, whole_turns()
    )


@cache
def on_axis() -> tuple[Proof, ...]:
    """At the iterates: f = f0 - eps z, and its three slopes."""
    narrow, far = assume(0 < a), assume(0 < A)
    names = SWING, REACH, COS, SIN
    circled = circle(phase)
    ring = solve_hiding(eq(on_helix(NEAR.args[1]), 2 * a**2), names[:2], circled)
    disc = solve_hiding(eq(on_helix(FAR.args[1]), B), names[:2], circled)
    near = solve_hiding(eq(on_helix(NEAR) * (2 * a**2), 1), (on_helix(NEAR.args[1]),), ring, narrow)
    wide = solve_hiding(
        eq(on_helix(FAR) * B, 1), (on_helix(FAR.args[1]), B), disc, solve(0 < B, far)
    )
    flat = solve_hiding(eq(on_helix(SADDLE), 0), names, turned(), circled)
    across = solve_hiding(eq(on_helix(CROSSED), -(a**2)), names, turned(), circled)
    side, front = (
        solve_hiding(eq(on_helix(f), 2 * a * x), names, turned(), circled)
        for f, x in ((2 * (q * COS - p * SIN), REACH), (2 * (p * COS + q * SIN), SWING))
    )
    level = equal_inside(disc, log)
    value = solve_hiding(
        eq(on_helix(ODDS), odds - drift * z),
        (on_helix(SADDLE), on_helix(NEAR), log(B), *level.conclusion.args),
        flat,
        level,
    )
    inner = on_helix(NEAR), on_helix(FAR), B, on_helix(SADDLE), on_helix(CROSSED)
    crosswise = []
    for f, tilt, x, side_of in zip(SLOPE, (side, front), (p, q), (REACH, SWING), strict=False):
        saddle, hill = (on_helix(part) for part in (f.args[0], f.args[1].args[0]))
        tilted = tilt.conclusion.args[0]
        left = solve_hiding(
            eq(saddle, 2 * (kappa * a) * side_of), (tilted, *inner, *names), flat, tilt, near
        )
        outwards = ell * a * (-SWING if x == p else REACH)
        right = solve_hiding(eq(hill, outwards), (*names[:2], *inner), times(wide, outwards))
        total_of = on_helix(f), 2 * (kappa * a) * side_of - outwards
        crosswise.append(solve_hiding(eq(*total_of), (saddle, hill, outwards), left, right))
    first, second = crosswise
    third = solve_hiding(
        eq(on_helix(SLOPE[2]), kappa * tau * a**2 - drift), (*inner, *names), across, near
    )
    return value, first, second, third


def put(fact: Proof) -> Proof:
    """A fact about the landscape, for the constants of the helix: its conditions are met."""
    lemma = instantiate(fact, CONSTANTS)
    met = *conditions(), problem().smooth
    return use(lemma, *(c for c in met if c.conclusion in lemma.hypotheses))


@cache
def turns() -> Proof:
    """tau z and twice the phase differ by k whole turns."""
    goal = eq(concrete(tau) * ITERATE[2] + 2 * PI * k, PHASE + PHASE)
    known = problem().step, climb().sine
    inverse = solve_hiding(eq(concrete(tau) * height, 4 * beta), (HALF_SIN, beta), *known)
    return solve_hiding(goal, (concrete(tau), height, beta), inverse)


@cache
def at_iterate() -> tuple[Proof, ...]:
    """f = log(J0/(1-J0)) - eps h k; grad f = gap (u cos(beta/2), v cos(beta/2), sin(beta/2)), with
    u = cos phase sin beta + sin phase cos beta and v = sin phase sin beta - cos phase cos beta."""
    value, *slopes = (
        use(instantiate(put(fact), {phase: PHASE, z: ITERATE[2]}), turns()) for fact in on_axis()
    )
    sizes = radius()
    across, side, up = sizes.across, sizes.side, sizes.up
    names = sin(PHASE), cos(PHASE), TURN_SIN, TURN_COS, HALF_COS, HALF_SIN
    u = cos(PHASE) * TURN_SIN + sin(PHASE) * TURN_COS
    v = sin(PHASE) * TURN_SIN - cos(PHASE) * TURN_COS
    wanted = gap * HALF_COS * u, gap * HALF_COS * v, gap * HALF_SIN
    found = [value]
    for slope, tidy in zip(slopes, wanted, strict=True):
        here = slope.conclusion.args[0]
        inner = *(x.conclusion.args[0] for x in (across, up)), concrete(kappa * a)
        found.append(solve_hiding(eq(here, tidy), (here, *inner, *names), slope, across, side, up))
    return tuple(found)


@cache
def length() -> Proof:
    """|grad f| = gap at the iterates."""
    slopes = at_iterate()[1:]
    names = sin(PHASE), cos(PHASE), TURN_SIN, TURN_COS, HALF_COS, HALF_SIN
    here = tuple(x.conclusion.args[0] for x in slopes)
    u, v = (x.conclusion.args[1].args[1] for x in slopes[:2])
    product = times(circle(PHASE), TURN_SIN**2 + TURN_COS**2)
    turned_by = solve_hiding(eq(u**2 + v**2, 1), names, product, circle(beta))
    squares = (equal_inside(slope, lambda y: y * y) for slope in slopes)
    facts = *squares, times(turned_by, gap**2 * HALF_COS**2), times(climb().circle, gap**2)
    return solve_hiding(eq(dot(here, here), gap**2), (*here, u, v, HALF_COS, HALF_SIN), *facts)


@cache
def arrives() -> tuple[Proof, ...]:
    """gap (theta_{k+1} - theta_k) = eta grad f."""
    slopes = at_iterate()[1:]
    later = substitute(PHASE, {k: k + 1})
    turn = PI + (beta + beta)
    joined = same_angle(solve_hiding(eq(later, PHASE + turn), (beta,)))
    sums = addition(PHASE, turn), addition(PI, beta + beta), addition(beta, beta), half_turn()
    names = sin(PHASE), cos(PHASE), TURN_SIN, TURN_COS
    inner: tuple[Term, ...] = (
        *names,
        sin(later),
        cos(later),
        sin(beta + beta),
        cos(beta + beta),
        sin(turn),
        cos(turn),
    )
    inner = *inner, sin(PHASE + turn), cos(PHASE + turn), PI
    swing, reach = (
        solve_hiding(goal, inner, *joined, *sums, circle(beta))
        for goal in (
            eq(
                sin(later) - sin(PHASE),
                -2 * TURN_COS * (cos(PHASE) * TURN_SIN + sin(PHASE) * TURN_COS),
            ),
            eq(
                cos(later) - cos(PHASE),
                2 * TURN_COS * (sin(PHASE) * TURN_SIN - cos(PHASE) * TURN_COS),
            ),
        )
    )
    hidden = *names, sin(later), cos(later), RADIUS, HALF_COS, HALF_SIN
    found = []
    for x, slope, chord in zip(ITERATE, slopes, (swing, reach, None), strict=True):
        here, target = slope.conclusion.args
        known = [equal_inside(slope, lambda y: eta * y)]
        if chord is not None:  # both sides times the radius, then 2 cos(beta) a = eta cos(beta/2)
            part_of = target.args[1]
            known.append(equal_inside(chord, lambda y: gap * (RADIUS * y)))
            known.append(times(radius().whole, gap * part_of))
        moved = gap * (substitute(x, {k: k + 1}) - x)
        found.append(solve_hiding(eq(moved, eta * here), (here, *hidden), *known))
    return tuple(found)
