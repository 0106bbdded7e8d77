"""Four cases, in a = L T eta^2, y = G^2 T_psi eta^2 and e = 1 - J. The sharp step inequality where
2e >= 1 or a(1 - 2e) <= 2y; the moment of the score where 2y <= 1, as 2^y <= 1 + y; elsewhere
-log(1 - J') >= 0, and the gap is small: J e gap^2 <= G^2 T_psi."""

from theory.proofs._prelude import *
from theory.proofs import log_success_step, psi1_moment, token_sharp_step, token_variance
from theory.proofs._psi1 import log_two
from theory.proofs._token_step import nonnegative_constants, on_tree
from theory.proofs._tree_policy import all_responses
from theory.proofs._tree_witness import policy_witness
from theory.proofs.lemma_2_sharp import F_NEXT, GAP, F, J, log_failure_bounded, moment_on_chord
from theory.proofs.lemma_2_sharp import y as MOMENT
from theory.proofs.token_eta_safe import CHANGE, TOKENS, not_longer
from theory.proofs.token_regularity import length_bounded
from theory.proofs.token_sharp_step import interior, positive_next
from theory.statements._tree import LIGHT
from theory.statements.jensen_exp import weight
from theory.statements.lemma_2 import STATEMENT
from theory.statements.psi1_norm import X
from theory.statements.psi1_norm import a as norm
from theory.statements.token_sharp_step import STATEMENT as SHARP_STATEMENT
from theory.tree import TREE, T, T_psi, size, whole

a, y, e, j, drift, change, log_e = map(var, ("a", "y", "e", "j", "drift", "change", "log_e"))
RARE, BRIEF, SLOW = 1 <= 2 * e, 2 * y <= 1, a * (1 - 2 * e) <= 2 * y
GOAL = drift - a - y / e <= change
NONNEGATIVE, RATES = (0 <= a, 0 <= y), (0 < j, 0 < e, eq(j + e, 1))
SHARP = 2 * e * (drift - change) <= a
BY_MOMENT = implies(BRIEF, GOAL)
RISES = e * drift - a / 2 + log_e <= change
SPREAD = j * e * drift**2 <= y
LOG = -const(1) / 2 - const(26) / 100 / e <= log_e


@cache
def mean_length_bounded() -> Proof:
    """E[len] <= T_psi."""
    light = assume(LIGHT.formula)
    mass = exp(TREE.logp(whole(o)))
    mean = instantiate(
        psi1_moment.mean_bounded(),
        {norm: T_psi},
        {weight: Lambda((o,), mass), X: Lambda((o,), size)},
    )
    nonnegative = generalise(solve(0 <= mass, exp_positive(TREE.logp(whole(o)))), o)
    mean = use(mean, nonnegative, all_responses(), light)
    return solve(total(o, mass * size) <= T_psi, mean, log_two()[1], light)


@cache
def gap_bounded() -> Proof:
    """J(1-J) gap^2 <= G^2 T_psi."""
    low, high = token_variance.gap_bounded(), token_variance.square_bounded()
    goal = low.conclusion.args[0] <= G**2 * T_psi
    hidden = low.conclusion.args[0], token_variance.SQUARE, token_variance.LENGTH
    return solve_hiding(goal, hidden, low, high, mean_length_bounded())


@cache
def log_bounded() -> Proof:
    """-1/2 - 0.26/e <= log e: the tangent of exp at -log e - 3/2, and e^(3/2) >= (19/16)^8."""
    x, small, half_three = var("x"), const(3) / 16, const(3) / 2
    powers = [exp_sum(small * n, small * n, small * (2 * n)) for n in (1, 2, 4)]
    same = exp_equal(small * 1, small), exp_equal(small * 8, half_three)
    large = solve(1 <= const(26) / 100 * exp(half_three), tangent(small), *powers, *same)
    below = solve(exp(-half_three) <= const(26) / 100, large, exp_inverse(half_three))
    positive = assume(0 < x)
    line = -log(x) - half_three
    split = exp_sum(-log(x), -half_three, line)
    inverse = solve(eq(exp(-log(x)) * x, 1), exp_inverse(log(x)), exp_log(positive))
    product = solve(exp(line) * x <= const(26) / 100, split, below, inverse, positive)
    scaled = solve(
        x * (-const(1) / 2 - log(x)) <= const(26) / 100, product, tangent(line), positive
    )
    return solve(substitute(LOG, {e: x, log_e: log(x)}), scaled, positive)


