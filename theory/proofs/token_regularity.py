"""``tree_path`` for the length, +-score - G length, and +-(change of score) - L length t."""

from collections.abc import Callable

from theory.proofs._prelude import *
from theory.proofs import tree_path
from theory.proofs._tree import at_open, empty_root
from theory.proofs._tree_policy import root_still
from theory.proofs._tree_witness import policy_witness
from theory.statements import tree_path as path
from theory.statements._tree import g
from theory.statements.token_regularity import STATEMENT, on_segment
from theory.tree import TREE, T, child, is_open, length, p, size, v, whole


def along_path(f: Callable[[Term], Term], at_node: Proof) -> Proof:
    """From p open |- f(child) <= f(p): f(whole(o)) <= f(root)."""
    step = generalise(discharge(generalise(at_node, v), is_open(p)), p)
    general = tree_path.prove(path.STATEMENT.formal_conclusion)
    return use(instantiate(general, functions={g: Lambda((p,), f(p))}), step)


def falls(f: Callable[[Term], Term], *facts: Proof) -> Proof:
    """``along_path``, where facts about the open prefix p show that f falls."""
    return along_path(f, solve(f(child) <= f(p), *facts))


@cache
def length_bounded() -> Proof:
    """length(whole(o)) <= T."""
    room, longer, _ = at_open()
    most = falls(lambda q: maximum(length(q), T), room, longer)
    return solve(size <= T, most, empty_root())


def token_bounded() -> Proof:
    """p open  |-  |token score| <= G."""
    nodes = specialise(part(assume(TREE.bounded()), 1), p)
    return specialise(apply_implication(nodes, assume(is_open(p))), v)


def token_steady() -> Proof:
    """p open, 0 <= t <= eta  |-  |token score at t - token score at 0| <= L t."""
    nodes = specialise(part(assume(TREE.smooth()), 1), p)
    here = specialise(apply_implication(nodes, assume(is_open(p))), v, t)
    return apply_implication(here, both(assume(0 <= t), assume(t <= eta)))


@cache
def score_bounded() -> Proof:
    """|score(whole(o))| <= G length."""
    facts = token_bounded(), at_open()[1]
    start = root_still(0), empty_root()
    up = falls(lambda q: TREE.score(q) - G * length(q), *facts)
    down = falls(lambda q: -TREE.score(q) - G * length(q), *facts)
    return solve(absolute(TREE.score(whole(o))) <= G * size, up, down, *start)


@cache
def score_steady() -> Proof:
    """0 <= t <= eta  |-  |score(whole(o), t) - score(whole(o), 0)| <= L length t."""
    facts = token_steady(), at_open()[1]
    start = root_still(0), root_still(t), empty_root()

    def change(q: Term) -> Term:
        return TREE.score(q, t) - TREE.score(q)

    up = falls(lambda q: change(q) - L * length(q) * t, *facts)
    down = falls(lambda q: -change(q) - L * length(q) * t, *facts)
    return solve(absolute(change(whole(o))) <= L * size * t, up, down, *start)


def prove(goal: Term) -> Proof:
    moving = score_steady()
    inside = assume(on_segment)
    steady = discharge(use(moving, part(inside, 0), part(inside, 1)), on_segment)
    return conclude(goal, length_bounded(), score_bounded(), steady)


def witness() -> Instance:
    return policy_witness(STATEMENT, {}, {})
