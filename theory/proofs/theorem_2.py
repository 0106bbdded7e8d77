"""Two responses with log odds f(x) = f0 + c x + (A/w) sin(w x), A = L eta/8, c = gap - A.

With w = 2 pi/eta, at x = k eta the slope is c + A = gap, and f((k+1) eta) - f(k eta) = c eta < 0:
the sine hides the drift from the gradient. Scores are f'(1-J) and -f'J: at most 2A <= G, and
L-Lipschitz because A w + A^2 <= L.
"""

from theory.proofs._prelude import *
from theory.kernel.existence import Existence
from theory.proofs._landscape import *
from theory.proofs._witness import REWARD, Rows
from theory.proofs._witness import witness as proved_witness
from theory.statements._collapse import (
    J0,
    LOGP,
    NUMBER,
    OMEGA,
    RIGHT,
    SCORE,
    SHARE,
    SLOPE,
    WRONG,
    N,
    at_position,
    gap,
    x,
)
from theory.statements.theorem_2 import STATEMENT


@cache
def model() -> Model:
    def rows(table: dict[str, Term]) -> Rows:
        return {(name,): Lambda((k, t), at_position(term, HERE)) for name, term in table.items()}

    functions: dict[Symbol, Rows] = {
        AT_K.logp_symbol: rows(LOGP),
        AT_K.score_symbol: rows(SCORE),
        AT_K.reward_symbol: REWARD,
        steps: {(): Lambda((k,), eta)},
        N: {(): Lambda((eps,), NUMBER)},
    }
    parameters = frozenset((J0, gap, L, G, eta))
    return Model({RESPONSE: (RIGHT, WRONG)}, functions, parameters=parameters)


@cache
def start_rate() -> tuple[Proof, ...]:
    """e^f(0) = J0/(1-J0)."""
    ratio = solve(0 < J0 / (1 - J0), *given("start"))
    return exp_log(ratio), *given("start")


@cache
def defined() -> tuple[Proof, ...]:
    """What makes f a number: 0 < J0/(1-J0), eta and w are not 0."""
    start = assume(HYPOTHESES["start"])
    positive, _, pi = frame()
    ratio = solve(0 < J0 / (1 - J0), start)
    return start, ratio, positive, solve(0 < OMEGA, positive, pi)


def existence(goal: Term) -> Existence:
    """The properties of the goal, in the model."""
    properties = interpret(goal, model())
    normalised, differentiable, binary, constant, one_policy, begins = properties.args[0].args
    bounded, lipschitz = properties.args[1].args
    aligned, falling, vanishing = properties.args[2].args
    names = (RIGHT, WRONG)
    here, start, origin = (facts_at(where) for where in (HERE, k * eta + 0, const(0) * eta + 0))
    later = tuple(instantiate(fact, {k: k + 1}) for fact in start)
    along = const(0) * eta + HERE
    same = solve(eq(HERE, along))
    moved = (equal_inside(same, Lambda((x,), LOGP[name])) for name in names)
    policy = both(
        conclude_parts(normalised, *defined(), *here),
        conclude_parts(differentiable, *defined(), *here, *map(logp_slope, names)),
        conclude_parts(binary, *defined()),
        conclude_parts(constant, *defined()),
        conclude_parts(one_policy, *defined(), *moved, *here, *facts_at(along)),
        conclude_parts(begins, *defined(), *origin, equal_inside(start_odds(), exp), *start_rate()),
    )
    regular = both(
        conclude_parts(
            bounded, *defined(), *here, *(put(score_bounded(name), HERE) for name in names)
        ),
        conclude_parts(
            lipschitz, *defined(), *here, *facts_at(k * eta + u), *map(lipschitz_on_line, names)
        ),
    )
    collapse = both(
        conclude_parts(aligned, *defined(), *start, *alignment(aligned.args[1].args[1])),
        conclude_parts(falling, *defined(), *start, *later, falls()),
        conclude_parts(vanishing, *start, below_level(), pace(), *defined()),
    )
    return Existence(model(), both(policy, regular, collapse), NUMBERS)


def alignment(gap_term: Term) -> tuple[Proof, ...]:
    """E+[s] is the score of the correct response, E-[s] that of the wrong one: their difference is
    f' = gap."""
    start = facts_at(k * eta + 0)
    plus, minus = gap_term.args[0], gap_term.args[1].args[0]
    right, wrong = (at_position(SCORE[name], k * eta + 0) for name in (RIGHT, WRONG))
    slope = at_position(SLOPE, k * eta + 0)
    shares_add = solve(eq(at_position(SHARE[RIGHT] - SHARE[WRONG], k * eta + 0), 1), *start)
    whole = solve_hiding(
        eq(right - wrong, slope),
        (slope, *(at_position(SHARE[name], k * eta + 0) for name in (RIGHT, WRONG))),
        shares_add,
    )
    hidden = right, wrong, *(at_position(exp(LOGP[name]), k * eta + 0) for name in (RIGHT, WRONG))
    masses = solve(0 < hidden[2], *start), solve(0 < hidden[3], *start)
    one = solve(eq(hidden[2] + hidden[3], 1), *start)
    first = solve_hiding(eq(plus, right), hidden, *masses, one)
    second = solve_hiding(eq(minus, wrong), hidden, *masses, one)
    return first, second, whole, at_iterate()[1], *masses, one


NUMBERS = {
    "log odds at x": "log(J0/(1-J0)) + (gap - A) x + (A/w) sin(w x)",
    "A": "L eta/8",
    "w": "2 pi/eta",
    "x at step k": "k eta",
    "N(eps)": "(log(J0/(1-J0)) - log eps)/((A - gap) eta)",
}


def witness() -> Instance:
    """J0 = 1/2, L = 1, G = 2, gap = 1/1000 and a step of 1/5: 60/5000 <= 1/5 <= 1/(2 sqrt 5)."""
    values = {J0: half, gap: const(1) / 1000, L: const(1), G: const(2), eta: const(1) / 5}
    numbers = {"J0": "1/2", "gap": "1/1000", "L": "1", "G": "2", "eta": "1/5"}
    return proved_witness(STATEMENT, Model({}, {}, values), (), numbers)
