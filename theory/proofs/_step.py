"""Facts about one update that several claims use; all hypotheses are those of the step
statements."""

from theory.proofs._prelude import *
from theory.proofs import hoeffding_lemma, smoothness_remainder
from theory.statements import hoeffding_lemma as hoeffding
from theory.statements import jensen_exp as jensen
from theory.statements import smoothness_remainder as smoothness

PI = exp(STEP.logp())


@cache
def success_interior() -> tuple[Proof, Proof]:
    """0 < J and J < 1."""
    interior = assume(STEP.interior())
    return part(interior, 0), part(interior, 1)


@cache
def weights_nonnegative() -> tuple[Proof, Proof]:
    """0 <= r(o) pi(o) and 0 <= (1 - r(o)) pi(o)."""
    reward, positive = at(STEP.verifiable(), o), exp_positive(STEP.logp())
    return (
        solve(0 <= STEP.correct(), reward, positive),
        solve(0 <= STEP.incorrect(), reward, positive),
    )


def incorrect_mass(where: TermLike = 0) -> Proof:
    """The weights of the incorrect responses sum to 1 - J."""
    mass = exp(STEP.logp(where))
    split = solve(eq(STEP.incorrect(where), mass - STEP.correct(where)))
    added = sum_equal(split, o, (1, mass), (-1, STEP.correct(where)))
    normalised = at(STEP.normalised(), where)
    return solve(eq(total(o, STEP.incorrect(where)), STEP.failure(where)), added, normalised)


@cache
def mean_score(where: TermLike = 0) -> Proof:
    """sum of pi * score = 0: differentiate sum pi = 1."""
    mass = total(o, exp(STEP.logp(t)))
    moving = differentiate(t, mass, at(STEP.differentiable(), o))
    normalised = at(STEP.normalised(), t)
    slope = moving.conclusion.args[2]
    constant = rename_derivative(moving, normalised, solve(eq(slope, slope)))
    vanishing = specialise(derivative_unique(constant, differentiate(t, const(1))), lift(where))
    pi, slope_there = exp(STEP.logp(where)), vanishing.conclusion.args[0]
    pointwise = solve(eq(slope_there.args[1], pi * STEP.score(where)))
    total_score = sum_equal(pointwise, o, (1, pi * STEP.score(where)))
    return solve(eq(total(o, pi * STEP.score(where)), 0), vanishing, total_score)


@cache
def balance(where: TermLike = 0) -> Proof:
    """sum r pi s + sum (1-r) pi s = 0."""
    score, pi = STEP.score(where), exp(STEP.logp(where))
    right, wrong = STEP.correct(where) * score, STEP.incorrect(where) * score
    both_kinds = solve(eq(pi * score, right + wrong))
    added = sum_equal(both_kinds, o, (1, right), (1, wrong))
    return solve(eq(total(o, right) + total(o, wrong), 0), added, mean_score(where))


def reweighting(before: Term, after: Term) -> Proof:
    """weight' = weight * e^X, for the weights before and after the update."""
    logp, moved = STEP.logp(), STEP.logp(eta)
    return solve(eq(after, before * exp(moved - logp)), exp_sum(logp, moved - logp, moved))


def kind(correct: bool) -> tuple[Term, Term, Proof, Proof]:
    """For the correct (or incorrect) responses: weights before and after the update, and proofs
    that the weights are not negative and that their sum is positive (0 < J is a hypothesis)."""
    nonnegative = weights_nonnegative()[0 if correct else 1]
    if correct:
        return STEP.correct(), STEP.correct(eta), nonnegative, assume(0 < STEP.success())
    high = success_interior()[1]
    positive = solve(0 < total(o, STEP.incorrect()), high, incorrect_mass())
    return STEP.incorrect(), STEP.incorrect(eta), nonnegative, positive


def with_interior(proof: Proof) -> Proof:
    """Take 0 < J from the hypothesis 0 < J < 1."""
    positive = success_interior()[0]
    return use(proof, positive) if positive.conclusion in proof.hypotheses else proof


@cache
def remainder() -> Proof:
    """|X - eta s| <= L eta^2/2."""
    return smoothness_remainder.prove(smoothness.STATEMENT.formal_conclusion)


WITHIN_CURVATURE = forall(
    o, absolute(STEP.logp(eta) - STEP.logp(0) - eta * STEP.score()) <= L * eta**2 / 2
)


@cache
def ceiling(correct: bool) -> Proof:
    """W' <= W * exp(eta*m + (L + G^2) eta^2/2), for W = J (or 1-J): Hoeffding's lemma."""
    return use(ceiling_within(correct), generalise(remainder(), o))


@cache
def tilted(correct: bool) -> tuple[Proof, Proof]:
    """sum of weights' = sum of weight e^X <= e^(L eta^2/2) sum of weight e^(eta s)."""
    before, after, nonnegative, _ = kind(correct)
    score, X, loss = STEP.score(), STEP.logp(eta) - STEP.logp(0), L * eta**2 / 2
    moved = sum_equal(reweighting(before, after), o, (1, before * exp(X)))
    above = exp_monotone(solve(X <= eta * score + loss, at(WITHIN_CURVATURE, o)))
    pointwise = solve(
        before * exp(X) <= before * exp(eta * score) * exp(loss),
        above,
        exp_sum(eta * score, loss),
        nonnegative,
    )
    return moved, sum_at_most(pointwise, o, (exp(loss), before * exp(eta * score)))


def of_scores(lemma: Proof, correct: bool) -> Proof:
    """A lemma about weights and values in [-G, G], for the weights and scores of one kind."""
    before, _, nonnegative, positive = kind(correct)
    functions = {jensen.weight: Lambda((o,), before), jensen.value: Lambda((o,), STEP.score())}
    return use(instantiate(lemma, {u: eta}, functions), generalise(nonnegative, o), positive)


@cache
def ceiling_within(correct: bool) -> Proof:
    """The same, from |X - eta s| <= L eta^2/2 alone."""
    before, after, _, positive = kind(correct)
    score, loss = STEP.score(), L * eta**2 / 2
    mass, mass_next = total(o, before), total(o, after)
    moment = of_scores(hoeffding_lemma.prove(hoeffding.STATEMENT.formal_conclusion), correct)
    inner = moment.conclusion.args[1].args[0]
    exponent = eta * (total(o, before * score) / mass) + (L + G**2) * eta**2 / 2
    return solve(
        mass_next <= mass * exp(exponent),
        *tilted(correct),
        moment,
        exp_sum(inner, loss, exponent),
        exp_positive(loss),
        positive,
    )
