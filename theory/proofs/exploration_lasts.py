"""V never falls (`tabular_ascent`), so what it has passed stays passed; `exploration_stage` then
holds at every step."""

from theory.proofs._prelude import *
from theory.proofs import exploration_stage, tabular_ascent
from theory.proofs._softmax_witness import BEST, GOOD
from theory.proofs._witness import Rows
from theory.proofs._witness import witness as proved_in
from theory.statements import exploration_stage as stage
from theory.statements._softmax import SOFTMAX, SOFTMAX_AT_K, Softmax, best, good, r
from theory.statements.exploration_lasts import STATEMENT

HYPOTHESES = STATEMENT.formal_hypotheses
NEXT = Softmax((k + 1,))
SIZE = steps(k)


def at_k(lemma: Proof) -> Proof:
    """A fact about one update, of update number k."""
    functions = {SOFTMAX.logit_symbol: Lambda((o,), SOFTMAX_AT_K.logit(o))}
    return instantiate(lemma, {eta: SIZE}, functions)


@cache
def arrives() -> tuple[Proof, Proof, Proof]:
    """e^logit, Z and V after update k are those before update k + 1."""
    moved = SOFTMAX_AT_K.moved(o, SIZE)
    weight = equal_inside(at(HYPOTHESES["updated"], k, o), exp)
    sums = sum_monotone(weight, o)
    inside = at(HYPOTHESES["nonempty"], k + 1)
    share = NEXT.probability(o) * r(o)
    after = moved / total(o, moved) * r(o)
    mean = sum_monotone(solve(eq(share, after), weight, sums, inside), o)
    return weight, sums, mean


@cache
def rises() -> Proof:
    """V(k) <= V(k+1)."""
    forward = solve(0 <= SIZE, at(HYPOTHESES["moves"], k))
    ascent = use(at_k(tabular_ascent.ascent()), forward, at(HYPOTHESES["nonempty"], k))
    return solve(SOFTMAX_AT_K.value <= NEXT.value, ascent, arrives()[2])


def passed(policy: Softmax) -> Term:
    return forall(o, implies(negate(eq(o, best)), r(o) < policy.value))


@cache
def stays_passed() -> Proof:
    here = at(passed(SOFTMAX_AT_K), o)
    condition = here.conclusion.args[0]
    above = solve(r(o) < NEXT.value, apply_implication(here, assume(condition)), rises())
    step = generalise(discharge(above, condition), o)
    return induction(k, passed(SOFTMAX_AT_K), assume(HYPOTHESES["passed"]), step)


def prove(goal: Term) -> Proof:
    inside = at(HYPOTHESES["nonempty"], k), at(HYPOTHESES["nonempty"], k + 1)
    behind, other = specialise(stays_passed(), k), assume(HYPOTHESES["other"])
    known = (behind, at(HYPOTHESES["unfinished"], k), at(HYPOTHESES["moves"], k), inside[0])
    one_step = at_k(exploration_stage.prove(stage.STATEMENT.formal_conclusion))
    one_step = use(one_step, *(fact for fact in known if fact.conclusion in one_step.hypotheses))
    weight, sums, _ = arrives()
    at_best, at_good = (specialise(generalise(weight, o), token) for token in (best, good))
    above = apply_implication(specialise(behind, good), other)
    gains = substitute(STATEMENT.formal_conclusion, {K: k}).args[2:]
    parts = (solve(gain, one_step, at_best, at_good, sums, *inside) for gain in gains)
    found = (above, rises(), *parts, *inside)
    return conclude(goal, *(specialise(generalise(fact, k), K) for fact in found))


def witness() -> Instance:
    """Two tokens of rewards 1 and 0 and logits k/2 and -k/2: with the steps chosen for it."""
    x = half * k
    logits: Rows = {(BEST,): Lambda((k,), x), (GOOD,): Lambda((k,), -x)}
    size = half * (exp(x) + exp(-x)) ** 2
    functions: dict[Symbol, Rows] = {
        SOFTMAX_AT_K.logit_symbol: logits,
        r: {(BEST,): Lambda((), const(1)), (GOOD,): Lambda((), const(0))},
        steps: {(): Lambda((k,), size)},
    }
    model = Model({RESPONSE: (BEST, GOOD)}, functions, {}, {good: GOOD, best: BEST})
    facts = exp_positive(x), exp_positive(-x), exp_inverse(x)
    start = tuple(instantiate(fact, {k: const(0)}) for fact in facts)
    numbers = {"p(0, best)": "1/2", "rewards": "1, 0", "eta_0": "2"}
    return proved_in(STATEMENT, model, (*facts, *start), numbers)
