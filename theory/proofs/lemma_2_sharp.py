"""1-J' is bounded through all responses, whose score is a martingale, and J' from below by Jensen.

(1-J) E-[e^{eta S} - 1 - eta S] <= E[e^{eta S}] - 1 <= 2^y - 1 <= 4(2^{1/4} - 1) y, as e^x >= 1 + x,
with y = eta^2 G^2 T_psi <= 1/4 (``token_moment``).
"""

from theory.proofs._prelude import *
from theory.proofs import log_success_step
from theory.proofs._growth import shares
from theory.proofs._psi1 import two
from theory.proofs._step import incorrect_mass, mean_score, reweighting
from theory.proofs._token_step import nonnegative_constants, on_tree, token_remainder
from theory.proofs._tree_policy import all_responses
from theory.proofs._tree_witness import policy_witness
from theory.proofs.token_moment import moment_bounded
from theory.proofs.token_regularity import length_bounded
from theory.proofs.token_sharp_step import interior, positive_next
from theory.statements._tree import VERIFIABLE
from theory.statements.lemma_2_sharp import FACTOR, STATEMENT
from theory.statements.psi1_moment import LOG_2
from theory.tree import TREE, T, T_psi, whole

PI, S = exp(TREE.logp(whole(o))), TREE.score(whole(o))
X = TREE.logp(whole(o), eta) - TREE.logp(whole(o))
J, F = TREE.put(STEP.success()), TREE.put(STEP.failure())
F_NEXT, GAP = TREE.put(STEP.failure(eta)), TREE.put(STEP.alignment())
WRONG, WRONG_NEXT = TREE.put(STEP.incorrect()), TREE.put(STEP.incorrect(eta))
y = eta**2 * G**2 * T_psi
REMAINDER = L * T * eta**2 / 2


@cache
def root_of_two() -> Proof:
    """r^4 = 2 and 0 < r, for r = exp(log 2/4)."""
    quarter = LOG_2 / 4
    squared = exp_sum(quarter, quarter, LOG_2 / 2)
    fourth = exp_sum(LOG_2 / 2, LOG_2 / 2, LOG_2)
    r = exp(quarter)
    return solve(conj(eq(r**4, 2), 0 < r), squared, fourth, two(), exp_positive(quarter))


@cache
def moment_at_eta() -> Proof:
    """E[exp(eta S)] <= 1 + 4(2^{1/4} - 1) y, if 4y <= 1."""
    return moment_on_chord(4, FACTOR, assume(STATEMENT.formal_hypotheses["short"]))


def moment_on_chord(parts: int, factor: Term, short: Proof) -> Proof:
    """E[exp(eta S)] <= 2^y <= 1 + factor y: the chord of 2^y over [0, 1/parts]."""
    light = assume(STATEMENT.formal_hypotheses["light"])
    moment = use(instantiate(moment_bounded(), {u: eta}), solve(2 * y <= 1, short))
    share = parts * y
    between = solve(conj(0 <= share, share <= 1), short, part(light, 0))
    convex = exp_convex(share, LOG_2 / parts, const(0), between)
    same = exp_equal(convex.conclusion.args[0].args[0], y * LOG_2)
    ends = exp_zero(), two(), exp_equal(LOG_2 / 1, LOG_2)
    mean = moment.conclusion.args[0]
    return solve(mean <= 1 + factor * y, moment, convex, same, *ends)


def tilted_failure(factor: Term, moment: Proof) -> Proof:
    """sum of (1-r) pi e^{eta S} <= (1-J)(1 - eta J gap) + factor y."""
    tilt = exp(eta * S)
    reward, weight = at(VERIFIABLE.formula, o), exp_positive(TREE.logp(whole(o)))
    pointwise = solve(
        WRONG * tilt <= 1 * WRONG + eta * (WRONG * S) + 1 * (PI * tilt) + -1 * PI + -eta * (PI * S),
        reward,
        weight,
        tangent(eta * S),
    )
    sums = sum_at_most(
        pointwise, o, (1, WRONG), (eta, WRONG * S), (1, PI * tilt), (-1, PI), (-eta, PI * S)
    )
    balance = on_tree(mean_score()), on_tree(shares()), on_tree(incorrect_mass())
    bound = F * (1 - eta * J * GAP) + factor * y
    drift = solve(eq(total(o, WRONG * S), -J * GAP * F), *balance[1:], *interior())
    return solve(
        total(o, WRONG * tilt) <= bound,
        sums,
        drift,
        balance[0],
        balance[2],
        moment,
        all_responses(),
    )


def log_failure_bounded(factor: Term, moment: Proof) -> Proof:
    """log(1-J') - log(1-J) <= -eta J gap + factor y/(1-J) + L T eta^2/2, from the moment of the
    score."""
    tilt, z = exp(eta * S), -eta * J * GAP + factor * y / F
    near = specialise(token_remainder(), o)
    close = solve(X <= eta * S + REMAINDER, near, length_bounded(), nonnegative_constants()[0])
    above = exp_monotone(close)
    moved = on_tree(reweighting(STEP.incorrect(), STEP.incorrect(eta)))
    nonnegative = solve(0 <= WRONG, at(VERIFIABLE.formula, o), exp_positive(TREE.logp(whole(o))))
    pointwise = solve(
        WRONG_NEXT <= exp(REMAINDER) * (WRONG * tilt),
        moved,
        above,
        exp_sum(eta * S, REMAINDER),
        nonnegative,
    )
    sums = sum_at_most(pointwise, o, (exp(REMAINDER), WRONG * tilt))
    positive = solve(0 < F, *interior())
    small = solve(F * (1 - eta * J * GAP) + factor * y <= F * exp(z), tangent(z), positive)
    bound = solve(total(o, WRONG * tilt) <= F * exp(z), tilted_failure(factor, moment), small)
    whole_exponent = log(F) + (z + REMAINDER)
    split = exp_sum(log(F), z + REMAINDER), exp_sum(z, REMAINDER), exp_log(positive)
    below = solve(
        F_NEXT <= exp(whole_exponent),
        sums,
        bound,
        on_tree(incorrect_mass(eta)),
        *split,
        exp_positive(REMAINDER),
    )
    return solve(log(F_NEXT) - log(F) <= z + REMAINDER, log_at_most(below, positive_next()[1]))


@cache
def prove(goal: Term) -> Proof:
    rises = on_tree(log_success_step.log_rate_grows(True))
    return conclude(
        goal,
        rises,
        log_failure_bounded(FACTOR, moment_at_eta()),
        root_of_two(),
        *positive_next(),
        *interior(),
    )


def witness() -> Instance:
    return policy_witness(STATEMENT, {}, {})
