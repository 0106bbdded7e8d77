"""A formula in TeX is the formula: it is read back, and gives the same number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.depth import examples
from theory.kernel import terms as t
from theory.kernel.terms import NAT, Symbol, Term, conj, const, negate, var
from theory.paper import latex_terms
from theory.paper.latex_terms import formula
from theory.statements.overshooting_sharp import logp
from theory.tree import TREE
from theory.vocabulary import STEP, line_at, o

x, y, z, k = var("x"), var("y"), var("z"), var("k", NAT)
f, J, F = Symbol("f", (t.REAL,)), Symbol("J", (NAT,)), Symbol("F", (NAT,))

WRITTEN: tuple[tuple[Term, str], ...] = (
    (x + y + z, "x + y + z"),
    (x - (y - z), "x - (y - z)"),
    (x + (y - z), "x + y - z"),
    (x + (-y - z), "x + (-y - z)"),
    (-(x + y), "-(x + y)"),
    (-x * y, r"-x\,y"),
    (x * -y, r"x \cdot (-y)"),
    ((x + y) * z, r"(x + y)\,z"),
    (x * (y + z), r"x \cdot (y + z)"),
    (const(2) * (y + z), r"2\,(y + z)"),
    (x * 2, r"x \cdot 2"),
    (x / y / z, r"\frac{x/\allowbreak y}{z}"),
    (-x / y, r"-\frac{x}{y}"),
    ((x / y) ** 2, r"\Bigl(\frac{x}{y}\Bigr)^{2}"),
    (x**2 * y, r"x^{2}\,y"),
    (const(Fraction(1, 2)) * x, r"\tfrac{1}{2}\,x"),
    (t.exp(-x), "e^{-x}"),
    (t.exp(x / y), r"\exp\Bigl(\frac{x}{y}\Bigr)"),
    (t.log(x) * y, r"(\log x)\,y"),
    (t.log(x + y), r"\log(x + y)"),
    (t.sin(2 * t.PI) + t.cos(x), r"\sin(2\,\pi) + \cos x"),
    (t.absolute(x - y) <= z, r"\lvert x - y\rvert  \le z"),
    (t.maximum(x, 0), "[x]_{+}"),
    (t.maximum(x, t.maximum(y, z)), r"\max\{x,\ \allowbreak y,\ \allowbreak z\}"),
    (t.minimum(x, y), r"\min\{x,\ \allowbreak y\}"),
    (conj(0 < x, x <= y), r"0 < x \le y"),
    (conj(0 < x, 0 < y), r"0 < x\ \text{and}\ \allowbreak 0 < y"),
    (Term("or", (x < y, y < x)), r"x < y\ \text{or}\ \allowbreak y < x"),
    (negate(t.eq(x, y)), r"x \neq y"),
    (negate(x <= y), r"\neg (x \le y)"),
    (t.implies(0 < x, 0 < y), r"0 < x \Rightarrow \allowbreak 0 < y"),
    (t.forall(x, t.forall(y, x <= y)), r"\forall x,y\colon\ \allowbreak x \le y"),
    (t.prefix_sum(k, k + 1, f(x) + 1), r"\sum_{k<k + 1} (f(x) + 1)"),
    (t.exp(logp(o, x, y, z)), r"\pi_{x,y,z}(o)"),
    (F(k) * 2, r"(1-J(k)) \cdot 2"),
    (x - F(k), "x - (1-J(k))"),
    (t.has_derivative(x, x, const(1)), r"\frac{\mathrm{d}}{\mathrm{d}x}\,x = 1"),
    (t.TRUE, r"\text{true}"),
    (STEP.success(), r"\sum_{o} r(o)\,\pi_{0}(o)"),
    (STEP.mean_correct(STEP.score()), r"\mathbb{E}^{+}_{0}[s_{0}(o)]"),
    (STEP.mean_incorrect(STEP.score()), r"\mathbb{E}^{-}_{0}[s_{0}(o)]"),
    (line_at(k).logp(x), r"\log\pi_{k,x}(o)"),
    (t.exp(TREE.token_logp(x)), r"\pi_{x}(v\mid p)"),
    (TREE.token_score(x), r"s_{x}(v\mid p)"),
)
OPERATORS = {"var", "const", "apply", "pow", *t.UNARY, *t.BINARY, *t.FORMULAS, *t.BINDERS, "pi"}


def inside(term: Term) -> Iterator[Term]:
    yield term
    for argument in term.args:
        yield from inside(argument)


@pytest.mark.parametrize(("term", "tex"), WRITTEN, ids=[tex for _, tex in WRITTEN])
def test_the_tex_keeps_the_structure(term: Term, tex: str) -> None:
    assert formula(term) == tex


def test_every_operator_of_the_kernel_is_written() -> None:
    assert {node.op for term, _ in WRITTEN for node in inside(term)} == OPERATORS


def test_a_mean_of_something_else_is_no_conditional_expectation() -> None:
    """Each near miss of eq. (7a) keeps its quotient."""
    total = STEP.success()
    other = t.total(o, STEP.incorrect() * STEP.score())
    for mean in (
        t.total(o, STEP.correct() * STEP.score()) / STEP.failure(),
        t.total(o, STEP.correct(x) * STEP.score()) / total,
        t.total(o, t.exp(STEP.logp()) * STEP.score()) / total,
        other / total,
    ):
        assert r"\mathbb{E}" not in formula(mean)


# -- read back -------------------------------------------------------------------------------------

TOKEN = re.compile(r"\\[a-zA-Z]+|\\[{}, ]|\d+|[a-zA-Z]|[-+/^_(){}\[\],<]")
SILENT = {r"\big", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\biggl", r"\biggr", r"\ "}
SILENT |= {r"\allowbreak"}
POINT = {"x": Fraction(2, 3), "y": Fraction(-5, 7), "z": Fraction(3)}


def function(name: str, value: Fraction) -> Fraction:
    """Any fixed functions do: what is tested is where their argument ends."""
    places = ("exp", "log", "sin", "cos", "f")
    return value * value + value * 3 + 11 + places.index(name)


class Reader:
    """Reads the arithmetic that ``formula`` writes, by the conventions of print: a sum reaches to
    the next plus or minus, a product may be a thin space."""

    def __init__(self, tex: str, point: dict[str, Fraction]) -> None:
        self.tokens = [token for token in TOKEN.findall(tex) if token not in SILENT]
        self.point = point

    def whole(self) -> Fraction:
        value = self.sum()
        assert not self.tokens, f"left over: {self.tokens}"
        return value

    def take(self, *expected: str) -> None:
        for token in expected:
            assert self.tokens and self.tokens.pop(0) == token

    def next_is(self, *options: str) -> bool:
        return bool(self.tokens) and self.tokens[0] in options

    def sum(self) -> Fraction:
        value = Fraction(0)
        sign = -1 if self.next_is("-") else 1
        if sign < 0:
            self.take("-")
        value += sign * self.product()
        while self.next_is("+", "-"):
            sign = 1 if self.tokens.pop(0) == "+" else -1
            value += sign * self.product()
        return value

    def product(self) -> Fraction:
        value = self.power()
        while self.next_is(r"\cdot", r"\,", "/"):
            over = self.tokens.pop(0) == "/"
            factor = self.power()
            value = value / factor if over else value * factor
        return value

    def power(self) -> Fraction:
        value = self.atom()
        if self.next_is("^"):
            self.take("^", "{")
            value **= int(self.tokens.pop(0))
            self.take("}")
        return value

    def between(self, left: str, right: str) -> Fraction:
        self.take(left)
        value = self.sum()
        self.take(right)
        return value

    def atom(self) -> Fraction:
        token = self.tokens[0]
        if token == "(":
            return self.between("(", ")")
        if token == r"\lvert":
            return abs(self.between(r"\lvert", r"\rvert"))
        if token == "[":
            value = self.between("[", "]")
            self.take("_", "{", "+", "}")
            return max(value, Fraction(0))
        self.tokens.pop(0)
        if token.isdigit():
            return Fraction(token)
        if token in (r"\frac", r"\tfrac"):
            return self.between("{", "}") / self.between("{", "}")
        if token == "e":
            self.take("^")
            return function("exp", self.between("{", "}"))
        if token in (r"\max", r"\min"):
            self.take(r"\{")
            values = [self.sum()]
            while self.next_is(","):
                self.take(",")
                values.append(self.sum())
            self.take(r"\}")
            return max(values) if token == r"\max" else min(values)
        if token == r"\sum":
            return self.prefix_sum()
        name = token.removeprefix("\\")
        if name in ("exp", "log", "sin", "cos", "f"):
            return function(name, self.atom())
        return self.point[name]

    def prefix_sum(self) -> Fraction:
        self.take("_", "{", "k", "<")
        count = int(self.tokens.pop(0))
        self.take("}")
        begun, outside, values = list(self.tokens), self.point, []
        for number in range(count):
            self.tokens = list(begun)
            self.point = {**outside, "k": Fraction(number)}
            values.append(self.product())
        self.point = outside
        return sum(values, Fraction(0))


def value(term: Term, point: dict[str, Fraction]) -> Fraction:
    """The same number from the term itself."""
    if term.op == "prefix":
        body, count = term.args[2], int(value(term.args[1], point))
        return sum((value(body, {**point, "k": Fraction(n)}) for n in range(count)), Fraction(0))
    args = [value(argument, point) for argument in term.args]
    match term.op:
        case "var":
            return point[str(term.data)]
        case "const":
            return Fraction(str(term.data))
        case "add":
            return args[0] + args[1]
        case "mul":
            return args[0] * args[1]
        case "div":
            return args[0] / args[1]
        case "neg":
            return -args[0]
        case "pow":
            return args[0] ** int(str(term.data))
        case "abs":
            return abs(args[0])
        case "max":
            return max(args)
        case "min":
            return min(args)
    return function("f" if term.op == "apply" else term.op, args[0])


def grown(smaller: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    pairs = st.tuples(smaller, smaller)
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] - p[1]),
        pairs.map(lambda p: p[0] * p[1]),
        pairs.map(lambda p: p[0] / p[1]),
        pairs.map(lambda p: t.maximum(*p)),
        pairs.map(lambda p: t.minimum(*p)),
        smaller.map(lambda a: -a),
        smaller.map(lambda a: a**2),
        smaller.map(t.absolute),
        smaller.map(t.exp),
        smaller.map(t.log),
        smaller.map(f),
        smaller.map(lambda a: t.maximum(a, 0)),
        smaller.map(lambda a: t.prefix_sum(k, 2, a * (k + 1))),
    )


LEAVES = st.one_of(
    st.sampled_from((x, y, z)),
    st.fractions(-4, 4, max_denominator=5).map(const),
)
TERMS = st.recursive(LEAVES, grown, max_leaves=12)


@example(x / (y / z), True, 0)
@example((x / y) ** 2, False, 0)
@example(x / (y * z) + x / (y + z), True, 0)
@examples(200)
@given(TERMS, st.booleans(), st.sampled_from((0, latex_terms.WIDEST_QUOTIENT)))
def test_reading_the_tex_back_gives_the_same_number(term: Term, display: bool, wide: int) -> None:
    """Also when every quotient is too wide for \\frac."""
    try:
        number = value(term, POINT)
    except ZeroDivisionError:
        assume(False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(latex_terms, "WIDEST_QUOTIENT", wide)
        assert Reader(formula(term, display=display), POINT).whole() == number


@given(TERMS)
def test_what_an_abbreviation_stands_for_is_put_between_brackets_like_a_sum(term: Term) -> None:
    """1 - J is written for F, so F times x needs brackets."""
    failure, rate = var("F"), var("J")
    point = {**POINT, "J": Fraction(1, 3)}
    try:
        number = value(term * (1 - rate), point)
    except ZeroDivisionError:
        assume(False)
    written = formula(term * (x + y + z), {x + y + z: failure})
    assert Reader(written, point).whole() == number


@pytest.mark.parametrize("wrong", ["x + y\\,z", "x - y - z", "-x + y", "\\frac{x}{y + z}"])
def test_the_reader_tells_a_missing_bracket(wrong: str) -> None:
    rights = {(x + y) * z, x - (y - z), -(x + y), x / y + z}
    assert Reader(wrong, POINT).whole() not in {value(right, POINT) for right in rights}
