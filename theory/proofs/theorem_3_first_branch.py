"""Each step gains [gap]_+ eta/2: by Lemma 1 with L T and G T where 8 T^2 is the smaller arm, by the
sharp step inequality where J <= 1/2, by Lemma 2 elsewhere. Then as Theorem 1(b)."""

from theory.proofs._prelude import *
from theory.proofs import (
    lemma_1_sharp,
    lemma_2,
    psi1_moment,
    theorem_1b,
    token_sharp_step,
    token_variance,
)
from theory.proofs._psi1 import log_two
from theory.proofs._token_step import on_tree
from theory.proofs._tree_policy import all_responses
from theory.proofs._tree_trajectory import *
from theory.proofs._tree_witness import growing_tree_witness
from theory.proofs.token_eta_safe import not_longer, positive_T
from theory.statements import lemma_1_sharp as lemma_1_statement
from theory.statements import lemma_2 as lemma_2_statement
from theory.statements import theorem_1b as flat
from theory.statements import token_sharp_step as sharp_statement
from theory.statements._trajectory import CUMULATIVE
from theory.statements._tree import LIGHT
from theory.statements.jensen_exp import weight
from theory.statements.lemma_2_sharp import SHORT
from theory.statements.psi1_norm import X, a
from theory.statements.theorem_3_first_branch import STATEMENT
from theory.tree import TREE, TREE_AT_K, T, T_psi, size, whole

GAIN, CHANGE = TREE_AT_K.put(theorem_1b.GAIN), TREE_AT_K.put(AT_K.log_odds_change())
J, F = TREE_AT_K.put(AT_K.success()), TREE_AT_K.put(AT_K.failure())
GAP, TOKENS = TREE_AT_K.put(AT_K.alignment()), TREE_AT_K.put(AT_K.mean_correct(size))
ETA = steps(k)


@cache
def mean_length_bounded() -> Proof:
    """E[len] <= T_psi."""
    light = assume(LIGHT.formula)
    mass = exp(TREE.logp(whole(o)))
    mean = instantiate(
        psi1_moment.mean_bounded(), {a: T_psi}, {weight: Lambda((o,), mass), X: Lambda((o,), size)}
    )
    nonnegative = generalise(solve(0 <= mass, exp_positive(TREE.logp(whole(o)))), o)
    mean = use(mean, nonnegative, all_responses(), light)
    return solve(total(o, mass * size) <= T_psi, mean, log_two()[1], light)


@cache
def gap_bounded() -> Proof:
    """J(1-J) gap^2 <= G^2 T_psi, at step k."""
    low, high = token_variance.gap_bounded(), token_variance.square_bounded()
    goal = low.conclusion.args[0] <= G**2 * T_psi
    hidden = low.conclusion.args[0], token_variance.SQUARE, token_variance.LENGTH
    return at_step_k(solve_hiding(goal, hidden, low, high, mean_length_bounded()))


@cache
def losses() -> tuple[Proof, Proof, Proof]:
    """What a step costs: by length, by the sharp step inequality, and by Lemma 2 if it is short."""
    inside = interior_always()
    by_length = at_step_k(
        on_tree(lemma_1_sharp.prove(lemma_1_statement.STATEMENT.formal_conclusion))
    )
    flat_loss = solve(GAP * ETA - (L * T + G**2 * (8 * T**2)) * ETA**2 <= CHANGE, by_length)

    sharp = part(at_step_k(token_sharp_step.prove(sharp_statement.STATEMENT.formal_conclusion)), 0)
    tokens = at_step_k(not_longer())
    cost = sharp.conclusion.args[0].args[0]
    positive = solve(0 < F, inside), assume(STATEMENT.formal_hypotheses["positive_L"])
    scaled = solve(eq(2 * F * cost, L * TOKENS * ETA**2), positive[0])
    more = solve_hiding(L * TOKENS * ETA**2 <= L * T * ETA**2, (TOKENS,), tokens, positive[1])
    sharp_loss = solve_hiding(
        2 * F * (GAP * ETA - CHANGE) <= L * T * ETA**2,
        (F, GAP, CHANGE, cost, TOKENS),
        sharp,
        scaled,
        more,
        positive[0],
    )

    short = SHORT.formula
    lemma = lemma_2.prove(lemma_2_statement.STATEMENT.formal_conclusion)
    by_moment = at_step_k(discharge(lemma, short))
    low = T_psi / F
    brief = instantiate(assume(short), {eta: ETA}).conclusion
    printed = const(1) * G**2 * T_psi / F
    same = solve(eq(printed, G**2 * low), inside)
    moment_loss = solve_hiding(
        implies(brief, GAP * ETA - (L * T + G**2 * low) * ETA**2 <= CHANGE),
        (GAP, CHANGE, printed, low),
        by_moment,
        same,
    )
    return flat_loss, sharp_loss, moment_loss


