"""Instances of the claims about a softmax: three tokens whose e^logit are 8 and 1."""

from fractions import Fraction

from theory.proofs._prelude import *
from theory.proofs._witness import Rows, witness
from theory.statements._softmax import SOFTMAX, best, good, r

GOOD, BAD, BEST = "good", "bad", "best"
REWARD = {GOOD: Fraction(4, 5), BAD: Fraction(0), BEST: Fraction(1)}


def row(values: dict[str, Fraction]) -> Rows:
    return {(name,): Lambda((), const(value)) for name, value in values.items()}


TILT: dict[Symbol, Rows] = {Symbol("w", (RESPONSE,)): row(REWARD)}
"""A direction of the logits, for the claims that have one."""


def logits(likely: str) -> Rows:
    """log 8 for the likely token, 0 for the others: probabilities 8/10, 1/10 and 1/10."""
    return {(name,): Lambda((), log(lift(8)) if name == likely else const(0)) for name in REWARD}


def tilted() -> list[tuple[Term, Term]]:
    """Logit and direction of each token."""
    rows = zip(logits(GOOD).values(), next(iter(TILT.values())).values(), strict=True)
    return [(logit.body, direction.body) for logit, direction in rows]


def whole_numbers() -> tuple[Proof, ...]:
    """e^(log 8) = 8 and e^0 = 1."""
    return exp_log(solve(lift(0) < lift(8))), exp_zero()


def softmax_witness(
    statement: Statement,
    likely: str = GOOD,
    functions: dict[Symbol, Rows] | None = None,
    known: tuple[Proof, ...] = (),
) -> Instance:
    """Tokens good, bad and best with rewards 4/5, 0 and 1; one of them has probability 8/10."""
    table = {SOFTMAX.logit_symbol: logits(likely), r: row(REWARD), **(functions or {})}
    model = Model({RESPONSE: (GOOD, BAD, BEST)}, table, {eta: const(1)}, {best: BEST, good: GOOD})
    mean = {GOOD: "37/50", BEST: "22/25"}[likely]
    shares = {f"p({name})": "4/5" if name == likely else "1/10" for name in REWARD}
    numbers = {**shares, "rewards": "4/5, 0, 1", "V": mean, "eta": "1"}
    return witness(statement, model, (*whole_numbers(), *known), numbers)