@cache
def cases() -> Proof:
    """(22) in scalars."""
    known = [assume(f) for f in (*NONNEGATIVE, *RATES, SHARP)]
    share = solve(0 <= y / e, *known)
    rare = discharge(solve(GOAL, assume(RARE), share, *known), RARE)
    slow = discharge(solve(GOAL, assume(SLOW), *known), SLOW)
    often, long, fast = (assume(f) for f in (2 * e < 1, 1 < 2 * y, 2 * y < a * (1 - 2 * e)))
    half_loss = solve(1 / (2 * (1 - 2 * e)) <= a / 2, often, long, fast)
    z = j * drift
    square = solve(z**2 * e <= j * y, assume(SPREAD), *known)
    mean = solve(4 * j * z <= 4 * j**2 + z**2)
    chord = solve(4 * z * e <= 4 * j * e + y, square, mean, *known)
    room = solve(const(3) / 8 / e <= 3 * y / (4 * e), long, *known)
    price = (const(3) / 8 - const(26) / 100) / e + 1 / (2 * (1 - 2 * e))
    least = solve(j + const(1) / 2 <= price, often, *known)
    bent = solve(z <= j + y / (4 * e), chord, *known)
    far = solve(GOAL, assume(RISES), assume(LOG), half_loss, bent, room, least, *known)
    rest = (often.conclusion, long.conclusion, fast.conclusion)
    for condition in rest:
        far = discharge(far, condition)
    return solve(GOAL, rare, slow, assume(BY_MOMENT), far)


@cache
def in_scalars() -> dict[Term, Term]:
    loss, score = L * T * eta**2, G**2 * T_psi * eta**2
    return {a: loss, y: score, e: F, j: J, drift: GAP * eta, change: CHANGE, log_e: log(F)}


@cache
def known() -> tuple[Proof, ...]:
    """The facts that the cases need, on the tree."""
    light, inside, positive = assume(LIGHT.formula), interior(), positive_next()
    put = in_scalars()

    def goal(formula: Term) -> Term:
        return substitute(formula, put)

    steady = nonnegative_constants()[0]
    lengths = solve(0 < T_psi, light), solve(0 <= T, length_bounded())
    sharp = part(token_sharp_step.prove(SHARP_STATEMENT.formal_conclusion), 0)
    cost = sharp.conclusion.args[0].args[0]
    scaled = solve(eq(2 * F * cost, L * TOKENS * eta**2), *inside)
    more = solve_hiding(L * TOKENS * eta**2 <= L * T * eta**2, (TOKENS,), not_longer(), steady)
    by_sharp = solve_hiding(
        goal(SHARP), (F, GAP, CHANGE, cost, TOKENS), sharp, scaled, more, solve(0 < F, *inside)
    )
    rises = on_tree(log_success_step.log_rate_grows(True))
    moment = moment_on_chord(1, const(1), solve(2 * MOMENT <= 1, assume(goal(BRIEF))))
    falls = log_failure_bounded(const(1), moment)
    by_moment = discharge(solve(goal(GOAL), rises, falls, *inside), goal(BRIEF))
    certain = log_at_most(solve(F_NEXT <= exp(const(0)), exp_zero(), positive[0]), positive[1])
    return (
        solve(goal(0 <= a), steady, lengths[1]),
        solve(goal(0 <= y), lengths[0]),
        *(solve(goal(rate), *inside) for rate in RATES),
        by_sharp,
        by_moment,
        solve(goal(RISES), rises, certain),
        solve_hiding(goal(SPREAD), (J, F, GAP), gap_bounded()),
        use(instantiate(log_bounded(), {var("x"): F}), solve(0 < F, *inside)),
    )


def prove(goal: Term) -> Proof:
    lemma = use(instantiate(cases(), in_scalars()), *known())
    return conclude(goal, lemma, *positive_next(), *interior())


def witness() -> Instance:
    return policy_witness(STATEMENT, {}, {})
