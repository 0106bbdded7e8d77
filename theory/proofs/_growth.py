"""One update whose remainder is bounded response by response: |X(o) - eta s(o)| <= loss(o).

With loss = L eta^2/2 these are the inequalities of section 3, with loss = L |o| eta^2/2 those of
section 4: ``constant_loss`` and ``theory.proofs._token_step`` put them in.
"""

from theory.proofs._prelude import *
from theory.proofs import alignment_decomposition, jensen_exp
from theory.proofs._step import *
from theory.statements import alignment_decomposition as alignment
from theory.statements import jensen_exp as jensen
from theory.statements._common import curvature

LOSS = Symbol("loss", (RESPONSE,))
X, SCORE, loss = STEP.logp(eta) - STEP.logp(0), STEP.score(), LOSS(o)
WITHIN = forall(o, absolute(X - eta * SCORE) <= loss)


def mean_loss(correct: bool) -> Term:
    """E+[loss] or E-[loss]."""
    return STEP.mean_correct(loss) if correct else STEP.mean_incorrect(loss)


@cache
def growth(correct: bool) -> Proof:
    """W exp(eta m - E[loss]) <= W', for W = J (or 1-J) and its means m and E: Jensen for exp."""
    before, after, nonnegative, positive = kind(correct)
    mass, mass_next = total(o, before), total(o, after)

    average = instantiate(
        jensen_exp.prove(jensen.STATEMENT.formal_conclusion),
        functions={jensen.weight: Lambda((o,), before), jensen.value: Lambda((o,), X)},
    )
    average = use(average, generalise(nonnegative, o), positive)
    moved = sum_equal(reweighting(before, after), o, (1, before * exp(X)))

    near = specialise(assume(WITHIN), o)
    pointwise = solve(before * SCORE * eta - before * loss <= before * X, near, nonnegative)
    mean_growth = sum_at_least(pointwise, o, (eta, before * SCORE), (-1, before * loss))
    exponent = eta * (total(o, before * SCORE) / mass) - total(o, before * loss) / mass
    mean_X = total(o, before * X) / mass
    above = solve(exponent <= mean_X, mean_growth, positive)
    return solve(mass * exp(exponent) <= mass_next, average, moved, exp_monotone(above), positive)


@cache
def shares() -> Proof:
    """m+ = (1-J) gap and m- = -J gap."""
    return alignment_decomposition.prove(alignment.STATEMENT.formal_conclusion)


def rates(correct: bool) -> tuple[Term, Term]:
    """J before and after the update, or 1 - J."""
    if correct:
        return STEP.success(), STEP.success(eta)
    return STEP.failure(), STEP.failure(eta)


@cache
def rate_grows(correct: bool) -> Proof:
    """W exp(x) <= W' with W = J, x = eta (1-J) gap - E+[loss] (or W = 1-J, x = -eta J gap -
    E-[loss])."""
    J, F, gap = STEP.success(), STEP.failure(), STEP.alignment()
    now, then = rates(correct)
    x = (eta * F * gap if correct else -eta * J * gap) - mean_loss(correct)
    raw = with_interior(growth(correct))
    exponent = raw.conclusion.args[0].args[1].args[0]
    interior = success_interior()
    masses = () if correct else (incorrect_mass(), incorrect_mass(eta))
    same = exp_equal(exponent, x, shares(), *masses, *interior)
    return solve(now * exp(x) <= then, raw, same, *masses)


@cache
def next_positive(correct: bool) -> Proof:
    """0 < W'."""
    grows = rate_grows(correct)
    product, then = grows.conclusion.args
    x = product.args[1].args[0]
    return solve(0 < then, grows, exp_positive(x), *success_interior())


@cache
def log_rate_grows(correct: bool) -> Proof:
    """x <= log W' - log W."""
    grows = rate_grows(correct)
    product, then = grows.conclusion.args
    now, x = product.args[0], product.args[1].args[0]
    positive_now = solve(0 < now, *success_interior())
    whole = exp_sum(log(now), x)
    below = solve(exp(log(now) + x) <= then, whole, exp_log(positive_now), grows)
    return solve(x <= log(then) - log(now), log_at_least(below, next_positive(correct)))


@cache
def side(correct: bool) -> Proof:
    """x/(1-W) <= change of log W/(1-W), for W = J (or W = 1-J).

    W' >= W e^x gives 1-W' <= (1-W)(1 - Wx/(1-W)) <= (1-W) e^{-Wx/(1-W)}: both logs move."""
    grows, log_grows = rate_grows(correct), log_rate_grows(correct)
    product = grows.conclusion.args[0]
    W, x = product.args[0], product.args[1].args[0]
    interior = success_interior()
    other, other_next = rates(not correct)
    shrink = -(W * x / other)
    falls = solve(other_next <= other * exp(shrink), grows, tangent(x), tangent(shrink), *interior)
    positive = solve(0 < other, *interior)
    whole = exp_sum(log(other), shrink)
    below = solve(other_next <= exp(log(other) + shrink), falls, whole, exp_log(positive))
    log_falls = log_at_most(below, next_positive(not correct))
    now, then = STEP.log_odds(0), STEP.log_odds(eta)
    change = then - now if correct else -then - -now
    return solve(x / other <= change, log_falls, log_grows, *interior)


# -- the loss L eta^2/2 of Assumption 1 ------------------------------------------------------------


def constant_loss(fact: Proof) -> Proof:
    """A fact about ``loss`` with L eta^2/2 for it, under Assumption 1(b)."""
    put = instantiate(fact, functions={LOSS: Lambda((o,), curvature())})
    return use(put, generalise(remainder(), o))


@cache
def mean_constant(correct: bool) -> Proof:
    """The mean of L eta^2/2 is L eta^2/2."""
    before, _, _, positive = kind(correct)
    mass, weighted = total(o, before), before * curvature()
    spread = sum_equal(solve(eq(weighted, curvature() * before)), o, (curvature(), before))
    return solve(eq(total(o, weighted) / mass, curvature()), spread, positive)


@cache
def smooth_growth(correct: bool) -> Proof:
    """W exp(eta m - L eta^2/2) <= W'."""
    raw = constant_loss(growth(correct))
    product, then = raw.conclusion.args
    now, exponent = product.args[0], product.args[1].args[0]
    tidy = exponent.args[0] - curvature()
    same = exp_equal(exponent, tidy, mean_constant(correct))
    return solve(now * exp(tidy) <= then, raw, same)
