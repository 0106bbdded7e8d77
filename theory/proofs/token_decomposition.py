"""Induction over the tokens: log pi of the first n tokens is the sum of the first n token terms."""

from theory.proofs._prelude import *
from theory.proofs._tree_policy import root_certain, root_still
from theory.proofs._witness import Rows
from theory.proofs._witness import witness as proved_witness
from theory.statements.token_decomposition import STATEMENT, before, count, n, token
from theory.tree import PREFIX, TOKEN, TREE, complete, extend, p, root, v, whole

ONLY = "only"
_hole = var("hole", PREFIX)
TERMS = {
    TREE.logp: substitute(TREE.token_logp(t), {p: before(o, n), v: token(o, n)}),
    TREE.score: substitute(TREE.token_score(t), {p: before(o, n), v: token(o, n)}),
}


def reached(number: Term) -> Term:
    """The first ``number`` tokens have the sums of their terms."""
    sums = (
        eq(total(before(o, number), t), prefix_sum(n, number, term))
        for total, term in TERMS.items()
    )
    return conj(*sums)


def same(equation: Proof) -> tuple[Proof, ...]:
    """From p = p': the same log-probability and the same score."""
    return tuple(congruence(equation, _hole, total(_hole, t)) for total in TERMS)


def prove(goal: Term) -> Proof:
    path = at(STATEMENT.formal_hypotheses["path"], o)
    starts, ends, goes_on = (part(path, j) for j in range(3))

    claim = implies(n <= count(o), reached(n))
    zeros = (prefix_zero(n, term) for term in TERMS.values())
    base = solve(
        substitute(claim, {n: const(0)}), *same(starts), *zeros, root_certain(t), root_still(t)
    )
    further = assume(n + 1 <= count(o))
    next_prefix = apply_implication(specialise(goes_on, n), further)
    grown = solve(
        reached(n + 1),
        *(prefix_step(n, n, term) for term in TERMS.values()),
        *same(next_prefix),
        assume(claim),
        further,
    )
    every = induction(n, claim, base, discharge(grown, further.conclusion))
    return conclude(goal, specialise(every, count(o)), *same(ends))


def witness() -> Instance:
    """One token and no other, three times: every prefix looks the same, with probability 1."""
    functions: dict[Symbol, Rows] = {
        complete: {(ONLY,): Lambda((), const(0))},
        count: {(ONLY,): Lambda((), const(3))},
        TREE.logp_symbol: {(ONLY,): Lambda((t,), const(0))},
        TREE.score_symbol: {(ONLY,): Lambda((t,), const(0))},
    }
    maps: dict[Symbol, dict[tuple[str, ...], str]] = {
        before: {(ONLY,): ONLY},
        token: {(ONLY,): ONLY},
        extend: {(ONLY, ONLY): ONLY},
        whole: {(ONLY,): ONLY},
    }
    domains = dict.fromkeys((PREFIX, TOKEN, RESPONSE), (ONLY,))
    model = Model(domains, functions, {}, {root: ONLY, o: ONLY}, maps)
    numbers = {"tokens": "1", "length": "3", "log pi": "0"}
    certain = exp_equal(const(0) + Term("neg", (const(0),)), const(0))
    return proved_witness(STATEMENT, model, (exp_zero(), certain), numbers)
