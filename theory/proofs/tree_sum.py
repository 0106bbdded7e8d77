"""Induction on the remaining depth n: if T <= length(p) + n, the responses that begin with p add up
to at most g(p). A complete prefix is one response; an open one passes the question to its children.
"""

from theory.proofs._prelude import *
from theory.proofs._tree import *
from theory.proofs._tree_witness import tree_witness
from theory.statements._tree import g
from theory.statements.tree_sum import STATEMENT
from theory.tree import begins, child, is_complete, is_open, p, root, v, whole

HERE = total(o, begins(p, o) * g(whole(o)))


@cache
def complete_case() -> Proof:
    """A complete prefix: the one response that begins with p contributes g(p)."""
    one, _ = at_complete()
    added = sum_equal(only_whole(g), o, (g(p), begins(p, o)))
    return discharge(solve(HERE <= g(p), added, one), is_complete(p))


def open_case(at_child: Proof) -> Proof:
    """An open prefix: the responses of all children together, each child at most g there."""
    _, _, one_token = at_open()
    superharmonic = apply_implication(
        at(STATEMENT.formal_hypotheses["superharmonic"], p), assume(is_open(p))
    )
    at_children = sum_monotone(at_child, v)
    exchange = sum_exchange(v, o, begins(child, o) * g(whole(o)))
    product = solve(eq(begins(child, o) * g(whole(o)), g(whole(o)) * begins(child, o)))
    gathered = sum_equal(product, v, (g(whole(o)), begins(child, o)))
    by_token = gathered.conclusion.args[0]
    split = sum_equal(
        solve(eq(begins(p, o) * g(whole(o)), by_token), gathered, one_token), o, (1, by_token)
    )
    return discharge(solve(HERE <= g(p), split, exchange, at_children, superharmonic), is_open(p))


def prove(goal: Term) -> Proof:
    bound = at_the_root(from_the_leaves(HERE <= g(p), complete_case(), open_case))
    counted = solve(eq(begins(root, o) * g(whole(o)), g(whole(o))), all_begin())
    return conclude(goal, bound, sum_equal(counted, o, (1, g(whole(o)))))


witness = partial(tree_witness, STATEMENT)
