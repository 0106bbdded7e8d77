"""With S(k) = 1/J0 + c k and c = L eta^2/2, J(k) = 1/S(k): update k is the hill

    log J = -log S(k) + (1 - 1/S(k)) L eta t/2 - l(k) t^2/2,

where l(k) is what brings it to -log S(k+1) at t = eta. It is at most L because
log S(k+1) - log S(k) <= c/S(k), the tangent of log. The gap is L eta/2."""

from theory.proofs._prelude import *
from theory.kernel.existence import Existence
from theory.proofs._hill import BENT, GENTLE, HILL, RATE, Hill, bend, rise, start
from theory.proofs._witness import RIGHT, WRONG, Rows
from theory.proofs._witness import witness as proved_witness
from theory.statements._collapse import J0, N
from theory.statements.fixed_step_at_threshold import STATEMENT

PACE = L * eta**2 / 2


def size(n: TermLike) -> Term:
    """S(n) = 1/J(n)."""
    return 1 / J0 + PACE * lift(n)


NOW, NEXT = size(k), size(k + 1)
FALL = log(NEXT) - log(NOW)
VALUES = {
    start: -log(NOW),
    rise: (1 - 1 / NOW) * (L * eta / 2),
    bend: 2 * ((1 - 1 / NOW) * PACE + FALL) / eta**2,
}
SHARE, BEND = 1 / NOW, VALUES[bend]
HIDDEN = BEND, SHARE

given = partial(assumed, STATEMENT)


@cache
def sizes() -> tuple[Proof, ...]:
    """8 <= S(k) < S(k+1), 0 < 1/S(k) <= 1/8 and 0 < c."""
    pace = solve(0 < PACE, *given("positive_L", "short"))
    first = solve(8 <= 1 / J0, *given("rare"))
    large = solve(8 <= NOW, first, pace, solve(0 <= k))
    share = solve(conj(0 < SHARE, SHARE <= const(1) / 8), large)
    return large, solve(NOW < NEXT, pace), share, pace


@cache
def inverse() -> Proof:
    """e^(-log S) = 1/S."""
    whole, positive = var("whole"), assume(0 < var("whole"))
    lemma = solve(
        eq(exp(-log(whole)), 1 / whole), exp_inverse(log(whole)), exp_log(positive), positive
    )
    return use(instantiate(lemma, {whole: NOW}), solve(0 < NOW, sizes()[0]))


@cache
def log_tangent() -> Proof:
    """0 < x, 0 < y  |-  log y <= log x + (y - x)/x."""
    x, y = var("x"), var("y")
    positive, above = assume(0 < x), assume(0 < y)
    drop = (y - x) / x
    whole = solve(eq(x * (1 + drop), y), positive)
    first = solve(y <= x * exp(drop), whole, tangent(drop), positive)
    bound = solve(y <= exp(log(x) + drop), first, exp_sum(log(x), drop), exp_log(positive))
    return log_at_most(bound, above)


@cache
def falling() -> tuple[Proof, ...]:
    """0 <= log S(k+1) - log S(k) <= c/S(k)."""
    large, grows, *_ = sizes()
    positive, above = solve(0 < NOW, large), solve(0 < NEXT, large, grows)
    up = log_monotone(solve(NOW <= NEXT, grows), positive)
    lemma = use(instantiate(log_tangent(), {var("x"): NOW, var("y"): NEXT}), positive, above)
    pace = solve(eq(NEXT - NOW, PACE))
    hidden = log(NOW), log(NEXT), NOW, NEXT, PACE
    drop = solve_hiding(PACE * SHARE >= FALL, hidden, lemma, pace, positive)
    return solve(0 <= FALL, up), drop


@cache
def curvature() -> tuple[Proof, ...]:
    """(1 - 1/S) L <= l(k) <= L."""
    facts = *falling(), *given("short", "positive_L")
    bounds = ((1 - SHARE) * L <= BEND, BEND <= L)
    return tuple(solve_hiding(bound, (FALL, SHARE), *facts) for bound in bounds)


