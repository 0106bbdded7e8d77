"""eta u has the sign of A = r - V, so e^(eta u) A >= A at every token; add up with the weights
e^logit, under which A has mean zero."""

from theory.proofs._prelude import *
from theory.proofs._softmax import *
from theory.proofs._softmax_witness import softmax_witness
from theory.statements._common import FORWARD
from theory.statements._softmax import SOFTMAX, r
from theory.statements.tabular_ascent import STATEMENT


@cache
def ascent() -> Proof:
    """V <= V'."""
    scale = eta * SOFTMAX.probability(o)
    forward = solve(0 <= scale, assume(FORWARD.formula), positive(o)[2])
    grows = same_sign(scale, A, forward)
    moved = reweighted(o)
    tilted = solve(E * A <= E_MOVED * A, grows, moved, positive(o)[0], same_exponent(scale))
    added = sum_at_least(tilted, o, (1, E * A))
    before = solve(eq(total(o, E * A), 0), mean_of(A), advantage_mean_zero(), nonempty())
    split = solve(eq(E_MOVED * A, 1 * (E_MOVED * r(o)) + -V * E_MOVED))
    after = sum_equal(split, o, (1, E_MOVED * r(o)), (-V, E_MOVED))
    share = solve(eq(E_MOVED / Z_MOVED * r(o), 1 / Z_MOVED * (E_MOVED * r(o))), moved_nonempty())
    value = sum_equal(share, o, (1 / Z_MOVED, E_MOVED * r(o)))
    return solve(V <= V_MOVED, added, before, after, value, moved_nonempty())


def same_exponent(scale: Term) -> Proof:
    """e^(eta p A) is e^(eta u)."""
    return exp_equal(scale * A, eta * U)


def prove(goal: Term) -> Proof:
    return conclude(goal, ascent(), nonempty(), moved_nonempty())


witness = partial(softmax_witness, STATEMENT)
