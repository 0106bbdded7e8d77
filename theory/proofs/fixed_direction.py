"""From both ends to x = U eta/(L + U), where L x = U (eta - x): the mean value theorem twice."""

from theory.proofs._prelude import *
from theory.proofs._witness import Rows
from theory.proofs._witness import witness as proved_witness
from theory.statements._common import gap
from theory.statements.fixed_direction import STATEMENT, U, f, loss, slope

HYPOTHESES = STATEMENT.formal_hypotheses
X = U * eta / (L + U)
REST = eta - X


def prove(goal: Term) -> Proof:
    constants, aligned = assume(HYPOTHESES["constants"]), assume(HYPOTHESES["aligned"])
    derivative = assume(HYPOTHESES["differentiable"])
    times = solve(eq(X * (L + U), U * eta), constants)
    low = solve_hiding(0 <= X, (X,), times, constants)
    high = solve_hiding(X <= eta, (X,), times, constants)
    balance = solve_hiding(eq(L * X, U * REST), (X,), times)

    def on_segment(*ordered: Proof) -> Proof:
        return both(solve(0 <= t, *ordered), solve(t <= eta, *ordered))

    first = assume(const(0) <= t), assume(t <= X)
    falls = apply_implication(at(HYPOTHESES["falls"], t), on_segment(*first, high))
    forth = differentiate(t, f(t) - slope(0) * t + L * t**2 / 2, derivative)
    forwards = nondecreasing(forth, solve(0 <= forth.conclusion.args[2], falls), const(0), X)
    second = assume(X <= t), assume(t <= eta)
    rises = apply_implication(at(HYPOTHESES["rises"], t), on_segment(*second, low))
    back = differentiate(t, f(t) - slope(eta) * t - U * (eta - t) ** 2 / 2, derivative)
    backwards = nondecreasing(back, solve(0 <= back.conclusion.args[2], rises), X, eta)
    halves = use(forwards, low), use(backwards, high)

    worth = loss(2)
    cost = solve(eq(worth * (2 * (L + U)), L * U * eta**2), constants)
    squares = solve_hiding(
        eq(L * X**2 + U * REST**2, 2 * worth), (X, worth), balance, times, cost, constants
    )
    rest = solve(0 <= REST, high)
    gains = (
        solve_hiding(X * gap <= X * slope(0), (X,), part(aligned, 0), low),
        solve_hiding(REST * gap <= REST * slope(eta), (X,), part(aligned, 1), rest),
    )
    gain = solve_hiding(gap * eta - worth <= f(eta) - f(0), (X, worth), *halves, *gains, squares)
    short = assume(conj(0 < eta, L * U * eta < 2 * gap * (L + U)))
    price = solve_hiding(worth < gap * eta, (worth,), cost, short, constants)
    up = discharge(solve(f(0) < f(eta), gain, price), short.conclusion)
    return conclude(goal, gain, up, constants)


def witness() -> Instance:
    """f(t) = t, with L = U = eta = gap = 1."""
    rows: dict[Symbol, Rows] = {f: {(): Lambda((t,), t)}, slope: {(): Lambda((t,), const(1))}}
    one = const(1)
    model = Model({}, rows, {L: one, U: one, eta: one, gap: one})
    numbers = {"f(t)": "t", "gap": "1", "L": "1", "U": "1", "eta": "1"}
    return proved_witness(STATEMENT, model, (), numbers)
