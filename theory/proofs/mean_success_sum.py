"""`mean_success_step` along the gradient: slope S, curvature L S, so the mean rises by at least
alpha (1 - alpha L/2) S, as it is at most 1. Add up."""

from theory.proofs._prelude import *
from theory.proofs import mean_success_step
from theory.proofs._vectors import mean_of_dot
from theory.proofs._witness import (
    LOGP,
    REWARD,
    RIGHT,
    SCORE,
    UNIT,
    WRONG,
    ZERO,
    constants,
    even,
    facts_at,
    shares_at,
    steady_scores,
    step_model,
    x,
)
from theory.proofs._witness import witness as proved_in
from theory.statements import mean_success_step as one_step
from theory.statements.mean_success_sum import (
    ASCENT,
    AT,
    GRADIENT,
    MEAN,
    PACE,
    SQUARE,
    STATEMENT,
    gradient,
)
from theory.statements.multi_prompt import share
from theory.tree import either

HYPOTHESES = STATEMENT.formal_hypotheses
SHARES, RATE = assume(HYPOTHESES["shares"]), assume(HYPOTHESES["rate"])
NEXT = substitute(MEAN, {k: k + 1})


def slope() -> Proof:
    """sum of a_q w.grad J_q = S, where w is the gradient of the mean."""
    weighted = AT.correct() * total(i, ASCENT * gradient)
    scored = AT.correct() * AT.score()
    updates = solve(eq(scored, weighted), at(HYPOTHESES["updates"], k, q, o))
    by_response = sum_equal(updates, o, (1, weighted))
    swapped = mean_of_dot(AT.correct(), ASCENT, gradient)
    along = total(o, AT.correct() * gradient)
    product = share(q) * (ASCENT * along)
    inside = sum_equal(solve(eq(product, product)), i, (share(q), ASCENT * along))
    parts = swapped.conclusion.args[1].args[1]
    same = sum_equal(solve(eq(parts, ASCENT * along)), i, (1, ASCENT * along))
    whole = share(q) * total(o, scored)
    of_prompt = solve(eq(whole, total(i, product)), by_response, swapped, same, inside)
    exchanged = sum_exchange(q, i, product)
    flat = solve(eq(product, ASCENT * (share(q) * along)))
    by_prompt = sum_equal(flat, q, (ASCENT, share(q) * along))
    squared = solve(eq(total(q, product), ASCENT**2), by_prompt)
    return solve(
        eq(total(q, whole), SQUARE),
        sum_monotone(of_prompt, q),
        exchanged,
        sum_monotone(squared, i),
    )


def at_most_one() -> Proof:
    """The mean is at most 1."""
    mass, positive = exp(AT.logp()), exp_positive(AT.logp())
    verifiable = at(HYPOTHESES["verifiable"], q, o)
    below = sum_at_most(solve(AT.correct() <= 1 * mass, verifiable, positive), o, (1, mass))
    rate = solve(AT.success() <= 1, below, at(HYPOTHESES["normalised"], k, q, 0))
    weighed = solve(share(q) * AT.success() <= 1 * share(q), rate, specialise(part(SHARES, 0), q))
    return solve(MEAN <= 1, sum_at_most(weighed, q, (1, share(q))), part(SHARES, 1))


def arrives() -> Proof:
    """The mean after step k is the one before step k + 1."""
    here = Line((k + 1, q), alpha)
    same = equal_inside(at(HYPOTHESES["continues"], k, q, o), exp)
    correct = AT.correct(alpha)
    rate = sum_equal(solve(eq(here.correct(), correct), same), o, (1, correct))
    after = share(q) * AT.success(alpha)
    return sum_equal(solve(eq(share(q) * here.success(), after), rate), q, (1, after))


def not_negative() -> Proof:
    """0 <= S."""
    square = sum_at_least(solve(0 * ASCENT <= ASCENT**2), i, (0, ASCENT))
    return solve(0 <= SQUARE, square)


@cache
def rises() -> Proof:
    """mean(k) + alpha (1 - alpha L/2) S(k) <= mean(k+1)."""
    goal = one_step.STATEMENT.formal_conclusion.args[0]
    put = {
        AT_Q.logp_symbol: Lambda((q, o, t), AT.logp(t)),
        AT_Q.score_symbol: Lambda((q, o, t), AT.score(t)),
    }
    lemma = instantiate(mean_success_step.prove(goal), {eta: alpha, L: L * SQUARE}, put)
    names = "differentiable", "smooth", "solvable"
    known = tuple(at(HYPOTHESES[name], k) for name in names)
    forward = solve(0 <= alpha, RATE)
    lemma = use(lemma, *known, assume(HYPOTHESES["verifiable"]), part(SHARES, 0), forward)
    after = total(q, share(q) * AT.success(alpha))
    along = slope()
    hidden = SQUARE, MEAN, after, NEXT, along.conclusion.args[0]
    facts = lemma, along, at_most_one(), not_negative(), arrives(), RATE
    return solve_hiding(MEAN + PACE * SQUARE <= NEXT, hidden, *facts)


