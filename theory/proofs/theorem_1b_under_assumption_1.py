"""theorem_1b for the score w_k.grad log pi; regularity_along_direction gives its two bounds."""

from theory.proofs._prelude import *
from theory.proofs import regularity_along_direction, theorem_1b
from theory.proofs._trajectory import interior
from theory.proofs._witness_paths import growing_vector_witness
from theory.proofs.theorem_1b import END, START
from theory.statements import regularity_along_direction as regularity
from theory.statements import theorem_1b as along
from theory.statements._trajectory import CUMULATIVE
from theory.statements.theorem_1b_under_assumption_1 import (
    STATEMENT,
    gradient,
    in_vectors,
    score,
    w,
)


@cache
def assumption_along_w() -> tuple[Proof, ...]:
    """For all k and o: |score| <= G, and the score is L-Lipschitz on the segment."""
    at_k = instantiate(
        regularity_along_direction.prove(regularity.STATEMENT.formal_conclusion),
        {eta: steps(k)},
        {
            regularity.w: Lambda((i,), w(k, i)),
            regularity.gradient: Lambda((i, o, t), gradient(k, i, o, t)),
        },
    )
    hypotheses = STATEMENT.formal_hypotheses
    proved = use(at_k, *(at(hypotheses[name], k) for name in ("unit", "bounded", "lipschitz")))
    return generalise(part(proved, 0), k, o), generalise(part(proved, 1), k, o, t)


def along_w(proof: Proof) -> Proof:
    """A theorem about one direction in each step, for the score w_k.grad log pi."""
    moved = instantiate(proof, functions={AT_K.score_symbol: score})
    facts = (fact for fact in assumption_along_w() if fact.conclusion in moved.hypotheses)
    return use(moved, *facts)


def prove(goal: Term) -> Proof:
    inside = (*interior(START), *interior(END), *interior(AT_K))
    curve = theorem_1b.prove(along.STATEMENT.formal_conclusion)
    decay = -(in_vectors(CUMULATIVE.body) / 2)
    return conclude(goal, along_w(curve), exp_positive(decay), *map(along_w, inside))


witness = partial(growing_vector_witness, STATEMENT)
