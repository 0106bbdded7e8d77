"""Two responses whose log odds are the landscape of the helix.

The second derivative of f in any direction is at most L, and |grad f|^2 <= L: then the scores are
L-Lipschitz, by ``_two_responses``. At the iterates the gap vector is grad f, and f falls by
eps h."""

from collections.abc import Mapping

from theory.proofs._prelude import *
from theory.kernel.existence import Existence
from theory.proofs._helix import (
    LINE,
    SPREAD,
    V,
    W,
    dot,
    hessian_bounded,
    inverses,
    odds_slope,
    on_line,
    slope_bounded,
    turn_slope,
)
from theory.proofs._helix_orbit import (
    angle,
    arrives,
    at_iterate,
    climb,
    concrete,
    conditions,
    given,
    length,
    problem,
    put,
)
from theory.proofs._two_responses import (
    at_most,
    begins,
    end,
    falls,
    logp_slope,
    present,
    share,
    start,
    steady,
    success,
)
from theory.proofs._two_responses import logp as logp_at
from theory.proofs._witness import LOGP, REWARD, Rows, shares_at
from theory.proofs._witness import witness as proved_witness
from theory.statements._collapse import J0, N, gap
from theory.statements._helix import (
    CONSTANTS,
    HALF_SIN,
    ITERATE,
    ODDS,
    SLOPE,
    THETA,
    A,
    a,
    drift,
    height,
    odds,
)
from theory.statements.overshooting_sharp import OTHER, STATEMENT, logp, score, theta

F0, DROP = CONSTANTS[odds], CONSTANTS[drift] * height
NUMBER = (F0 - log(eps)) / DROP  # from this step on J is below eps
FIELD = concrete(ODDS)
AT_ITERATE = dict(zip(THETA, ITERATE, strict=True))
ELSEWHERE = dict(zip(THETA, OTHER, strict=True))


def score_of(name: str) -> tuple[Term, ...]:
    """grad log pi of a response: grad f times 1-J or -J."""
    return tuple(slope * share(name, ODDS) for slope in SLOPE)


@cache
def model() -> Model:
    functions: dict[Symbol, Rows] = {
        logp: {(name,): Lambda(THETA, concrete(logp_at(name, ODDS))) for name in LOGP},
        AT_K.reward_symbol: REWARD,
        N: {(): Lambda((eps,), NUMBER)},
    }
    for j, symbol in enumerate(score):
        functions[symbol] = {(n,): Lambda(THETA, concrete(score_of(n)[j])) for n in LOGP}
        functions[theta[j]] = {(): Lambda((k,), ITERATE[j])}
    return Model({RESPONSE: tuple(LOGP)}, functions, parameters=frozenset((J0, gap, L, eta)))


# -- Assumption 1 ----------------------------------------------------------------------------------


@cache
def differentiable(name: str) -> Proof:
    """log pi has the slope v . score along any line."""
    raw = logp_slope(name, odds_slope())
    function, slope = raw.conclusion.args[1:]
    scores = tuple(map(on_line, score_of(name)))
    hidden = *map(on_line, SLOPE), share(name, on_line(ODDS))
    same = solve_hiding(eq(slope, dot(V, scores)), hidden)
    return rename_derivative(raw, solve(eq(function, function)), same)


@cache
def bounded(name: str) -> Proof:
    """|score|^2 <= L."""
    scores, part_of = score_of(name), share(name, ODDS)
    small = solve(absolute(part_of) <= 1, *shares_at(ODDS))
    whole = dot(SLOPE, SLOPE)
    square = solve_hiding(eq(dot(scores, scores), part_of**2 * whole), (*SLOPE, part_of))
    shrunk = solve_hiding(
        part_of**2 * whole <= whole, (part_of, whole), small, solve_hiding(0 <= whole, SLOPE)
    )
    return solve_hiding(
        dot(scores, scores) <= L,
        (dot(scores, scores), part_of**2 * whole, whole),
        square,
        shrunk,
        slope_bounded(),
    )


@cache
def product_bounded() -> Proof:
    """|(v . grad f)(w . grad f)| <= L ``SPREAD``: Cauchy-Schwarz, twice."""
    whole = dot(SLOPE, SLOPE)
    squares = []
    for way in (V, W):
        pairs = ((0, 1), (0, 2), (1, 2))
        crossed = [
            solve_hiding(0 <= (way[i] * SLOPE[j] - way[j] * SLOPE[i]) ** 2, SLOPE) for i, j in pairs
        ]
        cauchy = solve_hiding(dot(way, SLOPE) ** 2 <= dot(way, way) * whole, SLOPE, *crossed)
        size = dot(way, way)
        names = dot(way, SLOPE) ** 2, size, whole
        squares.append(
            solve_hiding(
                dot(way, SLOPE) ** 2 <= L * size, names, cauchy, slope_bounded(), solve(0 <= size)
            )
        )
    along, across = dot(V, SLOPE), dot(W, SLOPE)
    mean = solve_hiding(absolute(along * across) <= (along**2 + across**2) / 2, (along, across))
    hidden = along * across, along**2, across**2, dot(V, V), dot(W, W)
    return solve_hiding(absolute(along * across) <= L * SPREAD, hidden, mean, *squares)