def added() -> Proof:
    """For all k, alpha (1 - alpha L/2) (S(0) + ... + S(k-1)) <= mean(k) - mean(0)."""
    start = substitute(MEAN, {k: const(0)})

    def claim(n: Term, rate: Term) -> Term:
        return PACE * prefix_sum(k, n, SQUARE) <= rate - start

    base = solve(claim(const(0), start), prefix_zero(k, SQUARE))
    sums = (prefix_sum(k, n, SQUARE) for n in (k, k + 1))
    hidden = SQUARE, MEAN, NEXT, start, *sums
    facts = assume(claim(k, MEAN)), rises(), prefix_step(k, k, SQUARE)
    step = solve_hiding(claim(k + 1, NEXT), hidden, *facts)
    return induction(k, claim(k, MEAN), base, step)


def long_ones(large: Term) -> Proof:
    """While all squared gradients are at least eps: n eps <= S(0) + ... + S(n-1), for n <= K."""

    def claim(n: Term) -> Term:
        return implies(n <= K, n * eps <= prefix_sum(k, n, SQUARE))

    base = solve(claim(const(0)), prefix_zero(k, SQUARE))
    facts = assume(claim(k)), at(large, k), prefix_step(k, k, SQUARE)
    step = solve(claim(k + 1), *facts)
    return specialise(induction(k, claim(k), base, step), K)


def prove(goal: Term) -> Proof:
    monotone = solve(MEAN <= NEXT, rises(), not_negative(), RATE)
    grown, bounded = specialise(added(), K), specialise(generalise(at_most_one(), k), K)
    large = STATEMENT.formal_conclusion.args[2].args[0]
    start, end = (substitute(MEAN, {k: n}) for n in (const(0), K))
    sums = prefix_sum(k, K, SQUARE)
    many = solve_hiding(
        PACE * (K * eps) <= 1 - start, (sums, start, end), grown, bounded, long_ones(large), RATE
    )
    known = both(specialise(generalise(monotone, k), K), grown)
    return both(
        *(
            conclude(part, discharge(many, large) if part.op == "implies" else known)
            for part in (goal.args if goal.op == "and" else (goal,))
        )
    )


def witness() -> Instance:
    """Two prompts that disagree on which response is right, one with twice the share. The first
    step moves the logit by 1/120; from then on it has no gradient."""
    first = maximum(1 - k, 0)  # 1 at the first step, and then 0
    position = first / 12 * t + (1 - first) / 120
    start = substitute(position, {t: ZERO})
    base = step_model(STEP, t, {})
    rewards = {"first": REWARD, "second": constants({(RIGHT,): 0, (WRONG,): 1})}
    functions: dict[Symbol, dict[tuple[str, ...], Lambda]] = {
        share: {("first",): Lambda((), const(2) / 3), ("second",): Lambda((), const(1) / 3)}
    }
    for prompt, reward in rewards.items():
        for name, sign in ((RIGHT, 1), (WRONG, -1)):
            logp, score = (substitute(f[name], {x: position}) for f in (LOGP, SCORE))
            rows = (
                (AT.logp_symbol, Lambda((k, t), logp)),
                (AT.score_symbol, Lambda((k, t), first / 12 * score)),
                (AT.reward_symbol, reward[(name,)]),
            )
            for symbol, f in rows:
                functions.setdefault(symbol, {})[prompt, name] = f
            for coordinate, size in UNIT.items():
                slope = Lambda((k,), first * (sign * half * size))
                functions.setdefault(GRADIENT, {})[prompt, coordinate, name] = slope
    domains = {**base.domains, PROMPT: tuple(rewards), COORDINATE: tuple(UNIT)}
    values = {L: const(1), alpha: const(1) / 10, K: const(3), eps: const(1) / 10}
    known = *started(start), *shares_at(start)
    arrived = solve(eq(substitute(start, {k: k + 1}), substitute(position, {t: values[alpha]})))
    steady = *steady_scores(position, first / 12 * t), *known
    facts = {
        "normalised": shares_at(position),
        "differentiable": facts_at(position),
        "smooth": steady,
        "continues": tuple(equal_inside(arrived, Lambda((x,), f)) for f in LOGP.values()),
    }
    shown = {"prompts": "2", "shares": "2/3, 1/3", "J(0)": "1/2", "alpha": "1/10", "L": "1"}
    return proved_in(STATEMENT, Model(domains, functions, values), known, shown, facts)


def started(start: Term) -> tuple[Proof, ...]:
    """At k = 0 both responses have probability 1/2; and k is 0, or at least 1."""
    first = eq(k, 0)
    same = solve(eq(start, 0), assume(first))
    halves = []
    for number, f in enumerate(LOGP.values()):
        there, known = equal_inside(same, Lambda((x,), exp(f))), part(even()[0], number)
        halves.append(solve(eq(exp(substitute(f, {x: start})), half), there, known))
    whole = either(first, 1 <= k)
    base = solve(substitute(whole, {k: const(0)}))
    step = solve(substitute(whole, {k: k + 1}), assume(whole))
    counted = specialise(induction(k, whole, base, step), k)
    return counted, *(discharge(proof, first) for proof in halves)
