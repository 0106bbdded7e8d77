"""Two responses with log odds f = f0 - k d + gap t - L t^2/2 on update k, d = L eta^2/2 - gap eta.

On the way the slope gap - L t lies between gap and gap - L eta, so its square is at most L; and f''
is -L."""

from theory.proofs._prelude import *
from theory.kernel.existence import Existence
from theory.proofs._two_responses import (
    ON_THE_WAY,
    at_most,
    begins,
    end,
    falls,
    logp,
    logp_slope,
    present,
    share,
    start,
    steady,
    success,
)
from theory.proofs._witness import LOGP, REWARD, Rows, facts_at, shares_at
from theory.proofs._witness import witness as proved_witness
from theory.statements._collapse import J0, N, gap
from theory.statements.overshooting_aligned import STATEMENT

F0, DROP = log(J0 / (1 - J0)), L * eta**2 / 2 - gap * eta
ODDS, SLOPE = F0 - k * DROP + gap * t - L * t**2 / 2, gap - L * t
NUMBER = (F0 - log(eps)) / DROP  # from this step on J is below eps
SCORE = {name: SLOPE * share(name, ODDS) for name in LOGP}

given = partial(assumed, STATEMENT)


@cache
def model() -> Model:
    functions: dict[Symbol, Rows] = {
        AT_K.logp_symbol: {(name,): Lambda((k, t), logp(name, ODDS)) for name in LOGP},
        AT_K.score_symbol: {(name,): Lambda((k, t), f) for name, f in SCORE.items()},
        AT_K.reward_symbol: REWARD,
        steps: {(): Lambda((k,), eta)},
        N: {(): Lambda((eps,), NUMBER)},
    }
    return Model({RESPONSE: tuple(LOGP)}, functions, parameters=frozenset((J0, gap, L, eta)))


@cache
def line() -> Proof:
    raw = differentiate(t, ODDS)
    return rename_derivative(raw, solve(eq(ODDS, ODDS)), solve(eq(raw.conclusion.args[2], SLOPE)))


@cache
def bend() -> Proof:
    raw = differentiate(t, SLOPE)
    return rename_derivative(raw, solve(eq(SLOPE, SLOPE)), solve(eq(raw.conclusion.args[2], -L)))


@cache
def sizes() -> tuple[Proof, ...]:
    """0 < eta and 0 < d."""
    positive = solve(0 < eta, *given("gap", "positive_L", "late"))
    return positive, solve(0 < DROP, positive, *given("late"))


@cache
def defined() -> tuple[Proof, ...]:
    """0 < J0/(1-J0), 1 - J0 is not 0, and the sizes."""
    odds = solve(0 < J0 / (1 - J0), *given("start"))
    return odds, solve(negate(eq(1 - J0, 0)), *given("start")), *sizes()


@cache
def steep() -> Proof:
    """0 <= t <= eta  |-  f'^2 <= L."""
    low = solve(gap - L * eta <= SLOPE, assume(t <= eta), *given("positive_L"))
    high = solve(SLOPE <= gap, assume(0 <= t), *given("positive_L"))
    return solve_hiding(SLOPE**2 <= L, (SLOPE,), low, high, *given("gap", "late", "turned"))


@cache
def steady_between(name: str) -> Proof:
    """0 <= t, t <= u, u <= eta  |-  |score(u) - score(t)| <= L (u - t)."""
    inside, first, last = assume(ON_THE_WAY), assume(0 <= start), assume(end <= eta)
    square = use(steep(), solve(t <= eta, inside, last), solve(0 <= t, inside, first))
    small = both(
        solve(absolute(-L) <= L, *given("positive_L")),
        solve_hiding(absolute(SLOPE * SLOPE) <= L, (SLOPE,), square),
    )
    return instantiate(steady(name, line(), bend(), L, small), {start: t, end: u})


