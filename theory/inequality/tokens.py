"""A formula cut into numbers, names and marks, each with its column; and what may be asked at most.

Besides ASCII, what this program writes itself is read: ≤ ≥ · ² √ |x|, Greek letters, the minus
sign. Nothing else gets through: a Cyrillic x looks like a formula and is another one.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from theory.inequality.expression import GREEK

LONGEST_NUMBER = 4_000
DEEPEST = 100


class BadFormula(ValueError):
    """The text is not a formula of the grammar, or too large. The message is one line and gives the
    column (from 1), what stands there, and what was expected; ``where``, which text it is."""

    def __init__(self, column: int, problem: str, where: str = "") -> None:
        super().__init__(f"{where}column {column}: {problem}")
        self.column, self.problem = column, problem


@dataclass(frozen=True, slots=True)
class Limits:
    """What a formula may be at most.

    `length` characters; `depth` levels of the tree (a product of n factors has n levels) and of
    brackets, signs and exponents; `nodes` made for the tree; `digits` of the numerator and of the
    denominator of a constant; an integer exponent between -`exponent` and `exponent`. ValueError: a
    limit below 1, digits above 4000 (more cannot be printed), or depth above 100 (whoever walks the
    tree calls itself at every level)."""

    length: int = 10_000
    depth: int = 100
    nodes: int = 6_000
    digits: int = 1_000
    exponent: int = 1_000

    def __post_init__(self) -> None:
        if min(self.length, self.depth, self.nodes, self.digits, self.exponent) < 1:
            raise ValueError(f"limits must be at least 1, got {self}")
        if self.digits > LONGEST_NUMBER or self.depth > DEEPEST:
            raise ValueError(f"digits <= {LONGEST_NUMBER} and depth <= {DEEPEST}, got {self}")


LIMITS = Limits()

Kind = Literal["number", "name", "mark", "superscript", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the formula, as it is in ASCII, and its length as typed; `value` is that of a
    number and of a superscript."""

    kind: Kind
    text: str
    column: int
    value: Fraction | None = None
    length: int = 0

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else quoted(self.text)


SPACE = re.compile(r"[ \t\r\n\u00a0]*")
NUMBER = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
LETTER = {**{letter: name for name, letter in GREEK.items()}, "\u03c0": "pi"}
LETTER |= {"\u00b5": "mu", "\u03d5": "phi", "\u03f5": "epsilon"}
NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]*|[{''.join(LETTER)}](?:[0-9]+|_[A-Za-z0-9_]*)?")
SIGNS_TYPED = {
    **dict(zip("\u2264\u2265\u2260\u21d2=", ("<=", ">=", "!=", "=>", "=="), strict=True)),
    **dict(zip("\u2212\u00b7\u22c5\u00d7", "-***", strict=True)),
    "\u221a": "sqrt",
    "\u2227": "and",
}
"""What is typed or printed for people, and how it is written here."""
MARK = re.compile(rf"\*\*|<=|>=|==|!=|=>|=<|[-+*/^(),<>|{''.join(SIGNS_TYPED)}]")
RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
SUPERSCRIPT = re.compile(rf"\u207b?[{RAISED}]+")
LOWERED = str.maketrans(f"\u207b{RAISED}", "-0123456789")


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
        at = _after_space(text, at + token.length)
    yield Token("end", "", len(text) + 1)


def _token(text: str, at: int, limits: Limits) -> Token:
    column = at + 1
    if found := NUMBER.match(text, at):
        value = _number(found[1], found[2], column, limits)
        return Token("number", found[0], column, value, len(found[0]))
    if found := NAME.match(text, at):
        name = LETTER.get(found[0][0], found[0][0]) + found[0][1:]
        return Token("name", name, column, None, len(found[0]))
    if found := SUPERSCRIPT.match(text, at):
        if len(found[0]) > 1 + len(str(limits.exponent)):
            raise BadFormula(column, f"an exponent is at most {limits.exponent}")
        value = Fraction(int(found[0].translate(LOWERED)))
        return Token("superscript", f"^{value}", column, value, len(found[0]))
    if found := MARK.match(text, at):
        if found[0] == "=<":
            raise BadFormula(column, "=< is not a comparison; write <= or >=")
        written = SIGNS_TYPED.get(found[0], found[0])
        kind: Kind = "name" if written.isalpha() else "mark"
        return Token(kind, written, column, None, len(found[0]))
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
    return f"unexpected character {code} ({name}){HINTS.get(character, '; write it in ASCII')}"


ALL_VALUES = "a claim is about all values; conditions come before => or as assumptions"
HINTS = {
    ".": "; there are no attributes, and a decimal point needs a digit",
    "[": "; group with ( and )",
    "{": "; group with ( and )",
    "\u2200": f"; {ALL_VALUES}",
    "\u2203": "; there is no exists: a claim is about all values",
    "\u221e": "; leave out an infinite bound",
    "&": "; write and, or a comma",
    ":": f"; {ALL_VALUES}",
    ";": "; write and, or a comma",
    "%": "; there is no remainder, and 5% is 5/100",
    "_": "; a name begins with a letter",
    "!": "; there is no factorial",
}


def _after_space(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at
