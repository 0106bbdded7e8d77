"""0 <= |(a.b) a - |a|^2 b|^2 settles |a| > 0, the same with a and b exchanged |b| > 0; and if both
vanish, 0 <= |a + b|^2 and 0 <= |a - b|^2 leave a.b = 0."""

from theory.proofs._prelude import *
from theory.proofs._witness import table_witness
from theory.statements.cauchy_schwarz import STATEMENT, a, b, dot, norm2_a, norm2_b


def nonnegative_square(x: Term, y: Term) -> Proof:
    """0 <= x^2 |a|^2 + 2 x y a.b + y^2 |b|^2, the squared length of x a + y b."""
    linear = sum_linear(i, (x**2, a(i) ** 2), (2 * x * y, a(i) * b(i)), (y**2, b(i) ** 2))
    expanded = linear.conclusion.args[0].args[1]
    positive = sum_monotone(solve(0 * expanded <= expanded), i)
    empty = sum_linear(i, (const(0), expanded))
    return solve(0 <= linear.conclusion.args[1], positive, linear, empty)


def prove(goal: Term) -> Proof:
    A, B, C = (STATEMENT.expand(name) for name in (norm2_a, dot, norm2_b))
    one = const(1)
    return conclude(
        goal,
        nonnegative_square(B, -A),
        nonnegative_square(C, -B),
        nonnegative_square(one, one),
        nonnegative_square(one, -one),
    )


def witness() -> Instance:
    return table_witness(STATEMENT, {a: (1, 2), b: (3, -1)}, COORDINATE)
