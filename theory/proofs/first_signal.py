"""quiet(k) - quiet(k+1) <= s quiet(k): add up. And quiet(k) <= 1."""

from theory.proofs._prelude import *
from theory.proofs._silence import QUIET, at_start, one_more, silence_witness
from theory.statements._group import law, z
from theory.statements._silence import CHANCES, STILL_WRONG, expected, right, silent
from theory.statements.first_signal import STATEMENT, s

HYPOTHESES = STATEMENT.formal_hypotheses
BODY = expected(silent(z, k))


def zero_or_more() -> Proof:
    """0 <= silent(z, K)."""
    formula, still = 0 <= silent(z, K), at(STILL_WRONG.formula, z)
    base = solve(0 <= silent(z, 0), part(still, 0))
    share = at(HYPOTHESES["share"], z, K)
    longer = specialise(part(still, 1), K)
    step = solve(0 <= silent(z, K + 1), assume(formula), longer, share)
    return specialise(induction(K, formula, base, step), K)


def claim(count: Term) -> Term:
    parts = conj(1 - QUIET <= s * prefix_sum(k, K, BODY), 1 - K * s <= QUIET, QUIET <= 1)
    return substitute(parts, {K: count})


def by_induction() -> Proof:
    start = at_start(part(assume(CHANCES.formula), 0))
    base = solve(claim(const(0)), start, prefix_zero(k, BODY))
    rare = assume(HYPOTHESES["rare"])
    heard = specialise(part(rare, 1), K)
    chance, share = specialise(part(assume(CHANCES.formula), 1), z), at(HYPOTHESES["share"], z, K)
    hear = law(z) * (silent(z, K) * right(z, K))
    low = solve(0 * law(z) <= hear, chance, share, zero_or_more())
    least = sum_at_least(low, z, (0, law(z)))
    known = assume(claim(K)), one_more(), heard, least, prefix_step(k, K, BODY), part(rare, 0)
    return specialise(induction(K, claim(K), base, solve(claim(K + 1), *known)), K)


def prove(goal: Term) -> Proof:
    return conclude(goal, by_induction())


def witness() -> Instance:
    return silence_witness(STATEMENT, {}, {s: half})
