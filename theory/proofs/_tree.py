"""Facts about response trees that several claims use; all hypotheses are those of the tree."""

from collections.abc import Callable

from theory.proofs._prelude import *
from theory.tree import (
    PREFIX,
    T,
    begins,
    branching,
    child,
    ending,
    is_complete,
    is_open,
    length,
    p,
    root,
    rooted,
    v,
    whole,
)

n = var("n", NAT)
_hole = var("hole", PREFIX)


@cache
def at_open() -> tuple[Proof, Proof, Proof]:
    """At an open prefix p: length(p) + 1 <= T, length(child) = length(p) + 1, one token follows."""
    here = apply_implication(at(branching(), p), assume(is_open(p)))
    return part(here, 0), specialise(part(here, 1), v), specialise(part(here, 2), o)


@cache
def at_complete() -> tuple[Proof, Proof]:
    """At a complete prefix p: one response begins with it; a response that does is p."""
    here = apply_implication(at(ending(), p), assume(is_complete(p)))
    return part(here, 0), specialise(part(here, 1), o)


def only_whole(f: Callable[[Term], Term]) -> Proof:
    """begins(p, o) f(whole(o)) = f(p) begins(p, o), at a complete prefix p."""
    _, either = at_complete()
    same = eq(whole(o), p)
    moved = discharge(congruence(assume(same), _hole, f(_hole)), same)
    return solve(eq(begins(p, o) * f(whole(o)), f(p) * begins(p, o)), either, moved)


def from_the_leaves(
    formula: Term, complete_case: Proof, open_case: Callable[[Proof], Proof]
) -> Proof:
    """Induction on the remaining depth n: for all n and p, T <= length(p) + n implies the formula.

    ``complete_case`` proves "p complete => formula"; ``open_case`` proves "p open => formula" from
    the formula at the child, which it is given."""

    def claim(depth: Term) -> Term:
        return forall(p, implies(T <= length(p) + depth, formula))

    room, longer, _ = at_open()
    full = assume(T <= length(p) + const(0))
    ended = solve(formula, complete_case, discharge(room, is_open(p)), full)
    base = generalise(discharge(ended, full.conclusion), p)

    deep = assume(T <= length(p) + (n + 1))
    at_child = specialise(assume(claim(n)), child)
    below = apply_implication(at_child, solve(T <= length(child) + n, deep, longer))
    both_cases = solve(formula, complete_case, open_case(below))
    step = generalise(discharge(both_cases, deep.conclusion), p)
    return induction(n, claim(n), base, step)


@cache
def at_the_root(everywhere: Proof) -> Proof:
    """The formula of ``from_the_leaves`` at the empty prefix, which has length 0 <= T."""
    depth = solve(T <= length(root) + T, empty_root())
    return apply_implication(specialise(everywhere, T, root), depth)


@cache
def all_begin() -> Proof:
    """begins(root, o) = 1."""
    return specialise(part(assume(rooted()), 0), o)


@cache
def empty_root() -> Proof:
    """length(root) = 0."""
    return part(assume(rooted()), 1)
