"""The two sides of ``_growth``, for the loss L len eta^2/2."""

from theory.proofs._prelude import *
from theory.proofs._growth import next_positive, side
from theory.proofs._token_step import mean_of_length_loss, with_lengths
from theory.proofs._tree_witness import policy_witness
from theory.statements._tree import INTERIOR
from theory.statements.token_sharp_step import STATEMENT


@cache
def interior() -> tuple[Proof, Proof]:
    """0 < J and J < 1."""
    inside = assume(INTERIOR.formula)
    return part(inside, 0), part(inside, 1)


@cache
def positive_next() -> tuple[Proof, Proof]:
    """0 < J' and 0 < 1 - J'."""
    return with_lengths(next_positive(True)), with_lengths(next_positive(False))


@cache
def prove(goal: Term) -> Proof:
    kinds = (True, False)
    sides = (with_lengths(side(correct)) for correct in kinds)
    means = (mean_of_length_loss(correct) for correct in kinds)
    return conclude(goal, *sides, *means, *positive_next(), *interior())


def witness() -> Instance:
    return policy_witness(STATEMENT, {}, {})
