"""Text to a tree of expressions, by a grammar that names all it allows; nothing is evaluated.

    chain       sum, then one or more of  (< | <= | > | >= | ==) sum
    sum         product, then any of      (+ | -) product
    product     signed, then any of       (* | /) signed
    signed      - signed  or  power
    power       atom, or                  atom (** | ^) signed
    atom        number | pi | name | function ( sum, ... ) | ( sum )

So - binds as in Python: -x**2 is -(x**2), and 2**-1 is 1/2. The tree has two arguments under every
add, mul, div, min and max; a - b is a + (-b). The negative of a constant, and a quotient of two
constants, are constants: 1/3 is one number. x**(3/2) is sqrt(x)**3; any other power whose exponent
is no integer is exp(exponent * log(base)), so its base must be positive.

A formula cut into numbers, names and marks, each with its column; and what may be asked at most.

Only ASCII gets through: a Cyrillic x or a full-width digit looks like a formula and is another one.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from theory.inequality.expression import Comparison, Expr, Op, Sign

# -- tokens ----------------------------------------------------------------------------------------


LONGEST_NUMBER = 4_000
DEEPEST = 100


class BadFormula(ValueError):
    """The text is not a formula of the grammar, or too large. The message is one line and gives the
    column (from 1), what stands there, and what was expected."""

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(f"column {column}: {problem}")
        self.column = column


@dataclass(frozen=True, slots=True)
class Limits:
    """What a formula may be at most.

    `length` characters; `depth` levels of the tree (a sum of n terms has n levels) and of brackets,
    signs and exponents; `nodes` made for the tree; `digits` of the numerator and of the denominator
    of a constant; an integer exponent between -`exponent` and `exponent`. ValueError: a limit below
    1, digits above 4000 (more cannot be printed), or depth above 100 (whoever walks the tree calls
    itself at every level)."""

    length: int = 10_000
    depth: int = 100
    nodes: int = 2_000
    digits: int = 1_000
    exponent: int = 1_000

    def __post_init__(self) -> None:
        if min(self.length, self.depth, self.nodes, self.digits, self.exponent) < 1:
            raise ValueError(f"limits must be at least 1, got {self}")
        if self.digits > LONGEST_NUMBER or self.depth > DEEPEST:
            raise ValueError(f"digits <= {LONGEST_NUMBER} and depth <= {DEEPEST}, got {self}")


LIMITS = Limits()

Kind = Literal["number", "name", "mark", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the formula; `value` is that of a number."""

    kind: Kind
    text: str
    column: int
    value: Fraction | None = None

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else quoted(self.text)


SPACE = re.compile(r"[ \t\r\n]*")
NUMBER = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
MARK = re.compile(r"\*\*|<=|>=|==|!=|[-+*/^(),<>=]")

REFUSED = {
    "=": "a single = is not a comparison; write ==, <= or >=",
    "!=": "!= is not supported; ask for < or > instead",
}


def tokens(text: str, limits: Limits = LIMITS) -> Iterator[Token]:
    """The tokens from left to right, then one of kind "end". A text that is too long is refused
    before any of it is read. BadFormula: see there."""
    if len(text) > limits.length:
        raise BadFormula(
            limits.length + 1, f"the formula has {len(text)} characters, at most {limits.length}"
        )
    at = _after_space(text, 0)
    while at < len(text):
        token = _token(text, at, limits)
        yield token
        at = _after_space(text, at + len(token.text))
    yield Token("end", "", len(text) + 1)


def _token(text: str, at: int, limits: Limits) -> Token:
    column = at + 1
    if found := NUMBER.match(text, at):
        return Token("number", found[0], column, _number(found[1], found[2], column, limits))
    if found := NAME.match(text, at):
        return Token("name", found[0], column)
    if found := MARK.match(text, at):
        if found[0] in REFUSED:
            raise BadFormula(column, REFUSED[found[0]])
        return Token("mark", found[0], column)
    raise BadFormula(column, _unexpected(text[at]))


def _number(digits: str, exponent: str | None, column: int, limits: Limits) -> Fraction:
    """The exact value: 0.1 is 1/10. Lengths are looked at before numbers are made."""
    whole, _, decimals = digits.partition(".")
    power = (exponent or "0").lstrip("+-").lstrip("0") or "0"
    if len(power) > len(str(limits.digits)) or len(whole + decimals) > limits.digits:
        raise too_long(column, limits)
    shift = (-int(power) if "-" in (exponent or "") else int(power)) - len(decimals)
    value = Fraction(int(whole + decimals)) * Fraction(10) ** shift
    if not fits(value, limits):
        raise too_long(column, limits)
    return value


def fits(value: Fraction, limits: Limits) -> bool:
    """Have numerator and denominator at most so many digits?"""
    return max(abs(value.numerator), value.denominator) < 10**limits.digits


def too_long(column: int, limits: Limits) -> BadFormula:
    return BadFormula(column, f"a constant has at most {limits.digits} digits")