@cache
def step_gain() -> Proof:
    """[gap]_+ eta / 2 <= change of the log odds, in every step."""
    hypotheses = STATEMENT.formal_hypotheses
    adapted, forward = at(hypotheses["adapted"], k), at(hypotheses["forward"], k)
    light, inside = at(hypotheses["light"], k), interior_always()
    low = T_psi / F
    facts = (
        *losses(),
        adapted,
        solve(0 < L * T, assume(hypotheses["positive_L"]), positive_T()),
        solve(0 < T_psi, light),
        solve(eq(low * F, T_psi), inside),
        solve(0 <= 8 * T**2),
        forward,
        solve(0 < J, inside),
        solve(0 < F, inside),
        solve(eq(J + F, 1)),
        gap_bounded(),
    )
    return use(by_cases(low), *facts)


def by_cases(low: Term) -> Proof:
    """The gain of a step below the first branch of (18a), in variables."""
    names = ("line", "x", "y", "e", "gap", "change", "j", "f")
    line, x, y, e, gap, change, j, f = map(var, names)
    least, rise = minimum(x, y), positive_part(gap)
    flat_loss = assume(gap * e - (line + G**2 * y) * e**2 <= change)
    sharp_loss = assume(2 * f * (gap * e - change) <= line * e**2)
    brief = 4 * (G**2 * T_psi * e**2) <= 1
    moment_loss = assume(implies(brief, gap * e - (line + G**2 * x) * e**2 <= change))
    step = assume(e <= rise / 2 / (line + G**2 * least))
    positive, light, arm = assume(0 < line), assume(0 < T_psi), assume(eq(x * f, T_psi))
    high, forward = assume(0 <= y), assume(0 <= e)
    rates = assume(0 < j), assume(0 < f), assume(eq(j + f, 1))
    spread = assume(j * f * gap**2 <= G**2 * T_psi)

    above = solve(0 < x, arm, light, rates[1])
    denominator = solve(0 < line + G**2 * least, positive, above, high)
    slow = solve(e * (line + G**2 * least) <= rise / 2, step, denominator)
    still = discharge(solve(eq(e, 0), assume(gap <= 0), slow, denominator, forward), gap <= 0)
    goal = rise * e / 2 <= change

    # 8 T^2 is the smaller arm
    late = assume(y <= x)
    cost = solve((line + G**2 * y) * e**2 <= rise / 2 * e, late, slow, forward)
    first = discharge(solve(goal, flat_loss, cost, still, forward), late.conclusion)

    # J <= 1/2
    rare = assume(2 * j <= 1)
    score_part = solve(0 <= G**2 * least * e, above, high, forward)
    slope = solve(line * e <= rise / 2, slow, forward, score_part)
    price = solve(line * e**2 <= rise / 2 * e, slope, forward)
    half = solve(1 <= 2 * f, rare, rates[2])
    second = discharge(
        solve(goal, sharp_loss, price, half, still, forward, rates[1]), rare.conclusion
    )

    # J > 1/2 and T_psi/(1-J) is the smaller arm: the step is short
    early, often = assume(x <= y), assume(1 <= 2 * j)
    cost = solve((line + G**2 * x) * e**2 <= rise / 2 * e, early, slow, forward)
    arm_line = solve(G**2 * x * e <= rise / 2, early, slow, positive, forward)
    token_line = solve(2 * (G**2 * T_psi * e) <= rise * f, arm_line, arm, rates[1])
    bounds = solve(0 <= G**2 * T_psi * e, light, forward), solve(rise**2 <= gap**2)
    square = solve(4 * (G**2 * T_psi * e) ** 2 <= gap**2 * f**2, token_line, *bounds, rates[1])
    scaled = solve_hiding(
        4 * (G**2 * T_psi * e) ** 2 * j <= f * (G**2 * T_psi),
        (G**2 * T_psi * e, G**2 * T_psi),
        square,
        spread,
        rates[0],
        rates[1],
    )
    less = solve(f <= j, often, rates[2])
    length = var("length")
    lemma = solve(
        4 * (length * e**2) <= 1,
        assume(4 * (length * e) ** 2 * j <= f * length),
        assume(0 <= length),
        assume(f <= j),
        assume(0 < j),
    )
    short = use(
        instantiate(lemma, {length: G**2 * T_psi}),
        scaled,
        solve(0 <= G**2 * T_psi, light),
        less,
        rates[0],
    )
    third = discharge(
        discharge(
            solve(
                goal,
                solve(moment_loss.conclusion.args[1], moment_loss, short),
                cost,
                still,
                forward,
            ),
            often.conclusion,
        ),
        early.conclusion,
    )
    gain = solve(goal, first, second, third)
    return instantiate(
        gain,
        {line: L * T, x: low, y: 8 * T**2, e: ETA, gap: GAP, change: CHANGE, j: J, f: F},
    )


def curve(goal: Term, gain: Proof) -> Proof:
    """The logistic curve (18b), from the gain of each step."""
    general = theorem_1b.curve(flat.STATEMENT.formal_conclusion, always_gains())
    decay = exp_positive(-(TREE_AT_K.put(CUMULATIVE.body) / 2))
    return conclude(goal, from_gains(general, gain), decay, *defined())


def prove(goal: Term) -> Proof:
    return curve(goal, step_gain())


def witness() -> Instance:
    return growing_tree_witness(STATEMENT)
