"""Every token but the best has a negative advantage, so u is largest, and positive, at the best
token; V never falls."""

from theory.proofs._prelude import *
from theory.proofs import tabular_ascent
from theory.proofs._softmax import *
from theory.proofs._softmax_witness import BEST, softmax_witness
from theory.statements._common import FORWARD
from theory.statements._softmax import SOFTMAX, best, good, r
from theory.statements.exploration_stage import STATEMENT

HYPOTHESES = STATEMENT.formal_hypotheses
TOP = SOFTMAX.update(best)


@cache
def signs() -> tuple[Proof, Proof]:
    """u(good) < 0 < u(best)."""
    falls = solve(
        SOFTMAX.update(good) < 0,
        at(HYPOTHESES["passed"], good),
        assume(HYPOTHESES["other"]),
        positive(good)[2],
    )
    rises = solve(0 < TOP, assume(HYPOTHESES["unfinished"]), positive(best)[2])
    return falls, rises


@cache
def largest() -> Proof:
    """u(o) <= u(best)."""
    return solve(
        U <= TOP, at_element(U, best), at(HYPOTHESES["passed"], o), signs()[1], positive(o)[2]
    )


def prove(goal: Term) -> Proof:
    falls, rises = signs()
    moves = assume(HYPOTHESES["moves"])
    known = (nonempty(), moved_nonempty(), *positive(best), *positive(good))
    gap = exp_rises(solve(eta * SOFTMAX.update(good) < eta * TOP, moves, falls, rises))
    ahead = solve(
        SOFTMAX.weight(best) * SOFTMAX.moved(good) < SOFTMAX.moved(best) * SOFTMAX.weight(good),
        gap,
        reweighted(best),
        reweighted(good),
        *known,
    )
    most = exp_monotone(solve_hiding(eta * U <= eta * TOP, (U, TOP), largest(), moves))
    capped = solve(E_MOVED <= exp(eta * TOP) * E, most, reweighted(o), positive(o)[0])
    mass = sum_at_most(capped, o, (exp(eta * TOP), E))
    gains = solve(
        SOFTMAX.weight(best) * Z_MOVED <= SOFTMAX.moved(best) * Z, mass, reweighted(best), *known
    )
    rising = use(tabular_ascent.ascent(), solve(FORWARD.formula, moves))
    lasts = solve(
        r(good) < V_MOVED, rising, at(HYPOTHESES["passed"], good), assume(HYPOTHESES["other"])
    )
    return conclude(goal, falls, rises, ahead, gains, lasts, *known)


def witness() -> Instance:
    return softmax_witness(STATEMENT, BEST)