def moved(function: Term, arrivals: Mapping[Term, Proof]) -> Proof:
    """From x' = x'' for each variable x: function(x', ...) = function(x'', ...)."""
    where = {x: same.conclusion.args[0] for x, same in arrivals.items()}
    hole, steps_on = var("hole"), []
    for x, same in arrivals.items():
        steps_on.append(congruence(same, hole, substitute(function, where | {x: hole})))
        where[x] = same.conclusion.args[1]
    stages = [steps_on[0].conclusion.args[0], *(f.conclusion.args[1] for f in steps_on)]
    return solve_hiding(eq(stages[0], stages[-1]), tuple(stages), *steps_on)


@cache
def lipschitz(name: str) -> Proof:
    """|score at the other point - score|^2 <= L^2 |other point - point|^2."""
    turn, line = turn_slope(), odds_slope()
    size = L * SPREAD
    turning = line.conclusion.args[2] * turn.conclusion.args[1]
    product = instantiate(product_bounded(), LINE)
    product = solve_hiding(absolute(turning) <= size, tuple(map(on_line, SLOPE)), product)
    small = both(instantiate(hessian_bounded(), LINE), product)
    raw = instantiate(steady(name, line, turn, size, small), {start: const(0), end: const(1)})
    to_other = {v: there - here for v, there, here in zip(V, OTHER, THETA, strict=True)}
    change = use(instantiate(raw, to_other), solve(const(0) <= 1))
    function = dot(W, SLOPE) * share(name, ODDS)
    ends = []
    for time, target in ((0, THETA), (1, OTHER)):
        moves = zip(THETA, OTHER, target, strict=True)
        arrivals = {x: solve(eq(x + (other - x) * time, goal)) for x, other, goal in moves}
        ends.append(moved(function, arrivals))
    here, there = (tuple(substitute(s, place) for s in score_of(name)) for place in ({}, ELSEWHERE))
    gaps = tuple(x - y for x, y in zip(there, here, strict=True))
    spread = substitute(SPREAD, to_other)
    first, last = (x.conclusion.args[1] for x in ends)
    parts: tuple[Term, ...] = *SLOPE, *(substitute(s, ELSEWHERE) for s in SLOPE)
    parts = *parts, share(name, ODDS), substitute(share(name, ODDS), ELSEWHERE)
    split = solve_hiding(eq(last - first, dot(W, gaps)), parts)
    names = *(x.conclusion.args[0] for x in ends), first, last, dot(W, gaps), spread
    bound = solve_hiding(dot(W, gaps) <= L * spread, names, change, *ends, split)
    scaled = {w: gap_of * (1 / L) for w, gap_of in zip(W, gaps, strict=True)}
    bound = instantiate(bound, scaled)
    squared, distance = dot(gaps, gaps), dot(tuple(to_other.values()), tuple(to_other.values()))
    positive = assume(0 < L)
    inverse = solve(eq(1 / L * L, 1), positive)
    hidden = *gaps, 1 / L
    left = solve_hiding(eq(bound.conclusion.args[0], 1 / L * squared), hidden)
    right = solve_hiding(
        eq(bound.conclusion.args[1], L * distance / 2 + 1 / L * squared / 2),
        hidden,
        times(inverse, 1 / L * squared),
    )
    known = bound.conclusion.args
    halved = solve_hiding(
        1 / L * squared <= L * distance, (*known, 1 / L * squared, distance), bound, left, right
    )
    return solve_hiding(
        squared <= L**2 * distance, (squared, 1 / L, distance), halved, inverse, positive
    )


# -- the iterates ----------------------------------------------------------------------------------


@cache
def pitch() -> Proof:
    """0 < h."""
    return solve_hiding(0 < height, (HALF_SIN,), climb().sine, problem().step)


@cache
def defined() -> tuple[Proof, ...]:
    """No constant divides by 0: eta L, slack, cos beta, sin(beta/2), h, 1 - J0; and 0 < A + a^2."""
    forward, positive = problem().step, problem().smooth
    whole, rate = solve(0 < eta * L, forward, positive), solve(0 < J0 / (1 - J0), *given("start"))
    sizes = angle().cosine, climb().sine, pitch(), forward, positive, problem().inside, whole
    return *sizes, rate, *given("start"), put(solve(0 < A + a**2, assume(0 < A)))


def defined_at(place: Mapping[Term, Term]) -> tuple[Proof, ...]:
    """The landscape and its policy are numbers at a place."""
    spans = put(inverses()[0]), put(inverses()[4])
    here = *(instantiate(fact, place) for fact in spans), *present(substitute(FIELD, place))
    return *here, *defined()


