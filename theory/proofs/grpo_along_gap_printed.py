"""A countermodel: three equally likely responses, of which the short correct one scores negative.

Logits are theta times a feature. "long": correct, 8 tokens, feature 1. "short": correct, 1 token,
feature 0. "wrong": 8 tokens, feature 0. At theta = 0 the gap is 1/2, the scores are 2/3, -1/3 and
-1/3, and g_GRPO = (1/3)(1/3)/sigma ((2/3)/8 - 1/3 + 2 (1/3)/8) = -(1/3)^2/sigma/6 < 0.
"""

from dataclasses import replace

from theory.proofs._prelude import *
from theory.proofs._psi1 import two
from theory.proofs._witness import ZERO, Rows, witness
from theory.statements._grpo import length, sigma
from theory.statements.grpo_along_gap_printed import STATEMENT

LONG, SHORT, WRONG = "long", "short", "wrong"
SIZE = {LONG: 1 + 2 * exp(-t), SHORT: 2 + exp(t), WRONG: 2 + exp(t)}
SCORE = {LONG: 2 * exp(-t) / (1 + 2 * exp(-t)), SHORT: -(exp(t) / (2 + exp(t)))}
SCORE[WRONG] = SCORE[SHORT]
DEVIATION = exp(log(lift(2)) / 2) / 3  # sqrt(2)/3, and J(1-J) = 2/9


def table(values: dict[str, int]) -> Rows:
    return {(name,): Lambda((), const(value)) for name, value in values.items()}


@cache
def turned() -> Model:
    functions: dict[Symbol, Rows] = {
        STEP.logp_symbol: {(name,): Lambda((t,), -log(size)) for name, size in SIZE.items()},
        STEP.score_symbol: {(name,): Lambda((t,), score) for name, score in SCORE.items()},
        STEP.reward_symbol: table({LONG: 1, SHORT: 1, WRONG: 0}),
        length: table({LONG: 8, SHORT: 1, WRONG: 8}),
    }
    return Model({RESPONSE: (LONG, SHORT, WRONG)}, functions, {sigma: DEVIATION})


def facts_at(position: Term) -> tuple[Proof, ...]:
    """pi * size = 1 and the like, at a position."""
    here = [exp_inverse(position), exp_positive(position)]
    for size in (SIZE[LONG], SIZE[SHORT]):
        there = substitute(size, {t: position})
        positive = solve(0 < there, *here[:2])
        inverse = exp_inverse(log(there))
        here += [positive, solve(eq(exp(-log(there)) * there, 1), inverse, exp_log(positive))]
    return tuple(here)


@cache
def at_start() -> tuple[Proof, ...]:
    """Every response has probability 1/3."""
    same = exp_equal(Term("neg", (ZERO,)), ZERO)
    return (*facts_at(ZERO), exp_zero(), same)


def countermodel() -> Instance:
    model = turned()
    root = exp_sum(log(lift(2)) / 2, log(lift(2)) / 2, log(lift(2)))
    known = (*facts_at(t), *at_start(), root, two(), exp_positive(log(lift(2)) / 2))
    numbers = {"J": "2/3", "gap": "1/2", "sigma": "sqrt(2)/3", "w.g_GRPO": "-1/(54 sigma)"}
    instance = witness(STATEMENT, model, known, numbers)
    negation = conclude(negate(interpret(STATEMENT.formal_conclusion, model)), *known)
    return replace(instance, negation=negation)
