"""Vectors given by terms in the coordinate i: their products, and means of products."""

from theory.proofs._prelude import *
from theory.proofs import cauchy_schwarz
from theory.proofs.cauchy_schwarz import nonnegative_square
from theory.statements import cauchy_schwarz as schwarz


def dot_bound(left: Term, right: Term) -> tuple[Proof, Proof]:
    """(a.b)^2 <= |a|^2 |b|^2 and 0 <= |a|^2, for vectors given by terms in the coordinate i."""
    vectors = {schwarz.a: Lambda((i,), left), schwarz.b: Lambda((i,), right)}
    general = cauchy_schwarz.prove(schwarz.STATEMENT.formal_conclusion)
    length = solve(
        0 <= schwarz.STATEMENT.expand(schwarz.norm2_a), nonnegative_square(const(1), const(0))
    )
    return instantiate(general, functions=vectors), instantiate(length, functions=vectors)


def dot_of_change(left: Term, start: Term, end: Term) -> Proof:
    """a.(end - start) = a.end - a.start."""
    split = solve(eq(left * (end - start), left * end - left * start))
    return sum_equal(split, i, (1, left * end), (-1, left * start))


def mean_of_dot(weight: Term, direction: Term, vector: Term) -> Proof:
    """sum_o weight (sum_i direction vector) = sum_i direction (sum_o weight vector).

    ``direction`` does not depend on the response o, nor ``weight`` on the coordinate i."""
    product = weight * (direction * vector)
    inside = sum_equal(solve(eq(product, product)), i, (weight, direction * vector))
    whole = weight * total(i, direction * vector)
    by_response = sum_equal(solve(eq(whole, total(i, product)), inside), o, (1, total(i, product)))
    spread = sum_equal(
        solve(eq(product, direction * (weight * vector))), o, (direction, weight * vector)
    )
    averaged = direction * total(o, weight * vector)
    by_coordinate = sum_equal(solve(eq(total(o, product), averaged), spread), i, (1, averaged))
    exchange = sum_exchange(o, i, product)
    return solve(eq(total(o, whole), total(i, averaged)), by_response, exchange, by_coordinate)