@cache
def gap_is_slope(vector: tuple[Term, ...]) -> tuple[Proof, ...]:
    """g+ - g- is grad f: E+[s] is the score of the right response, E-[s] that of the wrong one."""
    now = at_iterate()[0].conclusion.args[0]
    masses = tuple(exp(logp_at(name, now)) for name in LOGP)
    known = shares_at(now)
    parts = tuple(share(name, now) for name in LOGP)
    found = []
    for component, slope in zip(vector, at_iterate()[1:], strict=True):
        plus, minus = component.args[0], component.args[1].args[0]
        there = slope.conclusion.args[0]
        right, wrong = (there * part_of for part_of in parts)
        first = solve_hiding(eq(plus, right), (there, *parts, *masses), known[0])
        second = solve_hiding(eq(minus, wrong), (there, *parts, *masses), known[0])
        whole = solve_hiding(eq(right - wrong, there), (there, *parts, *masses), *known)
        found.append(
            solve_hiding(
                eq(component, there), (plus, minus, right, wrong, there), first, second, whole
            )
        )
    return tuple(found)


@cache
def pace() -> Proof:
    """0 < eps h: how much f falls in each step."""
    return solve_hiding(0 < DROP, (CONSTANTS[drift], height), conditions()[4], pitch())


@cache
def falling() -> Proof:
    """J falls from one iterate to the next."""
    before = at_iterate()[0]
    after = instantiate(before, {k: k + 1})
    now, then = before.conclusion.args[0], after.conclusion.args[0]
    names = now, then, CONSTANTS[drift], height, F0
    return falls(solve_hiding(then < now, names, before, after, pace()))


@cache
def late() -> Proof:
    """0 < eps, N(eps) <= k  |-  J <= eps at iterate k."""
    value = at_iterate()[0]
    now = value.conclusion.args[0]
    names = now, F0, log(eps), CONSTANTS[drift], height
    low = solve_hiding(now <= log(eps), names, value, assume(NUMBER <= k), pace())
    return at_most(low, eps, assume(0 < eps))


@cache
def start_rate() -> Proof:
    """J(0) = J0."""
    value = instantiate(at_iterate()[0], {k: const(0)})
    first = value.conclusion.args[0]
    same = equal_inside(solve_hiding(eq(first, F0), (first, F0, CONSTANTS[drift]), value), success)
    sides = same.conclusion.args
    return solve_hiding(eq(sides[0], J0), sides, same, begins(J0, *given("start")))


def existence(goal: Term) -> Existence:
    """The properties of the goal, in the model."""
    policy, regular, steepest, decreasing, vanishes = interpret(goal, model()).args
    normalised, slopes, binary, starts = policy.args
    size, close = regular.args
    anywhere, at_step = defined_at({}), defined_at(AT_ITERATE)
    at_start, next_step = (
        defined_at({x: substitute(i, {k: n}) for x, i in AT_ITERATE.items()})
        for n in (const(0), k + 1)
    )
    return Existence(
        model(),
        both(
            both(
                conclude_parts(normalised, *anywhere),
                conclude_parts(slopes, *map(put, map(differentiable, LOGP)), *defined_at(LINE)),
                conclude_parts(binary),
                conclude(starts, start_rate(), *at_start),
            ),
            both(
                conclude_parts(size, *map(put, map(bounded, LOGP)), *anywhere),
                conclude_parts(
                    close, *map(put, map(lipschitz, LOGP)), *anywhere, *defined_at(ELSEWHERE)
                ),
            ),
            generalise(along_gap(steepest.args[1], *at_step), k),
            conclude_parts(decreasing, falling(), *at_step, *next_step),
            conclude_parts(vanishes, discharge(late(), NUMBER <= k), pace(), *at_step),
        ),
        NUMBERS,
    )


def along_gap(formula: Term, *known: Proof) -> Proof:
    """The gap vector has the length gap, and the step is eta along it: in the model, at step k."""
    vector = tuple(move.args[1].args[1] for move in formula.args[1:])
    same = gap_is_slope(vector)
    slopes = tuple(x.conclusion.args[1] for x in same)
    hidden = *vector, *slopes
    found = [solve_hiding(eq(dot(vector, vector), gap**2), hidden, *same, length())]
    for component, equal, arrival in zip(vector, same, arrives(), strict=True):
        moved_by, along = arrival.conclusion.args
        hidden = moved_by, component, along.args[1]
        found.append(solve_hiding(eq(moved_by, eta * component), hidden, equal, arrival))
    return conclude(formula, both(*found), *known)


NUMBERS = {
    "log odds at (p, q, z)": "f0 + (l/2) B log(B/(A + p^2 + q^2)) + 2 kappa a^2 N/(a^2 + p^2 + q^2)"
    " - eps z",
    "N": "2 p q cos(tau z) - (p^2 - q^2) sin(tau z)",
    "beta": "(1 - 2 gap/(eta L))/400",
    "iterate k": "(-a sin phi, a cos phi, h k), phi = k (pi + 2 beta)",
    "N(eps)": "(f0 - log eps)/(eps h)",
}


def witness() -> Instance:
    """J0 = 1/2, gap = 1/100, L = 1 and a step of 21/1000: 2.1 gap/L."""
    values = {J0: half, gap: const(1) / 100, L: const(1), eta: const(21) / 1000}
    numbers = {"J0": "1/2", "gap": "1/100", "L": "1", "eta": "21/1000"}
    return proved_witness(STATEMENT, Model({}, {}, values), (), numbers)
