"""Induction on the remaining depth: where o begins with p, g(whole(o)) <= g(p).

Written begins(p, o) (g(whole(o)) - g(p)) <= 0: a sum then finds the one token that follows.
"""

from theory.proofs._prelude import *
from theory.proofs._tree import all_begin, at_open, at_the_root, from_the_leaves, only_whole
from theory.proofs._tree_witness import tree_witness
from theory.statements._tree import g
from theory.statements.tree_path import STATEMENT
from theory.tree import begins, child, indicators, is_complete, is_open, p, v, whole


def prove(goal: Term) -> Proof:
    falling = apply_implication(at(STATEMENT.formal_hypotheses["falling"], p), assume(is_open(p)))
    drop = g(whole(o)) - g(p)
    below = begins(p, o) * drop <= 0
    complete_case = discharge(solve(below, only_whole(g)), is_complete(p))

    def open_case(at_child: Proof) -> Proof:
        _, _, one_token = at_open()
        known = at_child, specialise(falling, v), at(indicators(), child, o)
        pointwise = solve(drop * begins(child, o) <= const(0) * drop, *known)
        added = sum_at_least(pointwise, v, (drop, begins(child, o)))
        nothing = sum_linear(v, (const(0), drop))
        return discharge(solve(below, added, nothing, one_token), is_open(p))

    bound = at_the_root(from_the_leaves(below, complete_case, open_case))
    return conclude(goal, bound, all_begin())


def witness() -> Instance:
    return tree_witness(STATEMENT)
