"""The first k are of one kind with a chance that is a power; what moves nothing may be left out."""

from theory.proofs._prelude import *
from theory.proofs._silence import QUIET, at_start, one_more
from theory.proofs._witness import witness as proved_witness
from theory.statements._silence import OUTCOME, expected, law, right, silent, z
from theory.statements.silent_group import STATEMENT, J, drawn, n, perfect, push
from theory.tree import either

HYPOTHESES = STATEMENT.formal_hypotheses
PERFECT = expected(perfect(z, K))
ALIKE = silent(z, n) + perfect(z, n)
MIXED = 1 - expected(ALIKE)


def power(mean: Term, chance: Term, start: Proof, longer: Proof) -> Proof:
    """mean(n) = chance^n and 1 - n (1 - chance) <= mean(n), from mean(0) = 1 and, for K < n,
    mean(K + 1) = chance mean(K)."""
    value = exp(K * log(chance))
    parts = conj(eq(mean, value), 1 - K * (1 - chance) <= mean, mean <= 1)
    claim = implies(K <= n, parts)
    base = solve(
        substitute(claim, {K: const(0)}), start, exp_zero(), exp_equal(0 * log(chance), const(0))
    )
    between = assume(HYPOTHESES["rate"])
    step = solve(
        substitute(claim, {K: K + 1}),
        assume(claim),
        longer,
        exp_sum(K * log(chance), log(chance), (K + 1) * log(chance)),
        exp_log(solve(0 < chance, between)),
        exp_positive(K * log(chance)),
        between,
    )
    return specialise(induction(K, claim, base, step), n)


def all_wrong() -> Proof:
    longer = solve(
        implies(K + 1 <= n, eq(substitute(QUIET, {K: K + 1}), (1 - J) * QUIET)),
        one_more(),
        specialise(assume(HYPOTHESES["independent"]), K),
    )
    return power(QUIET, 1 - J, at_start(assume(HYPOTHESES["whole"])), longer)


def all_right() -> Proof:
    first, more = (part(at(HYPOTHESES["perfect"], z), i) for i in (0, 1))
    begun = solve(eq(law(z) * perfect(z, 0), law(z)), first)
    start = solve(
        substitute(eq(PERFECT, 1), {K: const(0)}),
        sum_equal(begun, z, (1, law(z))),
        assume(HYPOTHESES["whole"]),
    )
    both_right = law(z) * (perfect(z, K) * right(z, K))
    each = solve(eq(law(z) * perfect(z, K + 1), both_right), specialise(more, K))
    longer = solve(
        implies(K + 1 <= n, eq(substitute(PERFECT, {K: K + 1}), J * PERFECT)),
        sum_equal(each, z, (1, both_right)),
        specialise(assume(HYPOTHESES["independent"]), K),
    )
    return power(PERFECT, J, start, longer)


def chance_of_silence() -> Proof:
    """E[alike] = E[silent] + E[perfect]."""
    wrong, right_ = law(z) * silent(z, n), law(z) * perfect(z, n)
    each = solve(eq(law(z) * ALIKE, wrong + right_))
    return sum_equal(each, z, (1, wrong), (1, right_))


def drawn_again() -> Proof:
    """mixed E'[push] = E[push]."""
    moved = law(z) * push(z)
    each = solve(
        eq(moved, MIXED * (drawn(z) * push(z))),
        at(HYPOTHESES["unmoved"], z),
        at(HYPOTHESES["redrawn"], z),
    )
    return sum_equal(each, z, (MIXED, drawn(z) * push(z)))


def prove(goal: Term) -> Proof:
    positive = exp_positive(n * log(J)), exp_positive(n * log(1 - J))
    between = assume(HYPOTHESES["rate"])
    return conclude(
        goal, all_wrong(), all_right(), chance_of_silence(), drawn_again(), between, *positive
    )


def counts() -> Proof:
    """k is 0, 1, or at least 2."""
    which = either(eq(K, 0), either(eq(K, 1), 2 <= K))
    base = solve(substitute(which, {K: const(0)}))
    step = solve(substitute(which, {K: K + 1}), assume(which))
    return specialise(induction(K, which, base, step), k)


def witness() -> Instance:
    """J = 1/2 and n = 2: four outcomes, as likely. The update is 1 in the two that are mixed."""
    first = maximum(1 - k, 0)
    both_looked_at = maximum(2 - k, 0) - first  # 1 for k <= 1, else 0
    later = 1 - first
    first_is = {"rr": first, "rw": first, "wr": const(0), "ww": const(0)}
    second_is = {"rr": later, "rw": const(0), "wr": later, "ww": const(0)}
    wrong_so_far = {"rr": first, "rw": first, "wr": both_looked_at, "ww": const(1)}
    right_so_far = {"rr": const(1), "rw": both_looked_at, "wr": first, "ww": first}
    in_mixed = {"rr": const(0), "rw": const(1), "wr": const(1), "ww": const(0)}
    drawn_order = {pair: first_is[pair] + second_is[pair] for pair in in_mixed}
    by_time = {right: drawn_order, silent: wrong_so_far, perfect: right_so_far}
    tables: dict[Symbol, dict[tuple[str, ...], Lambda]] = {
        law: {(pair,): Lambda((), const(1) / 4) for pair in in_mixed},
        push: {(pair,): Lambda((), value) for pair, value in in_mixed.items()},
        drawn: {(pair,): Lambda((), value / 2) for pair, value in in_mixed.items()},
        **{
            symbol: {(pair,): Lambda((k,), value) for pair, value in rows.items()}
            for symbol, rows in by_time.items()
        },
    }
    model = Model({OUTCOME: tuple(in_mixed)}, tables, {J: half, n: const(2)})
    return proved_witness(STATEMENT, model, (counts(),), {"n": "2", "J": "1/2", "outcomes": "4"})
