"""What a question about real numbers is made of: expressions, comparisons, a claim under
assumptions.

A question means: for all real values of the variables that satisfy the assumptions, everything in
the claim is defined (no division by 0, no log of a number <= 0, no root of a negative number, no
real power of a negative number, nor of 0 with an exponent < 0) and every comparison of the claim
holds.

Expressions and comparisons as text: in the grammar of the parser, for a terminal, and in LaTeX.

``write`` is read back by ``parse``: the same tree, if every add, mul, min and max has two
arguments and no constant hides under a neg or in a quotient, as in all trees that were parsed;
else one with the same value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

# -- expressions -----------------------------------------------------------------------------------


Op = Literal[
    "const",
    "var",
    "pi",
    "add",
    "mul",
    "div",
    "neg",
    "pow",
    "real_power",
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "abs",
    "min",
    "max",
]
Sign = Literal["<", "<=", "=="]


@dataclass(frozen=True, slots=True)
class Expr:
    """A node. ``value`` is the Fraction of a const, the name of a var, the exponent (an int, may be
    negative) of a pow, and None elsewhere. A real_power has a base and an exponent: see
    ``theory.inequality.cases``, which defines it."""

    op: Op
    args: tuple[Expr, ...] = ()
    value: Fraction | str | int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """left < right, left <= right or left == right; > and >= are written the other way round."""

    left: Expr
    sign: Sign
    right: Expr


@dataclass(frozen=True, slots=True)
class Question:
    """Do the assumptions imply every comparison of the claim?"""

    assume: tuple[Comparison, ...]
    claim: tuple[Comparison, ...]


def variables(question: Question) -> tuple[str, ...]:
    """The names in order of first appearance, assumptions first."""
    found: dict[str, None] = {}

    def visit(node: Expr) -> None:
        if node.op == "var":
            found.setdefault(str(node.value))
        for inner in node.args:
            visit(inner)

    for comparison in (*question.assume, *question.claim):
        visit(comparison.left)
        visit(comparison.right)
    return tuple(found)


# -- as text ---------------------------------------------------------------------------------------


SUM, PRODUCT, SIGN, ATOM = range(1, 5)
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LETTERS = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"),
    *("lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
    *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Sigma", "Phi", "Psi", "Omega"),
)
GREEK = dict(zip(LETTERS, "αβγδεζηθικλμνξρστυφχψωΓΔΘΛΞΣΦΨΩ", strict=True))


@dataclass(frozen=True)
class Style:
    """How the pieces look: relation signs, the sign between factors, names, powers, quotients
    (None: a slash), calls of functions, brackets, and what stands between the assumptions and the
    claim."""

    signs: dict[str, str]
    times: str
    pi: str
    name: Callable[[str], str]
    power: Callable[[str, int], str]
    real_power: Callable[[str, str], str]
    quotient: Callable[[str, str], str] | None
    call: Callable[[str, str], str]
    brackets: tuple[str, str]
    implies: str


def write(what: Expr | Comparison | Question) -> str:
    """In the grammar of the parser. A question is its comparisons, which are in the grammar one by
    one: `0 < x, 0 < y => 0 < x*y`."""
    return written(what, PLAIN)


def pretty(what: Expr | Comparison | Question) -> str:
    """One line for people: 0 < η ≤ 1 ⇒ η² ≤ |η|."""
    return written(what, UNICODE)


def latex(what: Expr | Comparison | Question) -> str:
    """LaTeX for math mode."""
    return written(what, LATEX)


def written(what: Expr | Comparison | Question, style: Style) -> str:
    """In this style."""
    if isinstance(what, Expr):
        return _write(what, style, 0)
    if isinstance(what, Comparison):
        return chain((what,), style)
    claim = chain(what.claim, style)
    if not what.assume:
        return claim
    return ", ".join(chain((c,), style) for c in what.assume) + style.implies + claim


def chain(comparisons: tuple[Comparison, ...], style: Style) -> str:
    """Comparisons that share a side are written as a chain, others after a comma."""
    text = ""
    for before, now in zip((None, *comparisons), comparisons, strict=False):
        if before is None or before.right != now.left:
            text += (", " if before else "") + _write(now.left, style, 0)
        text += f" {style.signs[now.sign]} {_write(now.right, style, 0)}"
    return text


# -- the tree --------------------------------------------------------------------------------------


def _write(expr: Expr, style: Style, outside: int) -> str:
    """The text, in brackets where the place asks for a stronger binding."""
    text, strength = _plain(expr, style)
    return text.join(style.brackets) if strength < outside else text


def _plain(expr: Expr, style: Style) -> tuple[str, int]:
    """The text and how strongly it binds."""

    def part(index: int, strength: int = 0) -> str:
        return _write(expr.args[index], style, strength)

    match expr.op:
        case "const":
            assert isinstance(expr.value, Fraction)
            return _constant(expr.value, style)
        case "var":
            return style.name(str(expr.value)), ATOM
        case "pi":
            return style.pi, ATOM
        case "neg":
            return f"-{part(0, SIGN)}", SIGN
        case "add":
            flat = len(expr.args) > 2 or len(expr.args[0].args) > 2
            start = part(0, PRODUCT if flat else SUM)
            return start + "".join(_added(e, style) for e in expr.args[1:]), SUM
        case "mul":
            first, *others = expr.args
            factors = (_write(first, style, PRODUCT), *(_factor(e, style) for e in others))
            return style.times.join(factors), PRODUCT
        case "div" if style.quotient:
            return style.quotient(part(0), part(1)), PRODUCT
        case "div":
            return f"{part(0, PRODUCT)}/{_factor(expr.args[1], style)}", PRODUCT
        case "pow":
            assert isinstance(expr.value, int)
            return style.power(part(0, ATOM), expr.value), SIGN
        case "real_power":
            return style.real_power(part(0, ATOM), part(1, ATOM)), SIGN
    inside = ", ".join(_write(e, style, 0) for e in expr.args)
    return style.call(expr.op, inside), ATOM


def _constant(value: Fraction, style: Style) -> tuple[str, int]:
    sign = "-" if value < 0 else ""
    if value.denominator == 1:
        return str(value), SIGN if sign else ATOM
    if style.quotient:
        return sign + style.quotient(str(abs(value.numerator)), str(value.denominator)), PRODUCT
    return str(value), PRODUCT


def _added(term: Expr, style: Style) -> str:
    """A term after the first, with the sign before it."""
    if term.op == "neg" and term.args[0].op != "const":
        return f" - {_write(term.args[0], style, PRODUCT)}"
    if isinstance(term.value, Fraction) and term.value < 0:
        return f" - {_constant(-term.value, style)[0]}"
    return f" + {_write(term, style, PRODUCT)}"


def _factor(expr: Expr, style: Style) -> str:
    """A factor after the first: with a sign before it, it has brackets."""
    text, strength = _plain(expr, style)
    bare = strength >= SIGN and not text.startswith("-")
    return text if bare else text.join(style.brackets)


# -- the three styles ------------------------------------------------------------------------------


def _unicode_name(name: str) -> str:
    stem, line, below = name.partition("_")
    return GREEK.get(stem, stem) + line + below


def _unicode_call(op: str, inside: str) -> str:
    return f"|{inside}|" if op == "abs" else f"{'√' if op == 'sqrt' else op}({inside})"


def _unicode_power(base: str, exponent: int) -> str:
    return base + str(exponent).translate(SUPERSCRIPTS)


def _latex_name(name: str) -> str:
    r"""Greek letters by name, what follows _ as subscript, and so a number at the end:
    eta_1, eta1 -> \eta_{1}."""
    stem, _, below = name.partition("_")
    if not below:
        stem = name.rstrip("_").rstrip("0123456789")
        below = name.rstrip("_")[len(stem) :]
    below = below.replace("_", r"\_")
    word = rf"\{stem}" if stem in GREEK else stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
    return f"{word}_{{{below}}}" if below else word


def _latex_call(op: str, inside: str) -> str:
    if op == "abs":
        return rf"\left\lvert {inside}\right\rvert "
    if op == "sqrt":
        return rf"\sqrt{{{inside}}}"
    return rf"\{op}\left({inside}\right)"


PLAIN = Style(
    signs={"<": "<", "<=": "<=", "==": "=="},
    times="*",
    pi="pi",
    name=str,
    power=lambda base, exponent: f"{base}**{exponent}",
    real_power=lambda base, exponent: f"{base}**{exponent}",
    quotient=None,
    call=lambda op, inside: f"{op}({inside})",
    brackets=("(", ")"),
    implies=" => ",
)
UNICODE = Style(
    signs={"<": "<", "<=": "≤", "==": "="},
    times="·",
    pi="π",
    name=_unicode_name,
    power=_unicode_power,
    real_power=lambda base, exponent: f"{base}^{exponent}",
    quotient=None,
    call=_unicode_call,
    brackets=("(", ")"),
    implies=" ⇒ ",
)
LATEX = Style(
    signs={"<": "<", "<=": r"\le", "==": "="},
    times=r" \cdot ",
    pi=r"\pi",
    name=_latex_name,
    power=lambda base, exponent: f"{base}^{{{exponent}}}",
    real_power=lambda base, exponent: f"{base}^{{{exponent}}}",
    quotient=lambda above, below: rf"\frac{{{above}}}{{{below}}}",
    call=_latex_call,
    brackets=(r"\left(", r"\right)"),
    implies=r" \;\Rightarrow\; ",
)
