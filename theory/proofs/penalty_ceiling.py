"""Jensen for exp: e^(c J' - KL) <= E'[e^(c r) pi/pi'] = E[e^(c r)] = Z."""

from theory.proofs._prelude import *
from theory.proofs import jensen_exp
from theory.proofs._witness import step_witness
from theory.statements import jensen_exp as jensen
from theory.statements._grpo import BINARY
from theory.statements.penalty_ceiling import CEILING as Z
from theory.statements.penalty_ceiling import STATEMENT, c

r, RIGHT = STEP.reward, STEP.correct()
BEFORE, AFTER = exp(STEP.logp()), exp(STEP.logp(eta))
X = c * r - (STEP.logp(eta) - STEP.logp())
TOP = exp(c)
J, J_NEXT = STEP.success(), STEP.success(eta)


@cache
def tilt() -> Proof:
    """e^(c r) = 1 + r (e^c - 1), for rewards 0 and 1."""
    hole = var("hole")
    at_value = (
        discharge(congruence(assume(eq(r, value)), hole, exp(c * hole)), eq(r, value))
        for value in (0, 1)
    )
    nothing = exp_equal(c * const(0), const(0))
    one = exp_equal(c * const(1), c)
    facts = one, at(BINARY.formula, o), nothing, exp_zero()
    return solve(eq(exp(c * r), 1 + r * (TOP - 1)), *at_value, *facts)


@cache
def positive() -> Proof:
    """0 < Z."""
    binary, positive_pi = at(BINARY.formula, o), exp_positive(STEP.logp())
    low = sum_at_least(solve(0 * BEFORE <= RIGHT, binary, positive_pi), o, (0, BEFORE))
    high = sum_at_most(solve(RIGHT <= 1 * BEFORE, binary, positive_pi), o, (1, BEFORE))
    return solve(0 < Z, low, high, at(STEP.normalised(), 0), exp_positive(c))


def below() -> Proof:
    """c J' - KL <= log Z."""
    whole = at(STEP.normalised(), eta)
    lemma = instantiate(
        jensen_exp.prove(jensen.STATEMENT.formal_conclusion),
        functions={jensen.weight: Lambda((o,), AFTER), jensen.value: Lambda((o,), X)},
    )
    weights = generalise(solve(0 <= AFTER, exp_positive(STEP.logp(eta))), o)
    lemma = use(lemma, weights, solve(0 < total(o, AFTER), whole))
    exponent = lemma.conclusion.args[0].args[0]
    apart = AFTER * (STEP.logp(eta) - STEP.logp())
    parts = solve(eq(AFTER * X, c * STEP.correct(eta) + -1 * apart))
    sums = sum_equal(parts, o, (c, STEP.correct(eta)), (-1, apart))
    value = c * J_NEXT - total(o, apart)
    same = exp_equal(exponent, value, sums, whole)
    moved = exp_sum(STEP.logp(eta), X, STEP.logp() + c * r)
    split = exp_sum(STEP.logp(), c * r)
    tilted = solve(eq(AFTER * exp(X), BEFORE + (TOP - 1) * RIGHT), moved, split, tilt())
    mass = sum_equal(tilted, o, (1, BEFORE), (TOP - 1, RIGHT))
    least = solve(exp(value) <= Z, lemma, same, mass, whole, at(STEP.normalised(), 0))
    return log_at_least(least, positive())


def attained(condition: Term, conclusion: Term) -> Proof:
    """Equality, and the odds, for the tilted policy."""
    here = at(condition, o)
    left, right = here.conclusion.args
    logs = solve(
        eq(exp(STEP.logp(eta) + log(Z)), exp(STEP.logp() + c * r)), here, *sums_of(left, right)
    )
    exponents = exp_injective(logs)
    apart = AFTER * (STEP.logp(eta) - STEP.logp())
    parts = solve(eq(apart, c * STEP.correct(eta) + -log(Z) * AFTER), exponents)
    sums = sum_equal(parts, o, (c, STEP.correct(eta)), (-log(Z), AFTER))
    grown = solve(eq(r * exp(c * r), r * TOP), tilt(), at(BINARY.formula, o))
    weighed = solve_hiding(
        eq(Z * STEP.correct(eta), TOP * RIGHT), (Z, AFTER, BEFORE, exp(c * r), TOP, r), here, grown
    )
    moved = sum_equal(
        solve(eq(Z * STEP.correct(eta), Z * STEP.correct(eta))), o, (Z, STEP.correct(eta))
    )
    rate = sum_equal(weighed, o, (TOP, RIGHT))
    scaled = solve(eq(Z * J_NEXT, TOP * J), rate, moved)
    first, second = conclusion.args
    equality = solve(first, sums, at(STEP.normalised(), eta))
    odds = solve(second, scaled, positive())
    return discharge(conclude(conclusion, equality, odds, positive()), condition)


def sums_of(left: Term, right: Term) -> tuple[Proof, ...]:
    """e^(log pi' + log Z) = pi' Z, and e^(log pi + c r) = pi e^(c r)."""
    scale = exp_log(positive())
    return exp_sum(STEP.logp(eta), log(Z)), exp_sum(STEP.logp(), c * r), scale


def exp_injective(same: Proof) -> Proof:
    """From e^x = e^y: x = y."""
    x, y = (side.args[0] for side in same.conclusion.args)
    below = exp_at_most(solve(exp(x) <= exp(y), same))
    above = exp_at_most(solve(exp(y) <= exp(x), same))
    return solve(eq(x, y), below, above)


def prove(goal: Term) -> Proof:
    if goal.op != "and":
        return conclude(goal, below(), positive())
    bound, (condition, conclusion) = goal.args[0], goal.args[1].args
    return both(conclude(bound, below(), positive()), attained(condition, conclusion))


witness = partial(step_witness, STATEMENT, {c: const(2)})
