"""``expectation_functional`` over tokens, with the weights pi(v | p), which sum to one."""

from theory.proofs._prelude import *
from theory.proofs import expectation_functional
from theory.proofs._tree_policy import WEIGHT, token_mass
from theory.proofs._tree_witness import policy_witness
from theory.proofs._witness import RIGHT, WRONG, constants
from theory.statements import expectation_functional as general
from theory.statements.node_expectation import STATEMENT, f, g
from theory.tree import TREE, v


def prove(goal: Term) -> Proof:
    any_set = expectation_functional.prove(general.STATEMENT.formal_conclusion)
    functional = instantiate(
        rename_index(any_set, o, v), functions={WEIGHT: Lambda((v,), exp(TREE.token_logp()))}
    )
    positive = exp_positive(TREE.token_logp())
    weight = positive.conclusion.args[1]
    nonnegative = generalise(solve(0 <= weight, positive), v)
    massive = solve(0 < token_mass().conclusion.args[0], token_mass())
    return conclude(goal, use(functional, nonnegative, massive), token_mass())


def witness() -> Instance:
    return policy_witness(
        STATEMENT,
        {},
        {f: constants({(RIGHT,): 0, (WRONG,): 1}), g: constants({(RIGHT,): 1, (WRONG,): 1})},
    )
