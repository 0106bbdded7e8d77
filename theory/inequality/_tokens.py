"""A formula cut into numbers, names and marks, each with its column; and what may be asked at most.

Only ASCII gets through: a Cyrillic x or a full-width digit looks like a formula and is another one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

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
