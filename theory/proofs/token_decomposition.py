"""Induction over the tokens: log pi of the first n tokens is the sum of the first n token terms."""

from collections.abc import Mapping
from dataclasses import replace

from theory.proofs._prelude import *
from theory.kernel.models import Value
from theory.proofs._tree_policy import root_certain, root_still
from theory.proofs._tree_witness import (
    BOTH,
    NAMES,
    RESPONSES,
    WORDS,
    logistic,
    settled_on_tree,
    tree_model,
)
from theory.proofs._witness import constants
from theory.proofs._witness import witness as proved_witness
from theory.statements.token_decomposition import STATEMENT, before, count, n, token
from theory.tree import PREFIX, TREE, p, v

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
    """The three responses of one token and of two."""
    base = tree_model(logistic(STEP, t), {})
    begun = {o: [NAMES[WORDS[o][:n]] for n in range(len(WORDS[o]) + 1)] for o in RESPONSES}
    along: dict[Symbol, Mapping[tuple[str, ...], Value]] = {
        before: {(o,): tuple(path) for o, path in begun.items()},
        token: {(o,): WORDS[o] for o in RESPONSES},
    }
    counts = constants({(o,): len(WORDS[o]) for o in RESPONSES})
    model = replace(
        base,
        functions={**base.functions, count: counts},
        maps={**base.maps, **along},
        elements={**base.elements, o: BOTH},
    )
    numbers = {"responses": "3", "tokens": "1, 2, 2"}
    return proved_witness(STATEMENT, model, (), numbers, settled_on_tree(t))
