"""``hoeffding_lemma`` over tokens, with the weights pi(v | p), under which the mean score is 0."""

from theory.proofs._prelude import *
from theory.proofs import hoeffding_lemma
from theory.proofs._tree_policy import WEIGHT, token_drift, token_mass
from theory.proofs._tree_witness import policy_witness
from theory.proofs.token_regularity import token_bounded
from theory.statements import hoeffding_lemma as hoeffding
from theory.statements.node_hoeffding import STATEMENT
from theory.tree import TOKEN, TREE, v

VALUE = Symbol("value", (TOKEN,))


@cache
def moment_bound() -> Proof:
    """p open  |-  E_p[exp(u s)] <= exp(G^2 u^2/2)."""
    any_set = hoeffding_lemma.prove(hoeffding.STATEMENT.formal_conclusion)
    weight, score = exp(TREE.token_logp()), TREE.token_score()
    bound = instantiate(
        rename_index(any_set, o, v),
        functions={WEIGHT: Lambda((v,), weight), VALUE: Lambda((v,), score)},
    )
    nonnegative = generalise(solve(0 <= weight, exp_positive(TREE.token_logp())), v)
    massive = solve(0 < token_mass().conclusion.args[0], token_mass())
    bound = use(bound, nonnegative, massive, generalise(token_bounded(), v))
    moment = TREE.node_mean(exp(u * score))
    target = G**2 * u**2 / 2
    same = exp_equal(bound.conclusion.args[1].args[0], target, token_drift(), token_mass())
    return solve(moment <= exp(target), bound, same, token_mass())


def prove(goal: Term) -> Proof:
    return conclude(goal, moment_bound(), token_drift())


def witness() -> Instance:
    return policy_witness(STATEMENT, {}, {})
