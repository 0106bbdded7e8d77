"""The parser under attack: whatever is typed gives a tree or a BadFormula of one line, at once."""

from __future__ import annotations

import ast
import subprocess
import sys
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import theory.inequality.parser as parser_module
from tests.depth import examples
from theory.inequality.expression import Expr, write
from theory.inequality.parser import FUNCTIONS, BadFormula, Limits, parse

FEW_CALLS = 1_000_000
"""Calls of functions until an answer: a second or less, and counted alike on every machine."""
ROOMY = Limits(length=10**6, nodes=10**5)

MALICIOUS = {
    "attribute": "x.__class__.__bases__ < 1",
    "attribute of a number": "(1).real < 2",
    "import": "__import__('os').system('true') < 1",
    "import without quotes": "__import__(os) < 1",
    "call of eval": "eval(x) < 1",
    "lambda": "(lambda x: x)(1) < 2",
    "comprehension": "[x for x in y] < 1",
    "index": "x[0] < 1",
    "string": "'x' * 10 < 1",
    "walrus": "(x := 1) < 2",
    "f-string": "f'{x}' < 1",
    "comment": "x < 1 # true",
    "two statements": "x < 1; y < 1",
    "backslash": "x \\ y < 1",
    "shift": "1 << 10**9 < x",
    "modulo": "x % 2 < 1",
    "integer division": "x // 2 < 1",
    "complex number": "1j < x",
    "infinity by exponent": "1e999999999 < x",
    "tiny by exponent": "1e-999999999 < x",
    "exponent of many digits": f"1e{'9' * 5000} < x",
    "zeros before the exponent": f"1e{'0' * 5000}1001 < x",
    "number of many digits": f"{'9' * 9000} < x",
    "huge quotient": "/".join(["1e-900"] * 9) + " < x",
    "huge exponent": "x**1000000000 < 1",
    "tower": "10**10**10 < x",
    "tower with brackets": "x**((10**10)**10) < 1",
    "exponent by a product": "x**(1000*1000) < 1",
    "tower of fractions": "x**(1/(1/(10**10**10))) < 1",
    "many brackets": "(" * 100_000 + "x" + ")" * 100_000 + " < 1",
    "brackets within the length": "(" * 4_000 + "x" + ")" * 4_000 + " < 1",
    "brackets left open": "(" * 9_999,
    "many signs": "-" * 9_000 + "x < 1",
    "many powers": "x" + "**x" * 3_000 + " < 1",
    "many calls": "exp(" * 2_000 + "x" + ")" * 2_000 + " < 1",
    "deep right operands": "1+x*2**exp(" * 900 + "x",
    "long product": "x" + "*x" * 4_000 + " < 1",
    "many abbreviations": "tan(" * 50 + "x" + ")" * 50 + " < 1",
    "long superscript": f"x{chr(0x2074) * 4_000} < 1",
    "many bars": "|" * 4_000 + "x" + "|" * 4_000 + " < 1",
    "long chain": "x" + "<x" * 4_900,
    "many arguments": "max(" + "x," * 4_000 + "x) < 1",
    "spaces": " " * 9_999,
    "ten million bytes": "x" * 10_000_000,
    "ten million brackets": "(" * 10_000_000,
    "ten million digits": "1" * 10_000_000 + " < x",
    "ten million spaces": " " * 10_000_000 + "x < 1",
    "Cyrillic x": "\N{CYRILLIC SMALL LETTER HA} < 1",
    "Cyrillic letter inside a name": "\N{CYRILLIC SMALL LETTER IE}xp(x) < 1",
    "Greek question mark": "x < 1\N{GREEK QUESTION MARK}",
    "Arabic digit": "\N{ARABIC-INDIC DIGIT ONE} < x",
    "superscript at the start": "\N{SUPERSCRIPT TWO} < 1",
    "superscript letter": "x\N{SUPERSCRIPT LATIN SMALL LETTER N} < 1",
    "Greek letters in a row": "x < \N{GREEK SMALL LETTER ETA}\N{GREEK SMALL LETTER NU}",
    "zero-width space": "x\N{ZERO WIDTH SPACE} < 1",
    "right to left": "\N{RIGHT-TO-LEFT OVERRIDE}x < 1",
    "NUL": "x\0 < 1",
    "escape": "\x1b[2Jx < 1",
    "surrogate": "\ud800 < 1",
}


def refusal(text):
    """What is said of the text, one printable line; the tree's own writing is read back if there is
    one."""
    try:
        found = parse(text)
    except BadFormula as error:
        message = str(error)
        assert message.startswith(f"column {error.column}: ")
        assert message.isprintable() and message.isascii()
        assert len(message) < 250
        assert 1 <= error.column <= len(text) + 1
        return message
    assert all(parse(write(comparison), limits=ROOMY) == (comparison,) for comparison in found)
    return None


def refusal_and_calls(text):
    counted = count()
    sys.setprofile(lambda frame, event, arg: next(counted))
    try:
        return refusal(text), next(counted)
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("text", MALICIOUS.values(), ids=MALICIOUS)
def test_malicious_input_is_refused_at_once(text):
    said, calls = refusal_and_calls(text)
    assert said is not None and calls < FEW_CALLS


