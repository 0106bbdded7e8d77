"""What the solvers read means what the term means, and terms survive being written down."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.depth import examples
from theory.kernel import terms as t
from theory.kernel.obligations import conditions, implication, smtlib
from theory.kernel.solvers import SOLVERS
from theory.kernel.syntax import fingerprint, to_text
from theory.kernel.terms import NAT, REAL, KernelError, Sort, Symbol, Term, eq, var
from theory.reading import from_text

ITEM = Sort("Item")
x, y, z, n = var("x"), var("y"), var("z"), var("n", NAT)
item, f, g = var("item", ITEM), Symbol("f", (REAL,)), Symbol("g", (ITEM, NAT))
WRAPPED = (f(x), t.exp(y), t.total(item, g(item, n)))  # variables to the solvers
NAMES = (x, y, z, n, *WRAPPED)

FRACTIONS = st.fractions(min_value=-4, max_value=4, max_denominator=6)
SMALL = st.integers(0, 5)


class Undefined(Exception):
    """A denominator is 0."""


# -- an evaluator of its own -----------------------------------------------------------------------


def number(term: Term, values: dict[Term, Fraction]) -> Fraction:
    if term in values:
        return values[term]
    if term.op == "const":
        assert isinstance(term.data, Fraction)
        return term.data
    args = [number(a, values) for a in term.args]
    match term.op:
        case "add":
            return args[0] + args[1]
        case "mul":
            return args[0] * args[1]
        case "div":
            if args[1] == 0:
                raise Undefined
            return args[0] / args[1]
        case "neg":
            return -args[0]
        case "abs":
            return abs(args[0])
        case "max":
            return max(args)
        case "min":
            return min(args)
    assert term.op == "pow" and isinstance(term.data, int)
    return args[0] ** term.data


def truth(term: Term, values: dict[Term, Fraction]) -> bool:
    match term.op:
        case "true":
            return True
        case "le" | "lt" | "eq":
            left, right = (number(a, values) for a in term.args)
            return {"le": left <= right, "lt": left < right, "eq": left == right}[term.op]
    parts = [truth(a, values) for a in term.args]
    match term.op:
        case "not":
            return not parts[0]
        case "and":
            return all(parts)
        case "or":
            return any(parts)
    assert term.op == "implies"
    return parts[1] if parts[0] else True


# -- random formulas -------------------------------------------------------------------------------


def bigger_numbers(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    binary = st.sampled_from(["add", "mul", "div", "max", "min"])
    return st.one_of(
        st.builds(lambda op, *args: Term(op, args), binary, inner, inner).filter(
            lambda term: term.op != "div" or term.args[1] != t.const(0)
        ),
        st.builds(lambda op, arg: Term(op, (arg,)), st.sampled_from(["neg", "abs"]), inner),
        st.builds(lambda arg, power: arg**power, inner, st.integers(1, 3)),
    )


NUMBERS = st.recursive(
    st.sampled_from(NAMES) | st.builds(t.const, FRACTIONS), bigger_numbers, max_leaves=6
)
RELATIONS = st.builds(
    lambda op, *args: Term(op, args), st.sampled_from(["le", "lt", "eq"]), NUMBERS, NUMBERS
)


def bigger_formulas(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    lists = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(t.negate, inner),
        st.builds(t.implies, inner, inner),
        st.builds(Term, st.sampled_from(["and", "or"]), lists),
    )


FORMULAS = st.recursive(RELATIONS | st.just(t.TRUE), bigger_formulas, max_leaves=4)
VALUES = st.fixed_dictionaries({name: FRACTIONS if name != n else SMALL for name in NAMES})


OPERATORS = {op: Term(op, (x, y)) for op in ("add", "mul", "div", "max", "min")}
OPERATORS |= {op: Term(op, (x,)) for op in ("neg", "abs")}
OPERATORS |= {f"pow{power}": x**power for power in (1, 2, 3, 5)}
GRID = [Fraction(value) for value in ("-2", "-1/2", "0", "1/3", "3")]


@pytest.mark.parametrize("name", OPERATORS)
def test_each_operator_has_its_value_at_every_point_of_a_grid(name: str) -> None:
    term = OPERATORS[name]
    points = [{x: u, y: v} for u in GRID for v in GRID if name != "div" or v != 0]
    at = [t.implies(t.conj(eq(x, p[x]), eq(y, p[y])), eq(term, number(term, p))) for p in points]
    inside = [
        eq(t.substitute(term, {v: t.const(c) for v, c in p.items()}), number(term, p))
        for p in points
    ]
    for solver in SOLVERS.values():
        assert solver(smtlib((), t.conj(*at, *inside)), 5) == "unsat"
        assert solver(smtlib((), t.conj(*at, t.negate(inside[-1]))), 5) == "sat"


@examples(80)
@given(FORMULAS, VALUES)
def test_the_text_means_what_the_formula_means(formula: Term, values: dict[Term, Fraction]) -> None:
    fixed = tuple(eq(name, value) for name, value in values.items())
    try:
        holds = truth(formula, values)
    except Undefined:
        return
    for name, solver in SOLVERS.items():
        right, wrong = ("unsat", "sat") if holds else ("sat", "unsat")
        assert solver(smtlib(fixed, formula), 10) == right, (name, to_text(formula))
        assert solver(smtlib(fixed, t.negate(formula)), 10) == wrong, (name, to_text(formula))


@given(FORMULAS)
def test_the_text_is_the_same_each_time(formula: Term) -> None:
    again = from_text(to_text(formula))
    assert smtlib((formula,), formula) == smtlib((again,), again)
    assert implication((), formula).digest == implication((), again).digest
    assert fingerprint(formula) == fingerprint(again)


@pytest.mark.slow
def test_the_text_does_not_depend_on_the_hashes_of_a_process() -> None:
    script = (
        "from theory.ledger.run import build; from theory.statements import STATEMENTS;"
        "print(sorted(build(STATEMENTS['jensen_exp']).obligations()))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(printed) == 1


def test_a_quotient_by_zero_can_be_anything_and_is_one_number() -> None:
    for value in (-1, 0, 3):
        for solver in SOLVERS.values():
            assert solver(smtlib((eq(y, 0),), t.negate(eq(x / y, value))), 5) == "sat"
            assert solver(smtlib((eq(y, 0),), eq(x / y, x / y)), 5) == "unsat"
            assert solver(smtlib((eq(y, 2), eq(x, 3)), eq(x / y, Fraction(3, 2))), 5) == "unsat"


def test_nothing_is_known_about_what_is_not_arithmetic() -> None:
    facts = (0 < t.exp(x), eq(t.log(t.exp(x)), x), t.exp(x) <= t.exp(x + 1), eq(f(x), f(x + 0)))
    for goal in facts:
        assert {solver(smtlib((), goal), 5) for solver in SOLVERS.values()} == {"sat"}


def test_variables_of_the_same_name_stay_apart() -> None:
    look_alikes = (var("k"), var("k", NAT), Symbol("k", ())(), Symbol("k", (REAL,))(x), var("k_1"))
    for left in look_alikes:
        for right in look_alikes:
            expected = {"unsat"} if left == right else {"sat"}
            assert {
                solver(smtlib((), eq(left, right)), 5) for solver in SOLVERS.values()
            } == expected


def test_natural_numbers_are_known_to_be_nonnegative_and_nothing_else() -> None:
    for solver in SOLVERS.values():
        assert solver(smtlib((), 0 <= n), 5) == "unsat"
        assert solver(smtlib((), 0 <= x), 5) == "sat"
        assert solver(smtlib((), t.negate(eq(n, Fraction(1, 2)))), 5) == "sat"


def test_denominators_and_logarithms_are_asked_about() -> None:
    goal = t.conj(t.log(x / y) <= t.exp(1 / (x + y)), x / 2 <= 1)
    assert len(conditions(goal)) == 3
    assert not conditions(t.conj(x / 2 <= 1, t.exp(x) <= y))


def test_what_binds_a_variable_never_reaches_a_solver() -> None:
    for formula in (t.forall(x, 0 <= x), t.has_derivative(x, x, t.const(1)), var("b", t.BOOL)):
        with pytest.raises(KernelError, match="must be specialised"):
            smtlib((formula,), t.TRUE)


# -- terms as text ---------------------------------------------------------------------------------

BOUND = st.one_of(
    st.builds(lambda body: t.total(item, body * g(item, n)), NUMBERS),
    st.builds(lambda body: t.prefix_sum(n, n + 2, body), NUMBERS),
    st.builds(t.exp, NUMBERS),
    st.builds(t.log, NUMBERS),
    st.builds(f, NUMBERS),
    st.builds(lambda: Symbol("c", ())()),
)
STATEMENT_LIKE = st.one_of(
    FORMULAS,
    BOUND,
    st.builds(lambda left, right: t.forall(x, left <= right), BOUND, BOUND),
    st.builds(lambda left, right: t.has_derivative(x, left, right), BOUND, BOUND),
)


@examples(300)
@given(STATEMENT_LIKE, STATEMENT_LIKE)
def test_terms_are_read_back_as_they_were_written(first: Term, second: Term) -> None:
    for term in (first, second):
        again = from_text(to_text(term))
        assert again == term and hash(again) == hash(term)
        assert again.free == term.free and again.sort == term.sort
    assert (to_text(first) == to_text(second)) == (first == second)


MALFORMED = """
( ) () x x:Real:Real :Real x: 1/0 0.5.5 nan inf x;:Real
(add)|(add 1)|(add 1 2 3)|(add 1 2|(add 1 2))|(add 1 2) 3|(tan 1)|(const 1)|(true 1)|x y:Real
(pow2)|(pow 1)|(powx 1)|(pow0 1)|(pow-1 1)|(pow17 1)|(and)|(or)|(not)|(and 1)
(forall x:Real)|(forall 1 (true))|(prefix k:Nat -1 1)|(deriv k:Nat 1 1)|(sum x:Real 1)
(@f 1)|(@f:Real)|(@f:Real x:Item)|(@:Real 1)
"""
SINGLE, *LISTS = MALFORMED.strip().splitlines()
TEXTS = ["", "(" * 10_000, *SINGLE.split(), *"|".join(LISTS).split("|")]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20] or "empty")
def test_malformed_text_is_refused(text: str) -> None:
    with pytest.raises(KernelError):
        from_text(text)
