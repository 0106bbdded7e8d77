"""The kernel's derivatives agree with SymPy's and with balls; without side conditions, none."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
import sympy
from flint import arb, arb_series, ctx
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.depth import examples
from theory.kernel import proof as p
from theory.kernel import terms as t
from theory.kernel.calculus import NotDifferentiable, derivative
from theory.kernel.syntax import to_text
from theory.kernel.terms import NAT, REAL, Sort, Symbol, Term, const, eq, exp, log, var

ITEM = Sort("Item")
x, y, item = var("x"), var("y"), var("item", ITEM)
f, fp, g, gp = (Symbol(name, (REAL,)) for name in ("f", "fp", "g", "gp"))
a = Symbol("a", (ITEM, REAL))
PRECISION = 300


# -- random functions of x, with what they need ------------------------------------------------


def bigger(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    binary = st.sampled_from(["add", "mul", "div"])
    return st.one_of(
        st.builds(lambda op, *args: Term(op, args), binary, inner, inner),
        st.builds(lambda arg: Term("neg", (arg,)), inner),
        st.builds(exp, inner),
        st.builds(log, inner),
        st.builds(lambda arg, power: arg**power, inner, st.integers(1, 3)),
    )


CONSTANTS = st.builds(const, st.fractions(-3, 3, max_denominator=4))
FUNCTIONS = st.recursive(st.sampled_from([x, x, y]) | CONSTANTS, bigger, max_leaves=6)
POINTS = st.fractions(-2, 2, max_denominator=50)


def side_conditions(term: Term) -> frozenset[Term]:
    """What ``derivative`` may ask for: all denominators and logarithms."""
    found = frozenset[Term]().union(*(side_conditions(arg) for arg in term.args))
    if term.op == "div":
        found |= {t.negate(eq(term.args[1], 0))}
    return found | {0 < term.args[0]} if term.op == "log" else found


OPERATIONS: Mapping[str, Any] = {
    "add": lambda u, v: u + v,
    "mul": lambda u, v: u * v,
    "div": lambda u, v: u / v,
    "neg": lambda u: -u,
}


def in_balls(term: Term, values: Mapping[Term, Any]) -> Any:
    """The value in balls, or in power series with ball coefficients."""
    if term in values:
        return values[term]
    if term.op == "const":
        assert isinstance(term.data, Fraction)
        return arb(term.data.numerator) / term.data.denominator
    args = [in_balls(arg, values) for arg in term.args]
    if term.op == "pow":
        assert isinstance(term.data, int)
        result = args[0]
        for _ in range(term.data - 1):
            result = result * args[0]
        return result
    if term.op in ("exp", "log"):
        return getattr(args[0], term.op)()
    return OPERATIONS[term.op](*args)


def in_sympy(term: Term, values: Mapping[Term, Any]) -> Any:
    if term in values:
        return values[term]
    if term.op == "const":
        assert isinstance(term.data, Fraction)
        return sympy.Rational(term.data.numerator, term.data.denominator)
    args = [in_sympy(arg, values) for arg in term.args]
    if term.op == "pow":
        return args[0] ** term.data
    if term.op in ("exp", "log"):
        return getattr(sympy, term.op)(args[0])
    return OPERATIONS[term.op](*args)


def ball(value: Fraction) -> arb:
    return arb(value.numerator) / value.denominator


def meaningful_at(term: Term, values: Mapping[Term, Any]) -> bool:
    """Whether all denominators and logarithms are certainly fine, in numbers of moderate size."""
    parts = [meaningful_at(arg, values) for arg in term.args]
    if not all(parts) or (term.op == "div" and in_balls(term.args[1], values).contains(0)):
        return False
    if term.op == "log" and not in_balls(term.args[0], values) > 0:
        return False
    return bool(abs(in_balls(term, values)) < 10**6) and (
        term.op != "div" or bool(abs(in_balls(term.args[1], values)) > arb(10) ** -6)
    )


@examples(200)
@given(FUNCTIONS, POINTS, POINTS)
def test_derivatives_agree_with_certified_ones_in_balls(
    function: Term, at: Fraction, other: Fraction
) -> None:
    """The coefficient of h in f(x + h), computed in power series of balls."""
    slope = derivative(x, function, {}, side_conditions(function))
    old = ctx.prec, ctx.cap
    ctx.prec, ctx.cap = PRECISION, 2
    try:
        values = {x: ball(at), y: ball(other)}
        assume(meaningful_at(function, values))
        series = in_balls(function, {x: arb_series([ball(at), 1]), y: arb_series([ball(other)])})
        expected = series[1] if isinstance(series, arb_series) else arb(0)
        found = in_balls(slope, values)
        assert found.overlaps(expected), to_text(function)
        assert (found - expected).abs_upper() < arb(10) ** -30
    finally:
        ctx.prec, ctx.cap = old


@examples(60)
@given(FUNCTIONS, POINTS, POINTS)
def test_derivatives_agree_with_sympy(function: Term, at: Fraction, other: Fraction) -> None:
    slope = derivative(x, function, {}, side_conditions(function))
    values = {x: ball(at), y: ball(other)}
    assume(meaningful_at(function, values))
    X, Y = sympy.symbols("x y", real=True)
    theirs = sympy.diff(in_sympy(function, {x: X, y: Y}), X)
    ours = in_sympy(slope, {x: X, y: Y})
    point = {X: sympy.Rational(at.numerator, at.denominator)}
    point[Y] = sympy.Rational(other.numerator, other.denominator)
    difference = sympy.N((ours - theirs).subs(point), 30, maxn=400)
    scale = 1 + abs(sympy.N(theirs.subs(point), 30, maxn=400))
    assert abs(difference) < scale * sympy.Rational(1, 10**20), to_text(function)


@examples(60)
@given(FUNCTIONS)
def test_each_side_condition_is_needed_where_it_meets_the_variable(function: Term) -> None:
    facts = side_conditions(function)
    derivative(x, function, {}, facts)
    for fact in facts:
        inside = fact.args[0] if fact.op == "not" else fact
        number = inside.args[0] if fact.op == "not" else inside.args[1]
        if x in number.free:
            with pytest.raises(NotDifferentiable, match="side condition not supplied"):
                derivative(x, function, {}, facts - {fact})


# -- abstract functions and sums ---------------------------------------------------------------

KNOWN = {f(x): fp(x), g(x): gp(x)}


def test_known_derivatives_pass_through_every_rule() -> None:
    cases: dict[Term, Term] = {
        f(x) + g(x): fp(x) + gp(x),
        f(x) * g(x): fp(x) * g(x) + f(x) * gp(x),
        exp(f(x)): exp(f(x)) * fp(x),
        f(x) ** 3: const(3) * f(x) ** 2 * fp(x),
        f(y): const(0),
        t.total(item, y * f(x)): t.total(item, const(0) * f(x) + y * fp(x)),
    }
    for function, expected in cases.items():
        assert derivative(x, function, KNOWN, frozenset()) == expected


@pytest.mark.parametrize(
    "function",
    [
        f(2 * x),
        Symbol("h", (REAL,))(x),
        t.absolute(x),
        t.maximum(x, 0),
        t.minimum(x, 1),
        t.prefix_sum(var("k", NAT), 3, x),
        x / f(x),
        x / x,
        x / const(0),
        log(x),
        log(f(x)),
        t.total(item, a(item, x)),
    ],
    ids=to_text,
)
def test_without_a_rule_or_a_side_condition_there_is_no_derivative(function: Term) -> None:
    with pytest.raises(NotDifferentiable):
        derivative(x, function, KNOWN, frozenset())
    with pytest.raises(NotDifferentiable):
        p.differentiate(x, function, p.assume(t.has_derivative(x, f(x), fp(x))))


def test_a_side_condition_must_be_the_right_one() -> None:
    quotient = x / f(x)
    right = t.negate(eq(f(x), 0))
    assert derivative(x, quotient, KNOWN, frozenset([right])).op == "div"
    for wrong in (t.negate(eq(g(x), 0)), eq(f(x), 0), 0 < f(x), t.negate(eq(f(0), 0))):
        with pytest.raises(NotDifferentiable):
            derivative(x, quotient, KNOWN, frozenset([wrong]))
    assert derivative(x, log(f(x)), KNOWN, frozenset([0 < f(x)])) == fp(x) / f(x)
    for wrong in (0 <= f(x), f(x) > 1, f(x) < 0, 0 < g(x)):
        with pytest.raises(NotDifferentiable):
            derivative(x, log(f(x)), KNOWN, frozenset([wrong]))


def test_a_rule_application_records_the_fact_it_rests_on() -> None:
    positive = p.assume(t.forall(x, 0 < f(x)))
    known = p.assume(t.has_derivative(x, f(x), fp(x)))
    made = p.differentiate(x, log(f(x)), known, p.specialise(positive, x))
    assert made.conclusion == t.has_derivative(x, log(f(x)), fp(x) / f(x))
    assert made.hypotheses == known.hypotheses | positive.hypotheses
    assert made.facts == {"derivative_rules"}
