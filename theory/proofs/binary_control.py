"""While p(best) <= p(good), the good token's logit moves at least as much: u = p (r - V), where
r(best) <= r(good) and V <= r(good). Induction on the steps: the difference of the two logits never
rises."""

from theory.proofs._prelude import *
from theory.proofs._softmax import P, V, normalised, positive
from theory.proofs._softmax_witness import BEST, GOOD, whole_numbers
from theory.proofs._witness import Rows
from theory.proofs._witness import witness as proved_in
from theory.statements._softmax import SOFTMAX, SOFTMAX_AT_K, Softmax, best, good, r
from theory.statements.binary_control import STATEMENT

HYPOTHESES = STATEMENT.formal_hypotheses
START, END = Softmax((const(0),)), Softmax((K,))


def at_step(lemma: Proof, step: Term) -> Proof:
    """A fact about one softmax, before update number ``step``."""
    policy = Softmax((step,))
    lifted = instantiate(lemma, {}, {SOFTMAX.logit_symbol: Lambda((o,), policy.logit(o))})
    return use(lifted, at(HYPOTHESES["nonempty"], step))


@cache
def mean_at_most() -> Proof:
    """V <= r(good)."""
    top = at(HYPOTHESES["top"], o)
    pointwise = solve(P * r(o) <= r(good) * P, top, positive(o)[2])
    return solve(V <= r(good), sum_at_most(pointwise, o, (r(good), P)), normalised())


def likelier(policy: Softmax, behind: Proof) -> Proof:
    """From logit(best) <= logit(good): p(best) <= p(good)."""
    step = policy.prefix[0]
    inside = at(HYPOTHESES["nonempty"], step)
    goal = policy.probability(best) <= policy.probability(good)
    return solve(goal, exp_monotone(behind), inside)


@cache
def starts_behind() -> Proof:
    """logit(0, best) <= logit(0, good)."""
    inside = at(HYPOTHESES["nonempty"], 0)
    weights = solve(START.weight(best) <= START.weight(good), assume(HYPOTHESES["rare"]), inside)
    return exp_at_most(weights)


def behind_by(policy: Softmax) -> Term:
    """The difference of the logits is at most what it was at the start."""
    return policy.logit(best) - policy.logit(good) <= START.logit(best) - START.logit(good)


@cache
def never_rises() -> Proof:
    """The same at every step."""
    here, there = SOFTMAX_AT_K, Softmax((k + 1,))
    so_far = assume(behind_by(here))
    behind = solve(here.logit(best) <= here.logit(good), so_far, starts_behind())
    slower = solve(
        here.update(best) <= here.update(good),
        likelier(here, behind),
        at_step(mean_at_most(), k),
        at(HYPOTHESES["top"], best),
        at_step(positive(best)[2], k),
    )
    step = solve(
        behind_by(there),
        so_far,
        slower,
        at(HYPOTHESES["updated"], k, best),
        at(HYPOTHESES["updated"], k, good),
        at(HYPOTHESES["forward"], k),
    )
    return induction(k, behind_by(here), solve(behind_by(START)), step)


def prove(goal: Term) -> Proof:
    so_far = specialise(never_rises(), K)
    behind = solve(END.logit(best) <= END.logit(good), so_far, starts_behind())
    now, then = (policy.logit(token) for policy, token in ((END, best), (START, good)))
    start, end = START.logit(best), END.logit(good)
    product = solve(
        exp(now) * exp(then) <= exp(start) * exp(end),
        exp_monotone(solve(now + then <= start + end, so_far)),
        exp_sum(now, then),
        exp_sum(start, end),
    )
    inside = (at(HYPOTHESES["nonempty"], K), at(HYPOTHESES["nonempty"], 0))
    weights = map(exp_positive, (now, then, start, end))
    return conclude(goal, product, likelier(END, behind), *weights, *inside)


def witness() -> Instance:
    """Two tokens of reward 1, with probabilities 8/9 and 1/9: nothing moves."""
    logits: Rows = {(GOOD,): Lambda((k,), log(lift(8))), (BEST,): Lambda((k,), const(0))}
    functions: dict[Symbol, Rows] = {
        SOFTMAX_AT_K.logit_symbol: logits,
        r: {(GOOD,): Lambda((), const(1)), (BEST,): Lambda((), const(1))},
        steps: {(): Lambda((k,), const(1))},
    }
    model = Model({RESPONSE: (GOOD, BEST)}, functions, {}, {good: GOOD, best: BEST})
    numbers = {"p(0, good)": "8/9", "p(0, best)": "1/9", "rewards": "1, 1", "eta_k": "1"}
    return proved_in(STATEMENT, model, whole_numbers(), numbers)
