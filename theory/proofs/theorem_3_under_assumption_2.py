"""theorem_3_first_branch for the score w_k.grad log pi; its two bounds are those of
regularity_along_direction, at one prefix and one token."""

from theory.proofs._prelude import *
from theory.proofs import regularity_along_direction, theorem_3_first_branch
from theory.proofs._tree_trajectory import defined
from theory.proofs._tree_witness import growing_vector_tree_witness
from theory.proofs._vectors import dot_of_change
from theory.statements import regularity_along_direction as regularity
from theory.statements import theorem_3_first_branch as along
from theory.statements._trajectory import CUMULATIVE
from theory.statements.theorem_3_under_assumption_2 import (
    STATEMENT,
    gradient,
    in_vectors,
    on_segment,
    score,
    token_gradient,
    w,
)
from theory.tree import TREE_AT_K, child, is_open, p, v

HYPOTHESES = STATEMENT.formal_hypotheses


def at_node(name: str) -> tuple[Proof, Proof]:
    """The constant of a hypothesis at step k, and what it says at the open prefix p and token v."""
    here = at(HYPOTHESES[name], k)
    node = apply_implication(specialise(part(here, 1), p), assume(is_open(p)))
    return part(here, 0), specialise(node, v)


def dot(at_t: TermLike) -> Proof:
    """w.(token gradient) = the token score, at the point t of the segment."""
    return dot_of_change(w(k, i), gradient(k, i, p, at_t), gradient(k, i, child, at_t))


@cache
def assumption_along_w() -> tuple[Proof, Proof]:
    """For all k: Assumption 2 along w_k."""
    at_token = instantiate(
        regularity_along_direction.prove(regularity.STATEMENT.formal_conclusion),
        {eta: steps(k)},
        {
            regularity.w: Lambda((i,), w(k, i)),
            regularity.gradient: Lambda((i, o, t), token_gradient(t)),
        },
    )
    positive_G, bounded = at_node("bounded")
    positive_L, lipschitz = at_node("lipschitz")
    proved = use(
        at_token,
        at(HYPOTHESES["unit"], k),
        both(positive_G, generalise(bounded, o)),
        both(positive_L, generalise(lipschitz, o)),
    )
    token_score = TREE_AT_K.token_score
    inside = assume(on_segment)
    small = solve(absolute(in_vectors(token_score())) <= G, part(proved, 0), dot(0))
    change = absolute(in_vectors(token_score(t)) - in_vectors(token_score(0)))
    close = apply_implication(part(proved, 1), inside)
    steady = discharge(solve(change <= L * t, close, dot(t), dot(0)), on_segment)
    return (
        generalise(both(positive_G, everywhere(generalise(small, v))), k),
        generalise(both(positive_L, everywhere(generalise(steady, v, t))), k),
    )


def everywhere(fact: Proof) -> Proof:
    """At every open prefix."""
    return generalise(discharge(fact, is_open(p)), p)


def along_w(proof: Proof) -> Proof:
    """A theorem about one direction in each step, for the score w_k.grad log pi."""
    moved = instantiate(proof, functions={TREE_AT_K.score_symbol: score})
    facts = (fact for fact in assumption_along_w() if fact.conclusion in moved.hypotheses)
    return use(moved, *facts)


def prove(goal: Term) -> Proof:
    curve = theorem_3_first_branch.prove(along.STATEMENT.formal_conclusion)
    decay = -(in_vectors(TREE_AT_K.put(CUMULATIVE.body)) / 2)
    return conclude(goal, along_w(curve), exp_positive(decay), *map(along_w, defined()))


witness = partial(growing_vector_tree_witness, STATEMENT)
