"""pi(p) V(p) and minus it are both superharmonic, so ``tree_sum`` gives an equality."""

from theory.proofs._prelude import *
from theory.proofs._tree_policy import all_responses, at_next_token, exp_root, harmonic
from theory.proofs._tree_witness import BOTH, EMPTY, TWICE, policy_witness
from theory.proofs._witness import RIGHT, WRONG, constants
from theory.statements.tower_property import STATEMENT, value
from theory.tree import TREE, child, is_open, p, v


def prove(goal: Term) -> Proof:
    averaged = apply_implication(at(STATEMENT.formal_hypotheses["averaged"], p), assume(is_open(p)))
    here = eq(total(v, exp(TREE.logp(child)) * value(child)), exp(TREE.logp(p)) * value(p))
    spread = solve(here, at_next_token(value(child)), averaged)
    mean = harmonic(lambda q: exp(TREE.logp(q)) * value(q), spread)
    return conclude(goal, mean, all_responses(), exp_root())


def witness() -> Instance:
    """Means of what comes next: 3 at the root, 4 and 2 at its children, 0 and 4 at theirs."""
    values = {EMPTY: 3, RIGHT: 4, WRONG: 2, BOTH: 0, TWICE: 4}
    return policy_witness(STATEMENT, {}, {value: constants({(at,): y for at, y in values.items()})})