@pytest.mark.parametrize(
    "text",
    [
        "x < " + "/".join(["1e-900", "1e900"] * 600),
        "x < " + "-" * 95 + "1/" * 1800 + "7",
        "0 < " + "*".join(["1e999"] * 90),
        "<".join("x" * 1_999),
        "x" + "+x" * 4_000 + " < 1",
        "0 < " + "+".join(["(" + "+".join(["x"] * 40) + ")"] * 40),
        "0 < " + "exp(" * 98 + "x" + ")" * 98,
        "0 < " + "1+x*2**exp(" * 25 + "x" + ")" * 25,
    ],
    ids=lambda text: text[:30],
)
def test_the_largest_formulas_take_few_calls_too(text):
    assert refusal_and_calls(text)[1] < FEW_CALLS


def test_a_slow_answer_is_noticed(monkeypatch):
    monkeypatch.setattr(f"{__name__}.refusal", lambda text: [abs(n) for n in range(FEW_CALLS)])
    assert refusal_and_calls("x < 1")[1] > FEW_CALLS


# -- whatever is typed -----------------------------------------------------------------------------

WORDS = [
    *FUNCTIONS,
    *("x", "y", "J", "eta_1", "pi", "e", "and", "or", "not", "lambda", "x2", "tan", "clip", "oo"),
    *("0", "1", "2", "0.1", "1e-3", "1e999", "1/3", "1001", ".5", "3."),
    *("+", "-", "*", "/", "**", "^", "(", ")", "(", ")", ",", "<", "<=", ">", ">=", "=="),
    *(
        "=",
        "!=",
        "=>",
        "|",
        "\u00b2",
        "\u2264",
        "\u221a",
        "\u2212",
        "<<",
        ".",
        "[",
        "]",
        "_",
        "'",
        ":",
        " ",
        "\n",
        "\t",
        "\0",
        "\u03b7",
        "\ud800",
    ),
]


@pytest.mark.slow
@given(st.text())
@example("\ud800")
def test_any_text_gives_a_tree_or_a_refusal(text):
    refusal(text)


@examples(500)
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from(["", " "]))
def test_any_row_of_words_gives_a_tree_or_a_refusal(words, between):
    refusal(between.join(words))


VALID = [
    "0 < J < 1",
    "exp(x) >= 1 + x",
    "log(1 + exp(-x)) <= max(0, -x) + log(2)",
    "sqrt(x*y) <= (x + y)/2",
    "abs(sin(x)) <= abs(x) == abs(-x)",
    "2**x*3**(1/2) > x**-3 - 1e-3*min(x, y, 0.25)",
    "x^2*(1 - J)/(8*L) < -eta**2/(2*J) + pi*cos(x)",
]


@pytest.mark.parametrize("text", VALID)
def test_the_seeds_of_the_mutations_are_formulas(text):
    assert refusal(text) is None


def mutated(rng, text):
    """One to four edits: delete, repeat, swap, insert a word, or cross with another formula."""
    for _ in range(rng.integers(1, 5)):
        i, j = sorted(int(n) for n in rng.integers(0, len(text) + 1, 2))
        word, other = (str(rng.choice(np.array(w, dtype=object))) for w in (WORDS, VALID))
        text = [
            text[:i] + text[j:],
            text[:j] + text[i:],
            text[j:] + text[i:j] + text[:i],
            text[:i] + word + text[i:],
            text[:i] + other[i:],
        ][rng.integers(5)]
    return text


def test_thousands_of_mutants_of_formulas_give_a_tree_or_a_refusal():
    rng = np.random.default_rng(0)
    said = [refusal(mutated(rng, VALID[n % len(VALID)])) for n in range(5_000)]
    trees = sum(message is None for message in said)
    assert 250 < trees < 4_750  # the mutants are neither all broken nor all whole
    assert len({message.split(": ", 1)[1] for message in said if message}) > 40


# -- nothing is evaluated --------------------------------------------------------------------------

FORBIDDEN = {"eval", "exec", "compile", "__import__", "sympify", "parse_expr"}


def names_in(source):
    """The names that a source uses by themselves (re.compile uses re), and what it imports."""
    nodes = list(ast.walk(ast.parse(source)))
    imported = {n.name for n in nodes if isinstance(n, ast.alias)}
    return imported | {n.id for n in nodes if isinstance(n, ast.Name)}


def test_no_file_of_the_package_evaluates_text():
    for path in Path(parser_module.__file__).parent.glob("*.py"):
        assert not names_in(path.read_text(encoding="utf-8")) & FORBIDDEN, path.name
    assert names_in("value = eval(text)") & FORBIDDEN
    assert names_in("from sympy import sympify as read") & FORBIDDEN


def test_reading_a_formula_loads_no_solver_and_no_array() -> None:
    program = "import sys, theory.inequality.parser as p; p.parse('x < 1'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
    assert b"fractions" in loaded
    assert not {b"flint", b"numpy", b"z3", b"cvc5"} & set(loaded.split())


def test_a_tree_holds_plain_data_only():
    def check(expr):
        assert type(expr) is Expr
        assert type(expr.value).__name__ in ("Fraction", "str", "int", "NoneType")
        for inner in expr.args:
            check(inner)

    for text in VALID:
        for comparison in parse(text):
            check(comparison.left)
            check(comparison.right)
