"""The inequalities of ``_growth``, for the loss B(o) eta^2/2 of each response o."""

from theory.proofs._prelude import *
from theory.proofs import _growth, smoothness_remainder
from theory.proofs._growth import LOSS, next_positive, side
from theory.proofs._step import success_interior
from theory.proofs._witness import RIGHT, WRONG, Rows, step_witness
from theory.statements import smoothness_remainder as smoothness
from theory.statements._common import curvature
from theory.statements.mean_curvature_step import SMOOTH, STATEMENT, B

OWN_LOSS = curvature(B(o))


@cache
def own_remainder() -> Proof:
    """|log pi'(o) - log pi(o) - eta s| <= B(o) eta^2/2, for every response.

    `smoothness_remainder` has one L for all responses: it is used for a policy of which every
    response is the fixed one, with L = B(fixed)."""
    fixed = var("fixed", RESPONSE)
    here = {o: fixed}
    general = instantiate(
        smoothness_remainder.prove(smoothness.STATEMENT.formal_conclusion),
        {L: B(fixed)},
        {
            STEP.logp_symbol: Lambda((o, t), substitute(STEP.logp(t), here)),
            STEP.score_symbol: Lambda((o, t), substitute(STEP.score(t), here)),
        },
    )
    known = (assume(STEP.differentiable()), assume(SMOOTH.formula))
    alike = (generalise(specialise(fact, fixed), o) for fact in known)
    return generalise(instantiate(use(general, *alike), {fixed: o}), o)


def with_curvatures(fact: Proof) -> Proof:
    """A fact about ``loss``, with B(o) eta^2/2 for it."""
    put = instantiate(fact, functions={LOSS: Lambda((o,), OWN_LOSS)})
    return use(put, own_remainder())


def mean(f: Term, correct: bool) -> Term:
    """E+[f] or E-[f]."""
    return STEP.mean_correct(f) if correct else STEP.mean_incorrect(f)


@cache
def mean_of_loss(correct: bool) -> Proof:
    """The mean of B eta^2/2 is the mean of B, times eta^2/2."""
    weight = STEP.correct() if correct else STEP.incorrect()
    flat = solve(eq(weight * OWN_LOSS, eta**2 / 2 * (weight * B(o))))
    added = sum_equal(flat, o, (eta**2 / 2, weight * B(o)))
    both_means = eq(mean(OWN_LOSS, correct), curvature(mean(B(o), correct)))
    return solve(both_means, added, *success_interior())


@cache
def log_rate_grows(correct: bool) -> Proof:
    """x <= log W' - log W, for W = J and x = eta (1-J) gap - E+[B] eta^2/2 (or W = 1-J, x = -eta J
    gap - E-[B] eta^2/2)."""
    raw = with_curvatures(_growth.log_rate_grows(correct))
    drift = eta * STEP.failure() if correct else -eta * STEP.success()
    x = drift * STEP.alignment() - curvature(mean(B(o), correct))
    return solve(x <= raw.conclusion.args[1], raw, mean_of_loss(correct))


@cache
def rises() -> Proof:
    """J < J' where 0 < eta and eta E+[B] < 2 (1-J) gap: then x > 0, and J' >= J e^x."""
    grows = with_curvatures(_growth.rate_grows(True))
    product, then = grows.conclusion.args
    now, x = product.args[0], product.args[1].args[0]
    F, gap, plus = STEP.failure(), STEP.alignment(), mean(B(o), True)
    short = assume(conj(0 < eta, eta * plus < 2 * F * gap))
    drift, cost = eta * F * gap, curvature(plus)
    worth = solve_hiding(0 < drift - cost, (F, gap, plus), short)
    positive = solve(0 < x, worth, mean_of_loss(True))
    above = solve(now < then, grows, tangent(x), positive, *success_interior())
    return discharge(above, short.conclusion)


@cache
def prove(goal: Term) -> Proof:
    kinds = (True, False)
    logs = (log_rate_grows(correct) for correct in kinds)
    sides = (with_curvatures(side(correct)) for correct in kinds)
    means = (mean_of_loss(correct) for correct in kinds)
    positive = (with_curvatures(next_positive(correct)) for correct in kinds)
    return conclude(goal, *logs, *sides, *means, rises(), *positive, *success_interior())


def witness() -> Instance:
    """The curvature of both responses is at most 1/4; B is 1 for the correct one and 2 for the
    other."""
    rows: Rows = {(RIGHT,): Lambda((), const(1)), (WRONG,): Lambda((), const(2))}
    numbers = {"B(right)": "1", "B(wrong)": "2"}
    return step_witness(STATEMENT, functions={B: rows}, numbers=numbers)
