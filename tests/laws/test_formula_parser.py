"""Laws of the parser of formulas: the grammar by examples, the tree means what Python means by the
same formula, what is written is read back, and every refusal says where and why in one line."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from tests.depth import examples
from theory.inequality.expression import Comparison, Expr, Question, latex, pretty, write
from theory.inequality.parser import (
    LIMITS,
    BadFormula,
    Limits,
    parse,
    parse_expression,
    parse_question,
)

X, Y, Z = (Expr("var", (), name) for name in "xyz")
PI = Expr("pi")


def number(value):
    return Expr("const", (), Fraction(value))


def node(op, *args, value=None):
    return Expr(op, args, value)


# -- the grammar -----------------------------------------------------------------------------------

READ = [
    ("7", number(7)),
    ("0.1", number("1/10")),
    ("1e-3", number("1/1000")),
    ("2.5E+2", number(250)),
    (".5", number("1/2")),
    ("3.", number(3)),
    ("1/3", number("1/3")),
    ("-1/3", number("-1/3")),
    ("--3", number(3)),
    ("1/0", node("div", number(1), number(0))),
    ("pi", PI),
    ("eta_1", Expr("var", (), "eta_1")),
    ("x + y + z", node("add", node("add", X, Y), Z)),
    ("x - y - z", node("add", node("add", X, node("neg", Y)), node("neg", Z))),
    ("x - 1", node("add", X, number(-1))),
    ("x - (y - z)", node("add", X, node("neg", node("add", Y, node("neg", Z))))),
    ("x*y*z", node("mul", node("mul", X, Y), Z)),
    ("x/y/z", node("div", node("div", X, Y), Z)),
    ("x/y*z", node("mul", node("div", X, Y), Z)),
    ("x + y*z", node("add", X, node("mul", Y, Z))),
    ("-x*y", node("mul", node("neg", X), Y)),
    ("x*-y", node("mul", X, node("neg", Y))),
    ("-x**2", node("neg", node("pow", X, value=2))),
    ("(-x)^2", node("pow", node("neg", X), value=2)),
    ("2**-1", node("pow", number(2), value=-1)),
    ("x**0", node("pow", X, value=0)),
    ("x**(4/2)", node("pow", X, value=2)),
    ("x**(1/2)", node("sqrt", X)),
    ("x**1.5", node("pow", node("sqrt", X), value=3)),
    ("x**(-1/2)", node("pow", node("sqrt", X), value=-1)),
    ("x**(1/3)", node("real_power", X, number("1/3"))),
    ("x**y", node("real_power", X, Y)),
    ("2**x", node("exp", node("mul", X, node("log", number(2))))),
    ("x**y**2", node("real_power", X, node("pow", Y, value=2))),
    ("x**pi", node("real_power", X, PI)),
    ("x**(1 + 1)", node("pow", X, value=2)),
    ("2^3^2", node("pow", number(2), value=9)),
    ("ln(x)", node("log", X)),
    ("max(x, y, z)", node("max", node("max", X, Y), Z)),
    ("min(x, max(y, z))", node("min", X, node("max", Y, Z))),
    ("sqrt(exp(x))", node("sqrt", node("exp", X))),
    ("sin(cos(abs(x)))", node("sin", node("cos", node("abs", X)))),
    (" ( x\t+\r\ny ) ", node("add", X, Y)),
    ("|x - |y||", node("abs", node("add", X, node("neg", node("abs", Y))))),
    ("||x| - y|", node("abs", node("add", node("abs", X), node("neg", Y)))),
    ("\u2212x\u00b2", node("neg", node("pow", X, value=2))),
    ("x\u207b\u00b9\u2070", node("pow", X, value=-10)),
    ("\u221a2\u00b7\u221a(x)", node("mul", node("sqrt", number(2)), node("sqrt", X))),
    ("\u03c0\u00d7\u03bb_1", node("mul", PI, Expr("var", (), "lambda_1"))),
    ("tan(x)", node("div", node("sin", X), node("cos", X))),
    ("expm1(x)", node("add", node("exp", X), number(-1))),
    ("softplus(-1)", node("log", node("add", number(1), node("exp", number(-1))))),
    ("clip(x, y, 1)", node("min", node("max", X, Y), number(1))),
    ("pow(x, 2)", node("pow", X, value=2)),
    ("x" + " - x" * 40, node("add", X, *[node("neg", X)] * 40)),
]


@pytest.mark.parametrize(("text", "tree"), READ, ids=[text for text, _ in READ])
def test_a_formula_has_this_tree(text, tree):
    assert parse_expression(text) == tree


CHAINS = [
    ("x < y", [(X, "<", Y)]),
    ("x <= y", [(X, "<=", Y)]),
    ("x > y", [(Y, "<", X)]),
    ("x >= y", [(Y, "<=", X)]),
    ("x == y", [(X, "==", Y)]),
    ("x < y <= z == 1", [(X, "<", Y), (Y, "<=", Z), (Z, "==", number(1))]),
    ("x > y < z", [(Y, "<", X), (Y, "<", Z)]),
    ("x = y", [(X, "==", Y)]),
    ("x \u2264 y \u2265 z", [(X, "<=", Y), (Z, "<=", Y)]),
    ("x != 1", [(number(0), "<", node("abs", node("add", X, number(-1))))]),
    ("x < y, y < z and z < 1", [(X, "<", Y), (Y, "<", Z), (Z, "<", number(1))]),
]


@pytest.mark.parametrize(("text", "found"), CHAINS, ids=[text for text, _ in CHAINS])
def test_a_chain_is_its_comparisons(text, found):
    assert parse(text) == tuple(Comparison(*c) for c in found)


def test_a_decimal_is_the_exact_rational_that_is_written():
    assert parse_expression("0.1").value == Fraction(1, 10) != Fraction(0.1)


# -- what is written is read back ------------------------------------------------------------------


def negative(expr):
    return number(-expr.value) if isinstance(expr.value, Fraction) else node("neg", expr)


def quotient(above, below):
    a, b = above.value, below.value
    if isinstance(a, Fraction) and isinstance(b, Fraction) and b != 0:
        return number(a / b)
    return node("div", above, below)


def real_power(base, exponent):
    """As ``parse`` makes it: of no positive constant, and with an exponent that is no constant."""
    base = X if isinstance(base.value, Fraction) else base
    return node("real_power", base, exponent if "x" in write(exponent) else Y)


rationals = st.fractions(-100, 100, max_denominator=1000)
exponents = st.integers(-5, 5)
atoms = rationals.map(number) | st.sampled_from([X, Y, PI, Expr("var", (), "eta_1")])


def larger(inner):
    one = st.sampled_from(["exp", "log", "sqrt", "sin", "cos", "abs"])
    two = st.sampled_from(["add", "mul", "min", "max"])
    return st.one_of(
        st.builds(node, one, inner),
        st.builds(node, two, inner, inner),
        st.builds(quotient, inner, inner),
        st.builds(negative, inner),
        st.builds(lambda base, k: node("pow", base, value=k), inner, exponents),
        st.builds(real_power, inner, inner),
    )


trees = st.recursive(atoms, larger, max_leaves=25)
comparisons = st.builds(Comparison, trees, st.sampled_from(["<", "<=", "=="]), trees)


@pytest.mark.parametrize("tree", [tree for _, tree in READ], ids=[text for text, _ in READ])
def test_a_tree_of_the_examples_is_written_and_read_back(tree):
    assert parse_expression(write(tree)) == tree


@examples(500)
@given(trees)
def test_a_tree_that_is_written_is_read_back(tree):
    assert parse_expression(write(tree)) == tree


@given(comparisons)
def test_a_comparison_that_is_written_is_read_back(comparison):
    assert parse(write(comparison)) == (comparison,)


@given(st.lists(trees, min_size=2, max_size=4), st.lists(st.sampled_from(["<", "<=", "=="])))
def test_a_chain_that_is_written_is_read_back(sides, signs):
    signs = [*signs, "<", "<=", "=="]
    claim = tuple(map(Comparison, sides, signs, sides[1:]))
    assert parse(write(Question((), claim))) == claim


# -- the tree means what Python means by the formula -----------------------------------------------

ONE: dict[str, Callable] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "abs": abs,
}


def value(expr, x, y):
    """By floats, from the tree."""
    a = [value(e, x, y) for e in expr.args]
    match expr.op:
        case "const":
            return float(expr.value)
        case "var":
            return {"x": x, "y": y}[expr.value]
        case "pi":
            return math.pi
        case "add":
            return a[0] + a[1]
        case "mul":
            return a[0] * a[1]
        case "div":
            return a[0] / a[1]
        case "neg":
            return -a[0]
        case "pow":
            return a[0] ** expr.value
        case "min" | "max":
            return min(a) if expr.op == "min" else max(a)
        case "real_power":
            return a[0] ** a[1]
    return ONE[expr.op](*a)


def wrapped(text):
    return f"({text})"


# Each formula comes as a text and as the Python function that the text means, made side by side;
# a sum or product is text without brackets, so that only the grammar says what binds what.
leaves = st.one_of(
    st.sampled_from([("x", lambda x, y: x), ("y", lambda x, y: y), ("pi", lambda x, y: math.pi)]),
    st.integers(0, 9).map(lambda n: (str(n), lambda x, y: float(n))),
    st.integers(0, 99).map(lambda n: (f"{n / 8}", lambda x, y: n / 8)),
)


def brackets(part):
    return wrapped(part[0]), part[1]


def powers(atoms):
    squares = st.builds(
        lambda a, k: (f"{a[0]}**{k}", lambda x, y: a[1](x, y) ** k), atoms, st.integers(0, 3)
    )
    roots = atoms.map(lambda a: (f"abs({a[0]})^0.5", lambda x, y: abs(a[1](x, y)) ** 0.5))
    tower = atoms.map(lambda a: (f"2**sin({a[0]})**2", lambda x, y: 2 ** math.sin(a[1](x, y)) ** 2))
    return atoms | squares | roots | tower


def signed(power):
    return power | power.map(lambda a: (f"-{a[0]}", lambda x, y: -a[1](x, y)))


def folded(parts, marks):
    """A left-to-right row of parts, joined by marks that bind alike."""

    def joined(row, signs):
        text = row[0][0] + "".join(f" {s} {a[0]}" for s, a in zip(signs, row[1:], strict=False))

        def meaning(x, y):
            total = row[0][1](x, y)
            for sign, (_, function) in zip(signs, row[1:], strict=False):
                total = marks[sign](total, function(x, y))
            return total

        return text, meaning

    few = st.lists(st.sampled_from(sorted(marks)), min_size=3, max_size=3)
    return st.builds(joined, st.lists(parts, min_size=1, max_size=4), few)


def formulas(inner):
    atom = st.one_of(
        leaves,
        inner.map(brackets),
        inner.map(lambda a: (f"cos({a[0]})", lambda x, y: math.cos(a[1](x, y)))),
        inner.map(lambda a: (f"ln(exp(sin({a[0]})))", lambda x, y: math.sin(a[1](x, y)))),
        st.builds(
            lambda a, b: (f"max({a[0]}, {b[0]})", lambda x, y: max(a[1](x, y), b[1](x, y))),
            *(inner, inner),
        ),
        st.builds(
            lambda a, b: (f"min({a[0]}, 1, {b[0]})", lambda x, y: min(a[1](x, y), 1, b[1](x, y))),
            *(inner, inner),
        ),
    )
    product = folded(signed(powers(atom)), {"*": lambda a, b: a * b, "/": lambda a, b: a / b})
    return folded(product, {"+": lambda a, b: a + b, "-": lambda a, b: a - b})


spelled = st.recursive(leaves, formulas, max_leaves=8)


eighths = st.integers(-24, 24).map(lambda n: n / 8)  # sums and products of them are exact


@given(spelled, eighths, eighths)
def test_the_tree_means_what_python_means(formula, x, y):
    text, meaning = formula
    tree = parse_expression(text)
    try:
        expected = meaning(x, y)
    except (ZeroDivisionError, OverflowError, ValueError):
        reject()  # undefined, out of the range of floats, or the sine of such a value
    assume(abs(expected) < 1e12)
    found = value(tree, x, y)
    assert math.isclose(found, expected, rel_tol=1e-6, abs_tol=1e-6), text


# -- refusals --------------------------------------------------------------------------------------

REFUSED = [
    ("", 1, "expected a number, a name, - or (, found the end"),
    ("x", 2, "expected an operator or a comparison"),
    ("x <", 4, "expected a number, a name, - or (, found the end"),
    ("x < 1 <", 8, "found the end"),
    ("x << 1", 4, "found '<'"),
    ("2x < 1", 2, "expected an operator, found 'x'; a product is written with *"),
    ("2(x) < 1", 2, "found '('; a product is written with *"),
    ("(x)(y) < 1", 4, "found '('; a product is written with *"),
    ("x y < 1", 3, "found 'y'; a product is written with *"),
    ("x 2 < 1", 3, "found '2'; a product is written with *"),
    ("0x10 < 1", 2, "found 'x10'"),
    ("1_000 < x", 2, "unexpected character '_'"),
    ("x =< 1", 3, "write <= or >="),
    ("x => 1", 3, "=> means implies; at least is written >="),
    ("x > 0 => x >= 0", 7, "expected one => at most"),
    ("\u221ax^2 < 1", 1, "write sqrt(...) with brackets"),
    ("+x < 1", 1, "found '+'"),
    ("x ** < 1", 6, "found '<'"),
    ("(x < 1", 4, "expected an operator or ), found '<'"),
    ("x) < 1", 2, "found ')'"),
    ("x, y < 1", 2, "found ','"),
    ("() < 1", 2, "found ')'"),
    ("exp < 1", 1, "'exp' is a function; write exp(...)"),
    ("sin x < 1", 1, "'sin' is a function; write sin(...)"),
    ("exp() < 1", 5, "found ')'"),
    ("exp(x, y) < 1", 6, "expected an operator or ), found ','"),
    ("max(x) < 1", 6, "expected a comma, max takes two or more arguments, found ')'"),
    ("max(x,) < 1", 7, "found ')'"),
    ("atan(x) < 1", 1, "'atan' is not a function; there are exp, log"),
    ("Log(x) < 1", 1, "'Log' is not a function; write log"),
    ("clip(x, 1) < 1", 10, "expected a comma, clip takes 3 arguments"),
    ("x(1) < 1", 1, "'x' is not a function"),
    ("pi(1) < 1", 1, "'pi' is not a function"),
    ("x < 1 or y < 1", 7, "there is no or"),
    ("x < 1 and", 10, "found the end"),
    ("Pi > 3", 1, "the number is written pi"),
    ("x < oo", 5, "leave out an infinite bound"),
    ("x < \u221e", 5, "leave out an infinite bound"),
    ("forall x, x < 1", 1, "a claim is about all values"),
    ("e**x > 1", 1, "Euler's number is exp(1)"),
    ("x**(1/0) < 1", 5, "division by 0 in an exponent"),
    ("2^3^2^2^2 < 1", 3, "an exponent is at most 1000"),
    ("x! < 1", 2, "there is no factorial"),
    ("|x < 1", 4, "expected an operator or |, found '<'"),
    ("x| < 1", 2, "found '|'"),
    ("x.y < 1", 2, "there are no attributes"),
    ("x < \N{CYRILLIC SMALL LETTER HA}", 5, "U+0445 (CYRILLIC SMALL LETTER HA)"),
]


@pytest.mark.parametrize(("text", "column", "problem"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_refusal_says_where_and_why(text, column, problem):
    with pytest.raises(BadFormula) as error:
        parse(text)
    assert error.value.column == column
    message = str(error.value)
    assert message.startswith(f"column {column}: ")
    assert problem in message
    assert "\n" not in message


def test_an_expression_has_no_comparison():
    with pytest.raises(BadFormula, match="column 3: expected an operator, found '<'"):
        parse_expression("x < 1")


# -- limits ----------------------------------------------------------------------------------------

DEEP = "x" + "*x" * (LIMITS.depth - 1)
AT_THE_LIMIT = [
    ("x + 1", "x + 10", Limits(length=5)),
    (DEEP, f"{DEEP}*x", LIMITS),
    ("(" * 99 + "x" + ")" * 99, "(" * 100 + "x" + ")" * 100, LIMITS),
    ("x*y", "x*y*z", Limits(nodes=4)),
    ("cosh(x)", "cosh(cosh(x))", Limits(nodes=10)),
    ("99", "100", Limits(digits=2)),
    ("1/99", "0.01", Limits(digits=2)),
    ("9/10*1", "9/10/10", Limits(digits=2)),
    ("x**9", "x**10", Limits(exponent=9)),
    ("x**-9", "x**-10", Limits(exponent=9)),
    ("x**4.5", "x**5.5", Limits(exponent=9)),
]


@pytest.mark.parametrize(("inside", "outside", "limits"), AT_THE_LIMIT)
def test_each_limit_is_kept_and_is_no_smaller(inside, outside, limits):
    parse_expression(inside, limits=limits)
    with pytest.raises(BadFormula):
        parse_expression(outside, limits=limits)


@pytest.mark.parametrize("wrong", [{"depth": 101}, {"digits": 4001}, {"length": 0}, {"nodes": -1}])
def test_limits_that_cannot_be_kept_are_refused(wrong):
    with pytest.raises(ValueError, match=r"limits must be|digits <= 4000 and depth <= 100"):
        Limits(**wrong)


# -- the two other ways to write -------------------------------------------------------------------

SHOWN = [
    ("0 < eta_1 <= 1", "0 < η_1 ≤ 1", r"0 < \eta_{1} \le 1"),
    ("x**2 - 1/3*y > 0", "0 < x² - 1/3·y", r"0 < x^{2} - \frac{1}{3} \cdot y"),
    ("abs(x)/pi == sqrt(y)", "|x|/π = √(y)", r"\frac{\left\lvert x\right\rvert }{\pi} = \sqrt{y}"),
    ("(x + y)**-2 < gap", "(x + y)⁻² < gap", r"\left(x + y\right)^{-2} < \mathrm{gap}"),
    ("exp(-x) < x2", "exp(-x) < x2", r"\exp\left(-x\right) < x_{2}"),
]


@pytest.mark.parametrize(("text", "unicode", "tex"), SHOWN, ids=[s[0] for s in SHOWN])
def test_people_read_it_in_unicode_and_in_latex(text, unicode, tex):
    question = Question((), parse(text))
    assert (pretty(question), latex(question)) == (unicode, tex)


def test_a_question_shows_its_assumptions_first():
    question = Question((*parse("x > 0"), *parse("y > 0")), parse("0 < x*y"))
    assert write(question) == "0 < x, 0 < y => 0 < x*y"


@given(st.lists(comparisons, max_size=2), st.lists(comparisons, min_size=1, max_size=2))
def test_what_is_shown_to_people_is_a_question_again(assumptions, claim):
    question = Question(tuple(assumptions), tuple(claim))
    assert parse_question(pretty(question)) == parse_question(write(question)) == question


@given(trees)
def test_latex_closes_what_it_opens(tree):
    tex = latex(tree)
    assert tex.count(r"\left") == tex.count(r"\right")
    assert tex.count("{") == tex.count("}")
