"""Induction on the remaining depth: where o begins with p, g(whole(o)) <= g(p).

Written begins(p, o) (g(whole(o)) - g(p)) <= 0: a sum then finds the one token that follows.
"""

from functools import cache

from theory.instance import Instance
from theory.kernel.proof import (
    Proof,
    apply_implication,
    assume,
    conclude,
    discharge,
    solve,
    specialise,
    sum_linear,
)
from theory.kernel.terms import Term, const
from theory.proofs._toolkit import at, sum_at_least
from theory.proofs._tree import (
    all_begin,
    at_open,
    at_the_root,
    from_the_leaves,
    only_whole,
)
from theory.proofs._tree_witness import tree_witness
from theory.statements._tree import g
from theory.statements.tree_path import STATEMENT
from theory.symbols import o
from theory.tree import begins, child, indicators, is_complete, is_open, p, v, whole

BELOW = begins(p, o) * (g(whole(o)) - g(p)) <= 0


@cache
def complete_case() -> Proof:
    """A complete prefix is the response."""
    return discharge(solve(BELOW, only_whole(g)), is_complete(p))


def open_case(at_child: Proof) -> Proof:
    """An open prefix: the one token that follows does not raise g."""
    _, _, one_token = at_open()
    falling = apply_implication(at(STATEMENT.formal_hypotheses["falling"], p), assume(is_open(p)))
    drop = g(whole(o)) - g(p)
    known = at_child, specialise(falling, v), at(indicators(), child, o)
    pointwise = solve(drop * begins(child, o) <= const(0) * drop, *known)
    added = sum_at_least(pointwise, v, (drop, begins(child, o)))
    nothing = sum_linear(v, (const(0), drop))
    return discharge(solve(BELOW, added, nothing, one_token), is_open(p))


@cache
def prove(goal: Term) -> Proof:
    bound = at_the_root(from_the_leaves(BELOW, complete_case(), open_case))
    return conclude(goal, bound, all_begin())


def witness() -> Instance:
    return tree_witness(STATEMENT)
