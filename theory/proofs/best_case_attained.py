"""The hill of worst_case_attained for the incorrect response,
log(1-J) = log F0 - J gap t - L t^2/2: it is walked downhill from the start on."""

from theory.proofs._prelude import *
from theory.kernel.existence import Existence
from theory.proofs._hill import BENT, GENTLE, HILL, RATE, Hill, bend, rise, start
from theory.proofs._witness import RIGHT, WRONG, Rows
from theory.proofs._witness import witness as proved_witness
from theory.statements._collapse import gap
from theory.statements.best_case_attained import F0, STATEMENT

VALUES = {start: log(F0), rise: -((1 - F0) * gap), bend: L}

given = partial(assumed, STATEMENT)


@cache
def origin() -> Proof:
    """e^(log F0) = F0."""
    return exp_log(solve(0 < F0, *given("rare")))


@cache
def hill() -> Hill:
    shape, positive = Hill(VALUES, ()), given("positive_L")
    above, rate, slope = shape.at(HILL) - log(F0), shape.at(RATE), VALUES[rise]
    fall = solve(conj(slope <= 0, -gap <= slope), *given("rare", "forward"))
    walk = solve(conj(0 <= L * eta, 0 <= gap), *given("forward"), *positive)
    short = given("short")
    steep = solve_hiding(2 * slope**2 <= L, (slope, L * eta), fall, walk, *short)
    square = solve(0 <= L * (L * t - slope) ** 2, *positive)
    small = solve_hiding(above <= half, (slope,), square, steep, *positive)
    most = solve(exp(half) <= 2, tangent(-half), exp_inverse(half))
    split = exp_sum(log(F0), above, shape.at(HILL))
    rare = solve(rate <= const(2) / 7, split, origin(), exp_monotone(small), most, *given("rare"))
    condition, gentle = shape.at(GENTLE).args[1].args
    walked = solve(conj(0 <= L * t, L * t <= L * eta), assume(condition), *positive)
    slow = solve_hiding(gentle, (slope, L * t, L * eta), walked, fall, walk, *short)
    return Hill(
        VALUES,
        (
            generalise(rare, t),
            solve(shape.at(BENT), *positive),
            generalise(discharge(slow, condition), t),
        ),
    )


@cache
def model() -> Model:
    functions = hill().functions(STEP)
    lost: Rows = {(RIGHT,): Lambda((), const(0)), (WRONG,): Lambda((), const(1))}
    functions[STEP.reward_symbol] = lost  # the hill is that of the incorrect response
    return Model({RESPONSE: (RIGHT, WRONG)}, functions, parameters=frozenset(STATEMENT.parameters))


@cache
def ends() -> tuple[Proof, ...]:
    """1 - J = F0 at the start, F0 e^x at the end."""
    shape, x = hill(), -(eta * ((1 - F0) * gap)) - L * eta**2 / 2
    return (
        solve(eq(shape.at(RATE, 0), F0), origin(), exp_equal(shape.at(HILL, 0), log(F0))),
        solve(
            eq(shape.at(RATE, eta), F0 * exp(x)), origin(), exp_sum(log(F0), x, shape.at(HILL, eta))
        ),
        *shape.others(0),
        *given("rare", "forward", "positive_L", "short", "scores"),
    )


def existence(goal: Term) -> Existence:
    """The properties of the goal, in the model."""
    goal, shape = interpret(goal, model()), hill()
    return Existence(model(), shape.one_update(goal, ends(), given("rare")), NUMBERS)


NUMBERS = {"log(1 - J) at t": "log F0 - (1 - F0) gap t - L t^2/2"}


def witness() -> Instance:
    """F0 = 1/10, gap = 1/4, L = G = 1, eta = 1/4."""
    quarter = const(1) / 4
    values = {F0: const(1) / 10, gap: quarter, L: const(1), G: const(1), eta: quarter}
    numbers = {"F0": "1/10", "gap": "1/4", "L": "1", "G": "1", "eta": "1/4"}
    return proved_witness(STATEMENT, Model({}, {}, values), (), numbers)
