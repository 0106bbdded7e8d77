"""J' = sum r pi s = E[A s], as the scores have mean zero. (log J)' = J'/J; and J = sin^2 of the
angle gives J' = 2 sin cos times the angle's derivative."""

from theory.proofs._prelude import *
from theory.kernel.terms import cos, sin
from theory.proofs._step import mean_score
from theory.proofs._trigonometry import small_angle
from theory.proofs._witness import REWARD, RIGHT, WRONG, Rows
from theory.proofs._witness import witness as proved_in
from theory.proofs.gradient_identity import derivative
from theory.statements.what_is_maximised import RATE, SIGMA, STATEMENT, angle, turn, update

HYPOTHESES = STATEMENT.formal_hypotheses
scale = var("scale")
SLOPE = total(o, STEP.correct(t) * STEP.score(t))


@cache
def _scaled() -> Proof:
    """0 < c  |-  E[A/c s] = (sum r pi s)/c."""
    right, whole = STEP.correct(t) * STEP.score(t), exp(STEP.logp(t)) * STEP.score(t)
    inside, positive, J = update(scale).args[1], assume(0 < scale), RATE
    split = solve_hiding(
        eq(inside, 1 / scale * right + -J / scale * whole), (exp(STEP.logp(t)), J), positive
    )
    added = sum_equal(split, o, (1 / scale, right), (-J / scale, whole))
    sums = J, SLOPE, total(o, whole), update(scale)
    goal = eq(update(scale), SLOPE / scale)
    return solve_hiding(goal, sums, added, mean_score(t), positive)


def scaled(positive: Proof) -> Proof:
    """From 0 < c: the same at c."""
    return use(instantiate(_scaled(), {scale: positive.conclusion.args[1]}), positive)


def prove(goal: Term) -> Proof:
    arc = at(HYPOTHESES["angle"], t)
    names = sin(angle(t)), cos(angle(t)), RATE
    rate = solve_hiding(0 < RATE, names, arc)
    deviation = solve_hiding(0 < SIGMA, names, arc)
    rises, plain = derivative(), scaled(solve(lift(0) < lift(1)))
    over_J, grpo = scaled(rate), scaled(deviation)
    turning = differentiate(t, sin(angle(t)) ** 2, assume(HYPOTHESES["turns"]))
    same, slope = solve(eq(turning.conclusion.args[1], RATE), arc), turning.conclusion.args[2]
    turned = rename_derivative(turning, same, solve(eq(slope, slope)))
    unique = specialise(derivative_unique(turned, rises), t)
    updates = update(1), update(RATE), update(SIGMA)
    hidden = *names, SLOPE, turn(t), *updates
    log_slope = differentiate(t, log(RATE), rate, rises)
    unchanged = (solve(eq(y, y)) for y in (RATE, log(RATE)))
    slopes = (
        solve(eq(SLOPE, updates[0]), plain),
        solve_hiding(eq(SLOPE / RATE, updates[1]), hidden, over_J),
    )
    climbs = tuple(map(rename_derivative, (rises, log_slope), unchanged, slopes))

    def conclusion(part: Term) -> Proof:
        """A derivative, or what holds at every t."""
        if part.op == "deriv":
            found = next(proof for proof in climbs if proof.conclusion == part)
            return conclude(part, found, rate, deviation)
        known = unique, plain, over_J, grpo, deviation, arc
        turns = solve_hiding(part.args[1], hidden, *known)
        return generalise(conclude(turns.conclusion, turns, rate, deviation), t)

    return both(*map(conclusion, goal.args if goal.op == "and" else (goal,)))


def witness() -> Instance:
    """J = sin^2(x) with x = 1/(1 + e^-t), between 0 and 1."""
    x, rate = 1 / (1 + exp(-t)), exp(-t) / (1 + exp(-t)) ** 2
    positive = solve(0 < 1 + exp(-t), exp_positive(-t))
    between = solve(conj(0 < x, x < 1), positive, exp_positive(-t))
    small = small_angle(x, solve(0 <= x, between))
    sine, cosine = solve(0 < sin(x), between, *small), solve(0 < cos(x), between, *small)
    functions: dict[Symbol, Rows] = {
        STEP.logp_symbol: {
            (RIGHT,): Lambda((t,), 2 * log(sin(x))),
            (WRONG,): Lambda((t,), 2 * log(cos(x))),
        },
        STEP.score_symbol: {
            (RIGHT,): Lambda((t,), 2 * (cos(x) * rate) / sin(x)),
            (WRONG,): Lambda((t,), -2 * (sin(x) * rate) / cos(x)),
        },
        STEP.reward_symbol: REWARD,
        angle: {(): Lambda((t,), x)},
        turn: {(): Lambda((t,), rate)},
    }
    squares = []
    for part in (sine, cosine):
        logarithm = log(part.conclusion.args[1])
        squares += [exp_log(part), exp_sum(logarithm, logarithm, 2 * logarithm)]
    model = Model({RESPONSE: (RIGHT, WRONG)}, functions, {})
    whole = solve(negate(eq(1 + exp(-t), 0)), positive)
    known = sine, cosine, small[3], *squares
    facts = dict.fromkeys(("differentiable", "turns"), (positive, whole, sine, cosine))
    return proved_in(STATEMENT, model, known, {"J": "sin^2(1/(1 + e^-t))"}, facts)
