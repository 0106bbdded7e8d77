"""One more response: quiet(k+1) = quiet(k) - E[silent right]."""

from theory.proofs._prelude import *
from theory.proofs._witness import witness
from theory.statements._silence import OUTCOME, STILL_WRONG, expected, law, right, silent, z

QUIET = expected(silent(z, K))


def at_start(whole: Proof) -> Proof:
    """quiet(0) = 1, where the probabilities sum to one."""
    start = part(at(STILL_WRONG.formula, z), 0)
    first = law(z) * silent(z, 0)
    return solve(
        eq(total(z, first), 1), sum_equal(solve(eq(first, law(z)), start), z, (1, law(z))), whole
    )


def one_more() -> Proof:
    """quiet(K+1) = quiet(K) - E[silent(K) right(K)]."""
    longer = specialise(part(at(STILL_WRONG.formula, z), 1), K)
    before, hear = law(z) * silent(z, K), law(z) * (silent(z, K) * right(z, K))
    after = law(z) * silent(z, K + 1)
    split = solve(eq(after, before + -1 * hear), longer)
    return sum_equal(split, z, (1, before), (-1, hear))


def silence_witness(
    statement: Statement,
    more: dict[Symbol, dict[tuple[str, ...], Lambda]],
    values: dict[Term, Term],
) -> Instance:
    """Two outcomes, as likely: all are right, or none is. J(0) = 1/2, and then J(k) = 0."""
    first = maximum(1 - k, 0)
    tables: dict[Symbol, dict[tuple[str, ...], Lambda]] = {
        law: {("right",): Lambda((), half), ("wrong",): Lambda((), half)},
        right: {("right",): Lambda((k,), const(1)), ("wrong",): Lambda((k,), const(0))},
        silent: {("right",): Lambda((k,), first), ("wrong",): Lambda((k,), const(1))},
        **more,
    }
    model = Model({OUTCOME: ("right", "wrong")}, tables, {K: const(3), **values})
    return witness(statement, model, (), {"outcomes": "2", "K": "3"})