@cache
def hill() -> Hill:
    shape = Hill(VALUES, ())
    facts = *curvature(), sizes()[2], *given("positive_L", "short")
    above, rate, eighth = shape.at(HILL) - VALUES[start], shape.at(RATE), const(1) / 8
    square = solve(0 <= (eta - 2 * t) ** 2 * L, *given("positive_L"))
    parabola = solve(L * (t * (eta - t)) / 2 <= eighth, square, *given("short"))
    bent = solve(0 <= (BEND - (1 - SHARE) * L) * t**2, curvature()[0])
    small = solve_hiding(above <= eighth, HIDDEN, bent, parabola, sizes()[2])
    most = solve(exp(eighth) <= const(8) / 7, tangent(-eighth), exp_inverse(eighth))
    split = exp_sum(VALUES[start], above, shape.at(HILL)), inverse(), exp_monotone(small)
    hidden = SHARE, exp(VALUES[start]), exp(above), rate
    rare = solve_hiding(rate <= const(2) / 7, hidden, *split, most, sizes()[2], exp_positive(above))
    return Hill(
        VALUES,
        (generalise(rare, t), solve_hiding(shape.at(BENT), HIDDEN, *facts), gentle(shape, facts)),
    )


def gentle(shape: Hill, facts: tuple[Proof, ...]) -> Proof:
    """s^2 <= L/2 on the step: s is between -9/8 and 1 times L eta/2."""
    condition, square = shape.at(GENTLE).args[1].args
    inside, slope = assume(condition), square.args[0].args[0]
    walked = solve_hiding(conj(0 <= BEND * t, BEND * t <= L * eta), HIDDEN, inside, *facts)
    top = L * eta
    scaled = solve(conj(0 < top, top**2 <= L), *given("positive_L", "short"))
    share = solve_hiding(
        conj(0 <= SHARE * top, SHARE * top <= top / 8), (SHARE, top), sizes()[2], scaled
    )
    steep = solve_hiding(absolute(slope) <= const(9) / 16 * top, (BEND * t, SHARE), walked, share)
    bound = solve_hiding(square, (slope, top), steep, scaled)
    return generalise(discharge(bound, condition), t)


@cache
def model() -> Model:
    functions: dict[Symbol, Rows] = {
        **hill().functions(AT_K, k),
        steps: {(): Lambda((k,), eta)},
        N: {(): Lambda((eps,), 1 / (eps * PACE))},
    }
    return Model({RESPONSE: (RIGHT, WRONG)}, functions, parameters=frozenset((J0, L, eta)))


@cache
def ends() -> tuple[Proof, Proof]:
    """p = 1/S(k) where update k begins; log p = -log S(k+1) where it ends."""
    shape = hill()
    begins = exp_equal(shape.at(HILL, 0), -log(NOW))
    hidden = log(NOW), log(NEXT), NOW
    positive = solve(0 < NOW, sizes()[0])
    level = solve_hiding(eq(shape.at(HILL, eta), -log(NEXT)), hidden, positive, *given("short"))
    return solve(eq(shape.at(RATE, 0), SHARE), begins, inverse()), level


def existence(goal: Term) -> Existence:
    """The properties of the goal, in the model."""
    policy, collapse = interpret(goal, model()).args
    normalised, differentiable, binary, constant, continued, smooth = policy.args
    exactly, falls, vanishes = collapse.args
    shape, others, (begins, level) = hill(), hill().others(), ends()
    before = *shape.others(0), begins, *sizes(), *given("rare", "positive_L", "short")
    after = *(instantiate(f, {k: k + 1}) for f in (*shape.others(0), begins)), *sizes()
    same = solve(eq(substitute(shape.at(HILL, 0), {k: k + 1}), shape.at(HILL, eta)), level)
    joined = same, equal_inside(same, lambda x: log(1 - exp(x)))
    proved = both(
        conclude_parts(normalised, *others, *before),
        conclude_parts(differentiable, *shape.slopes(), *others, *before),
        conclude_parts(binary),
        conclude_parts(constant),
        conclude_parts(continued, *joined, *shape.others(eta), *before, *after),
        conclude_parts(smooth, *shape.steadies(), *others, *before),
    )
    ends_low = both(
        conclude_parts(exactly, *before),
        conclude_parts(falls, *before, *after),
        conclude_parts(vanishes, *before),
    )
    return Existence(model(), both(proved, ends_low), NUMBERS)


NUMBERS = {
    "J at step k": "1/S(k), S(k) = 1/J0 + L eta^2 k/2",
    "log J on update k": "-log S(k) + (1 - 1/S(k)) L eta t/2 - l t^2/2",
    "l": "(1 - 1/S(k)) L + 2 log(S(k+1)/S(k))/eta^2",
    "gap": "L eta/2",
    "N(eps)": "2/(eps L eta^2)",
}


def witness() -> Instance:
    """J0 = 1/8, L = 1, eta = 1/2: the gap is 1/4."""
    values = {J0: const(1) / 8, L: const(1), eta: half}
    numbers = {"J0": "1/8", "L": "1", "eta": "1/2"}
    return proved_witness(STATEMENT, Model({}, {}, values), (), numbers)
