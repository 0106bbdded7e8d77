"""The hill log J = log J0 + (1-J0) gap t - L t^2/2: Jensen's inequality and the remainder are
equalities, as there is one correct response."""

from theory.proofs._prelude import *
from theory.kernel.existence import Existence
from theory.proofs._hill import BENT, GENTLE, HILL, RATE, Hill, bend, rise, start
from theory.proofs._witness import RIGHT, WRONG
from theory.proofs._witness import witness as proved_witness
from theory.statements._collapse import J0, gap
from theory.statements.worst_case_attained import STATEMENT

VALUES = {start: log(J0), rise: (1 - J0) * gap, bend: L}

given = partial(assumed, STATEMENT)


@cache
def origin() -> Proof:
    """e^(log J0) = J0."""
    return exp_log(solve(0 < J0, *given("rare")))


@cache
def hill() -> Hill:
    shape, positive = Hill(VALUES, ()), given("positive_L")
    above, rate = shape.at(HILL) - log(J0), shape.at(RATE)
    climb = solve(conj(0 <= VALUES[rise], VALUES[rise] <= gap), *given("rare", "flat"))
    square = solve(0 <= L * (L * t - VALUES[rise]) ** 2, *positive)
    steep = solve_hiding(2 * VALUES[rise] ** 2 <= L, (VALUES[rise],), climb, *given("flat"))
    small = solve_hiding(above <= half, (VALUES[rise],), square, steep, *positive)
    most = solve(exp(half) <= 2, tangent(-half), exp_inverse(half))
    split = exp_sum(log(J0), above, shape.at(HILL))
    rare = solve(rate <= const(2) / 7, split, origin(), exp_monotone(small), most, *given("rare"))
    condition, gentle = shape.at(GENTLE).args[1].args
    inside = assume(condition)
    walked = solve(conj(0 <= L * t, L * t <= L * eta), inside, *positive)
    reach = solve(2 * (L * eta) ** 2 <= L, *given("short"), *positive)
    hidden = VALUES[rise], L * t, L * eta
    slow = solve_hiding(gentle, hidden, walked, reach, climb, steep, solve(0 <= L * eta, walked))
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
    parameters = frozenset(STATEMENT.parameters)
    return Model({RESPONSE: (RIGHT, WRONG)}, hill().functions(STEP), parameters=parameters)


@cache
def ends() -> tuple[Proof, ...]:
    """p = J0 at the start, J0 e^x at the end."""
    shape, x = hill(), eta * (1 - J0) * gap - L * eta**2 / 2
    return (
        solve(eq(shape.at(RATE, 0), J0), origin(), exp_equal(shape.at(HILL, 0), log(J0))),
        solve(
            eq(shape.at(RATE, eta), J0 * exp(x)), origin(), exp_sum(log(J0), x, shape.at(HILL, eta))
        ),
        *shape.others(0),
        *given("rare", "flat", "positive_L", "short", "scores"),
    )


def existence(goal: Term) -> Existence:
    """The properties of the goal, in the model."""
    goal, shape = interpret(goal, model()), hill()
    return Existence(model(), shape.one_update(goal, ends(), given("rare")), NUMBERS)


NUMBERS = {"log J at t": "log J0 + (1 - J0) gap t - L t^2/2"}


def witness() -> Instance:
    """J0 = 1/10, gap = 1/2, L = G = 1, eta = 1/2."""
    values = {J0: const(1) / 10, gap: half, L: const(1), G: const(1), eta: half}
    numbers = {"J0": "1/10", "gap": "1/2", "L": "1", "G": "1", "eta": "1/2"}
    return proved_witness(STATEMENT, Model({}, {}, values), (), numbers)
