"""x -> x (eta - x) is the same at both ends of a step. At its start E+[s] = L eta/2 and E-[s] =
-rho/(1-rho) L eta/2, so the gap is L eta/(2(1-rho))."""

from theory.proofs._prelude import *
from theory.kernel.existence import Existence
from theory.proofs._hill import BENT, GENTLE, HILL, RATE, Hill, bend, rise, start
from theory.proofs._witness import RIGHT, WRONG, Rows
from theory.proofs._witness import witness as proved_witness
from theory.statements.fixed_step_floor_attained import STATEMENT, rho

VALUES = {start: log(rho), rise: L * eta / 2, bend: L}

given = partial(assumed, STATEMENT)


@cache
def hill() -> Hill:
    low, positive, short = given("low", "positive_L", "short")
    shape = Hill(VALUES, ())
    rise_above, rate = shape.at(HILL) - log(rho), shape.at(RATE)
    eighth = const(1) / 8
    square = solve(0 <= (eta - 2 * t) ** 2 * L, positive)
    small = solve(rise_above <= eighth, square, short)
    most = solve(exp(eighth) <= const(8) / 7, tangent(-eighth), exp_inverse(eighth))
    split = exp_sum(log(rho), rise_above, shape.at(HILL))
    origin = exp_log(solve(0 < rho, low))
    rare = solve(rate <= const(2) / 7, split, origin, exp_monotone(small), most, low)
    bent = solve(shape.at(BENT), positive)
    inside = assume(shape.at(GENTLE).args[1].args[0])
    slope = shape.at(GENTLE).args[1].args[1].args[0].args[0]
    steep = solve(absolute(slope) <= L * eta / 2, positive, inside)
    square = solve(slope**2 <= L / 2, steep, positive, short)
    gentle = generalise(discharge(square, inside.conclusion), t)
    return Hill(VALUES, (generalise(rare, t), bent, gentle))


@cache
def model() -> Model:
    functions: dict[Symbol, Rows] = {
        **hill().functions(AT_K, k),
        steps: {(): Lambda((k,), eta)},
    }
    return Model({RESPONSE: (RIGHT, WRONG)}, functions, parameters=frozenset((rho, L, eta)))


@cache
def ends() -> tuple[Proof, ...]:
    """p = rho at both ends."""
    positive = exp_log(solve(0 < rho, *given("low")))
    rates = [
        solve(eq(hill().at(RATE, x), rho), positive, exp_equal(hill().at(HILL, x), log(rho)))
        for x in (const(0), eta)
    ]
    return (*rates, *hill().others(0), *hill().others(eta), *given(*STATEMENT.formal_hypotheses))


def existence(goal: Term) -> Existence:
    """The properties of the goal, in the model."""
    policy, stays = interpret(goal, model()).args
    normalised, differentiable, binary, constant, continued, smooth = policy.args
    others, edge, shape = hill().others(), ends(), hill()
    level = equal_inside(solve(eq(1 - shape.at(RATE, 0), 1 - shape.at(RATE, eta)), *edge), log)
    right = solve(eq(shape.at(HILL, eta), shape.at(HILL, 0)))
    proved = both(
        conclude_parts(normalised, *others, *given("low")),
        conclude_parts(differentiable, *shape.slopes(), *others, *given("low")),
        conclude_parts(binary),
        conclude_parts(constant),
        conclude_parts(continued, right, level, *edge),
        conclude_parts(smooth, *shape.steadies(), *others, *edge),
    )
    return Existence(model(), both(proved, conclude_parts(stays, *edge)), NUMBERS)


NUMBERS = {
    "log J at x": "log rho + (L/2) x (eta - x)",
    "x at even steps": "0, forwards",
    "x at odd steps": "eta, backwards",
    "gap": "L eta/(2 (1 - rho))",
}


def witness() -> Instance:
    """rho = 1/5, L = 1, eta = 1/2: the gap is 5/16."""
    values = {rho: const(1) / 5, L: const(1), eta: const(1) / 2}
    numbers = {"rho": "1/5", "L": "1", "eta": "1/2"}
    return proved_witness(STATEMENT, Model({}, {}, values), (), numbers)