@cache
def bounded(name: str) -> Proof:
    """0 <= t <= eta  |-  score^2 <= L."""
    part_of = share(name, ODDS)
    small = solve(absolute(part_of) <= 1, *shares_at(ODDS))
    return solve_hiding(SCORE[name] ** 2 <= L, (SLOPE, part_of), steep(), small)


def regular(formula: Term, name: str) -> Proof:
    """Assumption 1 on update k, for one response: in the model."""
    within, between = formula.args
    inside = assume(within.args[0])
    square = use(bounded(name), part(inside, 0), part(inside, 1))
    order = assume(between.args[1].args[0])
    change = use(steady_between(name), *(part(order, j) for j in range(3)))
    here = *present(ODDS), *defined()
    there = *here, *present(substitute(ODDS, {t: u}))
    first = discharge(conclude(within.args[1], square, *here), within.args[0])
    second = discharge(conclude(between.args[1].args[1], change, *there), order.conclusion)
    return both(first, generalise(second, u))


@cache
def joint() -> tuple[Proof, ...]:
    """Log odds at the end of update k and at the start of the next are the same."""
    next_odds, here = substitute(ODDS, {k: k + 1, t: const(0)}), substitute(ODDS, {t: eta})
    same = solve(eq(next_odds, here))
    return same, *(equal_inside(same, partial(logp, name)) for name in LOGP)


@cache
def falling() -> Proof:
    """J is smaller at the start of update k + 1 than at that of update k."""
    now, then = (substitute(ODDS, {k: n, t: const(0)}) for n in (k, k + 1))
    return falls(solve(then < now, sizes()[1]))


@cache
def late() -> Proof:
    """0 < eps, N(eps) <= k  |-  J <= eps at the start of update k."""
    now = substitute(ODDS, {t: const(0)})
    low = solve(now <= log(eps), assume(NUMBER <= k), sizes()[1])
    return at_most(low, eps, assume(0 < eps))


def existence(goal: Term) -> Existence:
    """The properties of the goal, in the model."""
    policy, smooth, collapse = interpret(goal, model()).args
    normalised, differentiable, binary, constant, continued, starts = policy.args
    aligned, falling_, vanishes = collapse.args
    here, origin = present(ODDS), substitute(ODDS, {t: const(0)})
    first = substitute(origin, {k: const(0)})
    before, after = present(origin), present(substitute(origin, {k: k + 1}))
    at_end = present(substitute(ODDS, {t: eta}))
    same = equal_inside(solve(eq(first, F0)), success)
    proved = both(
        conclude_parts(normalised, *here, *defined()),
        conclude_parts(
            differentiable, *(logp_slope(name, line()) for name in LOGP), *here, *defined()
        ),
        conclude_parts(binary),
        conclude_parts(constant),
        conclude_parts(continued, *joint(), *after, *at_end, *defined()),
        conclude_parts(starts, *present(first), same, begins(J0, *given("start")), *defined()),
    )
    cases = zip(LOGP, smooth.args[1].args, strict=True)
    assumption = generalise(both(*(generalise(regular(f.args[1], n), t) for n, f in cases)), k)
    ends = both(
        conclude_parts(aligned, *facts_at(origin), *shares_at(origin), *defined()),
        conclude_parts(falling_, falling(), *before, *after, *defined()),
        conclude_parts(vanishes, discharge(late(), NUMBER <= k), *before, *defined()),
    )
    return Existence(model(), both(proved, assumption, ends), NUMBERS)


NUMBERS = {
    "log odds on update k": "log(J0/(1-J0)) - k d + gap t - L t^2/2",
    "d": "L eta^2/2 - gap eta",
    "N(eps)": "(log(J0/(1-J0)) - log eps)/d",
}


def witness() -> Instance:
    """J0 = 1/2, gap = 1/10, L = 1 and a step of 1: longer than 2/10, shorter than 11/10."""
    values = {J0: half, gap: const(1) / 10, L: const(1), eta: const(1)}
    numbers = {"J0": "1/2", "gap": "1/10", "L": "1", "eta": "1"}
    return proved_witness(STATEMENT, Model({}, {}, values), (), numbers)