def quoted(word: str) -> str:
    """The word in quotes, cut if it is long."""
    return repr(word if len(word) <= 40 else f"{word[:40]}...")


def _unexpected(character: str) -> str:
    if character.isascii() and character.isprintable():
        return f"unexpected character {quoted(character)}{HINTS.get(character, '')}"
    name = unicodedata.name(character, "no printable character")
    code = f"U+{ord(character):04X}"
    return f"unexpected character {code} ({name}); a formula is written in ASCII"


HINTS = {
    ".": "; there are no attributes, and a decimal point needs a digit",
    "[": "; group with ( and )",
    "{": "; group with ( and )",
    "|": "; write abs(x)",
    "_": "; a name begins with a letter",
    "!": "; there is no factorial",
}


def _after_space(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


# -- the grammar -----------------------------------------------------------------------------------


FUNCTIONS: dict[str, Op] = {
    "exp": "exp",
    "log": "log",
    "ln": "log",
    "sqrt": "sqrt",
    "sin": "sin",
    "cos": "cos",
    "abs": "abs",
    "min": "min",
    "max": "max",
}
"""log is the natural logarithm, and ln another name of it."""

SIGNS: dict[str, tuple[Sign, bool]] = {
    "<": ("<", False),
    "<=": ("<=", False),
    ">": ("<", True),
    ">=": ("<=", True),
    "==": ("==", False),
}
"""How a mark is kept: its sign, and whether the sides change places."""

RESERVED = {
    "and": "several comparisons are several formulas, or a chain such as 0 < x < 1",
    "or": "there is no or",
    "not": "there is no not",
    "e": "Euler's number is exp(1), and its powers are exp(x)",
}
"""Words that are no variables, and why."""

# binding strength: sum < product < sign < power
SUM, PRODUCT, SIGN, POWER = range(1, 5)
STRENGTH = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER, "^": POWER}


def parse(text: str, *, limits: Limits = LIMITS) -> tuple[Comparison, ...]:
    """The comparisons of a chain: 0 < x <= 1 is 0 < x and x <= 1. BadFormula: see there."""
    reader = _Reader(text, limits)
    sides, marks = [reader.part(SUM)], []
    while reader.token.text in SIGNS:
        marks.append(reader.take())
        sides.append(reader.part(SUM))
    if not marks:
        raise reader.unexpected("an operator or a comparison: < <= > >= ==")
    reader.end()
    return tuple(
        _comparison(left.expr, mark.text, right.expr)
        for left, mark, right in zip(sides, marks, sides[1:], strict=False)
    )


def parse_expression(text: str, *, limits: Limits = LIMITS) -> Expr:
    """The tree of an expression without comparison. BadFormula: see there."""
    reader = _Reader(text, limits)
    found = reader.part(SUM)
    reader.end()
    return found.expr


def _comparison(left: Expr, mark: str, right: Expr) -> Comparison:
    sign, swapped = SIGNS[mark]
    return Comparison(right, sign, left) if swapped else Comparison(left, sign, right)


@dataclass(frozen=True, slots=True)
class _Part:
    """A tree that has been read, the levels it has, and the column where it began."""

    expr: Expr
    depth: int
    column: int


