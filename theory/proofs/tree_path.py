"""Induction on the remaining depth: where o begins with p, g(whole(o)) <= g(p).

Written begins(p, o) (g(whole(o)) - g(p)) <= 0: a sum then finds the one token that follows.
"""

from collections.abc import Callable

from theory.proofs._prelude import *
from theory.proofs._tree import all_begin, at_open, at_the_root, from_the_leaves, only_whole
from theory.proofs._tree_witness import tree_witness
from theory.statements._tree import g
from theory.statements.tree_path import STATEMENT
from theory.tree import at_open as at_every_open
from theory.tree import begins, child, either, indicators, is_complete, is_open, p, root, v, whole

STAYS = either(eq(begins(child, o), 0), g(child) <= g(p))


@cache
def along_response() -> Proof:
    """At every open prefix, a token that o does not write or that does not raise g  |-  g(whole(o))
    <= g(root)."""
    drop = g(whole(o)) - g(p)
    below = begins(p, o) * drop <= 0
    complete_case = discharge(solve(below, only_whole(g)), is_complete(p))

    def open_case(at_child: Proof) -> Proof:
        _, _, one_token = at_open()
        stays = specialise(
            apply_implication(at(at_every_open(forall(v, STAYS)), p), assume(is_open(p))), v
        )
        known = at_child, stays, at(indicators(), child, o)
        pointwise = solve(drop * begins(child, o) <= const(0) * drop, *known)
        added = sum_at_least(pointwise, v, (drop, begins(child, o)))
        nothing = sum_linear(v, (const(0), drop))
        return discharge(solve(below, added, nothing, one_token), is_open(p))

    bound = at_the_root(from_the_leaves(below, complete_case, open_case))
    return solve(g(whole(o)) <= g(root), bound, all_begin())


def falls_along(f: Callable[[Term], Term], at_node: Proof, response: Term = o) -> Proof:
    """From p open |- begins(child, o) = 0 or f(child) <= f(p): f(whole(o)) <= f(root), for the
    response o or another one."""
    step = generalise(discharge(generalise(at_node, v), is_open(p)), p)
    general = instantiate(along_response(), {o: response}, {g: Lambda((p,), f(p))})
    return use(general, step)


@cache
def prove(goal: Term) -> Proof:
    falling = apply_implication(at(STATEMENT.formal_hypotheses["falling"], p), assume(is_open(p)))
    stays = solve(STAYS, specialise(falling, v))
    return conclude(goal, falls_along(g, stays))


def witness() -> Instance:
    return tree_witness(STATEMENT)
