"""A bandit to check eq. (17) by hand: three arms, logits t, t and 0, the first one correct.

    pi = 1/(2 + e^-t), 1/(2 + e^-t), 1/(1 + 2 e^t)        J = 1/3 at t = 0
    f  = log J/(1-J) = log e^t/(1 + e^t)                  f' = 1/(1 + e^t),  f'' = -e^t/(1 + e^t)^2

At t = 0 the scores of the two incorrect arms differ by 1, so Var- = 1/4, and Var+ = 0. The
coefficient of eta^2 is f''/2 = -1/8; printed is Var+ - Var- = -1/4.
"""

from theory.proofs._prelude import *
from theory.proofs._witness import ZERO, Rows, witness
from theory.statements.expansion import SECOND, bend, second

RIGHT, NEAR, FAR = "right", "near", "far"
HIGH, LOW = 2 + exp(-t), 1 + 2 * exp(t)
LOGP = {RIGHT: -log(HIGH), NEAR: -log(HIGH), FAR: -log(LOW)}
SCORE = {RIGHT: exp(-t) / HIGH, NEAR: exp(-t) / HIGH, FAR: -(2 * exp(t) / LOW)}
BEND = -(2 * exp(t) / LOW**2)
GAP, GAP_SLOPE = 1 / (1 + exp(t)), -(exp(t) / (1 + exp(t)) ** 2)


@cache
def model() -> Model:
    functions: dict[Symbol, Rows] = {
        STEP.logp_symbol: {(name,): Lambda((t,), f) for name, f in LOGP.items()},
        STEP.score_symbol: {(name,): Lambda((t,), f) for name, f in SCORE.items()},
        bend: {(name,): Lambda((t,), BEND) for name in LOGP},
        STEP.reward_symbol: {
            (name,): Lambda((), const(1 if name == RIGHT else 0)) for name in LOGP
        },
        second: {(): Lambda((t,), GAP_SLOPE)},
    }
    return Model({RESPONSE: (RIGHT, NEAR, FAR)}, functions)


def facts_at(position: Term) -> tuple[Proof, ...]:
    """e^t e^-t = 1, the sizes are positive, and pi * size = 1, at a position."""
    here = [exp_inverse(position), exp_positive(position), exp_positive(-position)]
    for size in (HIGH, LOW):
        there = substitute(size, {t: position})
        positive = solve(0 < there, *here[:3])
        mass = solve(eq(exp(-log(there)) * there, 1), exp_inverse(log(there)), exp_log(positive))
        here += [positive, solve(negate(eq(there, 0)), positive), mass]
    return tuple(here)


def at_zero() -> tuple[Proof, ...]:
    """Every arm has probability 1/3 at t = 0."""
    minus = exp_equal(Term("neg", (ZERO,)), ZERO)
    return (*facts_at(ZERO), exp_zero(), minus)


def gap_slope() -> Proof:
    """The gap is 1/(1 + e^t), and its derivative is as listed."""
    positive = solve(0 < 1 + exp(t), exp_positive(t))
    apart = solve(negate(eq(1 + exp(t), 0)), positive)
    raw = differentiate(t, GAP, apart)
    function, slope = interpret(SECOND.formula, model()).args[1:]
    known = (*facts_at(t), positive)
    same = solve(eq(GAP, function), *known)
    return rename_derivative(raw, same, solve(eq(raw.conclusion.args[2], slope), *known))


def three_arms(statement: Statement) -> Instance:
    numbers = {"J": "1/3", "gap": "1/2", "Var+": "0", "Var-": "1/4", "coefficient": "-1/8"}
    return witness(statement, model(), facts_at(t), numbers, special={"second": gap_slope()})