class _Reader:
    """One token ahead. It calls itself inside ( ), after a sign and in an exponent: `level` counts
    how deep, so that no text exhausts the stack."""

    def __init__(self, text: str, limits: Limits) -> None:
        self._tokens = tokens(text, limits)
        self._limits = limits
        self._nodes = 0
        self.token = next(self._tokens)

    def take(self) -> Token:
        """The token ahead; the next one is then ahead."""
        taken = self.token
        if taken.kind != "end":
            self.token = next(self._tokens)
        return taken

    def end(self) -> None:
        if self.token.kind != "end":
            raise self.unexpected("an operator")

    def unexpected(self, expected: str) -> BadFormula:
        """What stands ahead instead of what was expected."""
        word = self.token
        if word.text in RESERVED:
            return BadFormula(word.column, f"{word} cannot stand here: {RESERVED[word.text]}")
        return BadFormula(word.column, f"expected {expected}, found {word}")

    # -- the grammar ---------------------------------------------------------------------------

    def part(self, least: int, level: int = 1) -> _Part:
        """The longest expression ahead whose operators all bind at least so strongly."""
        if level > self._limits.depth:
            raise self._too_deep(self.token.column)
        found = self._first(level)
        while (strength := STRENGTH.get(self.token.text, 0)) >= least:
            operator = self.take()
            power = strength == POWER
            right = self.part(SIGN, level + 1) if power else self.part(strength + 1, level)
            found = self._joined(operator, found, right)
        self._no_missing_operator()
        return found

    def _first(self, level: int) -> _Part:
        """A signed expression or an atom."""
        word = self.token
        if word.text in RESERVED or (word.text not in ("-", "(") and word.kind in ("mark", "end")):
            raise self.unexpected("a number, a name, - or (")
        self.take()
        if word.text == "-":
            return self._negative(self.part(SIGN, level + 1), word.column)
        if word.text == "(":
            found = self.part(SUM, level + 1)
            self._close()
            return found
        if word.kind == "number":
            return self._node("const", (), word.column, word.value)
        if word.text in FUNCTIONS:
            return self._call(word, level)
        return self._named(word)

    def _named(self, word: Token) -> _Part:
        if self.token.text == "(":
            known = ", ".join(FUNCTIONS)
            raise BadFormula(word.column, f"{word} is not a function; there are {known}")
        if word.text == "pi":
            return self._node("pi", (), word.column)
        return self._node("var", (), word.column, word.text)

    def _call(self, word: Token, level: int) -> _Part:
        if self.token.text != "(":
            raise BadFormula(word.column, f"{word} is a function; write {word.text}(...)")
        self.take()
        op = FUNCTIONS[word.text]
        found = self.part(SUM, level + 1)
        if op not in ("min", "max"):
            self._close()
            return self._node(op, (found,), word.column)
        if self.token.text != ",":
            raise self.unexpected(f"a comma, {word.text} takes two or more arguments")
        while self.token.text == ",":
            self.take()
            found = self._node(op, (found, self.part(SUM, level + 1)), word.column)
        self._close()
        return found

    def _close(self) -> None:
        if self.token.text != ")":
            raise self.unexpected("an operator or )")
        self.take()

    def _no_missing_operator(self) -> None:
        """2x and 2(x + 1) are no products here: say so, where they would be read as such."""
        word = self.token
        if word.text in RESERVED:
            raise self.unexpected("an operator")
        if word.kind in ("number", "name") or word.text == "(":
            raise BadFormula(
                word.column, f"expected an operator, found {word}; a product is written with *"
            )

    # -- the tree ------------------------------------------------------------------------------

    def _joined(self, operator: Token, left: _Part, right: _Part) -> _Part:
        match operator.text:
            case "+":
                return self._node("add", (left, right), left.column)
            case "-":
                negative = self._negative(right, right.column)
                return self._node("add", (left, negative), left.column)
            case "*":
                return self._node("mul", (left, right), left.column)
            case "/":
                return self._quotient(left, right)
        return self._power(left, right)

    def _negative(self, inner: _Part, column: int) -> _Part:
        if isinstance(inner.expr.value, Fraction):
            return self._node("const", (), column, -inner.expr.value)
        return self._node("neg", (inner,), column)

    def _quotient(self, left: _Part, right: _Part) -> _Part:
        above, below = left.expr.value, right.expr.value
        if isinstance(above, Fraction) and isinstance(below, Fraction) and below != 0:
            return self._node("const", (), left.column, above / below)
        return self._node("div", (left, right), left.column)

    def _power(self, base: _Part, exponent: _Part) -> _Part:
        value = exponent.expr.value
        if isinstance(value, Fraction):
            return self._constant_power(base, value, exponent)
        if _is_arithmetic(exponent.expr):
            raise BadFormula(
                exponent.column, "an exponent is one number, such as 2, -1 or 1/2, or has a name"
            )
        return self._exp_log(base, exponent)

    def _constant_power(self, base: _Part, value: Fraction, exponent: _Part) -> _Part:
        if value.denominator > 2:
            return self._exp_log(base, exponent)
        if abs(value.numerator) > self._limits.exponent:
            raise BadFormula(exponent.column, f"an exponent is at most {self._limits.exponent}")
        if value.denominator == 2:
            root = self._node("sqrt", (base,), base.column)
            if value.numerator == 1:
                return root
            return self._node("pow", (root,), base.column, value.numerator)
        return self._node("pow", (base,), base.column, value.numerator)

    def _exp_log(self, base: _Part, exponent: _Part) -> _Part:
        logarithm = self._node("log", (base,), base.column)
        product = self._node("mul", (exponent, logarithm), base.column)
        return self._node("exp", (product,), base.column)

    def _node(
        self,
        op: Op,
        args: tuple[_Part, ...],
        column: int,
        value: Fraction | str | int | None = None,
    ) -> _Part:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise BadFormula(column, f"the formula has more than {self._limits.nodes} nodes")
        depth = 1 + max((arg.depth for arg in args), default=0)
        if depth > self._limits.depth:
            raise self._too_deep(column)
        if isinstance(value, Fraction) and not fits(value, self._limits):
            raise too_long(column, self._limits)
        return _Part(Expr(op, tuple(arg.expr for arg in args), value), depth, column)

    def _too_deep(self, column: int) -> BadFormula:
        return BadFormula(
            column, f"more than {self._limits.depth} levels deep (a sum of n terms has n levels)"
        )


def _is_arithmetic(expr: Expr) -> bool:
    """Is it made of constants alone, by + - * / and powers?"""
    if expr.op not in ("const", "add", "mul", "div", "neg", "pow"):
        return False
    return all(_is_arithmetic(inner) for inner in expr.args)
