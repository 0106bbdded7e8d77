"""Pieces of a formula: TeX with its binding strength and its size, and brackets that fit."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from theory.paper.latex_letters import ATOM

FENCES = (("(", ")"), ("\\bigl(", "\\bigr)"), ("\\Bigl(", "\\Bigr)"), ("\\biggl(", "\\biggr)"))


@dataclass(frozen=True, slots=True)
class Piece:
    """TeX, how strongly it holds together, and its size: lines high and letters wide."""

    tex: str
    strength: int = ATOM
    height: int = 0
    width: int = 1


def atom(tex: str, strength: int = ATOM) -> Piece:
    return Piece(tex, strength, 0, letters_in(tex))


def letters_in(tex: str) -> int:
    return len(re.sub(r"\\[a-zA-Z]+ ?|[{}_^\\,]", "", tex)) + len(re.findall(r"\\[a-zA-Z]+", tex))


def joined(parts: Iterable[Piece], between: str, strength: int) -> Piece:
    parts = list(parts)
    width = sum(p.width for p in parts) + (len(parts) - 1) * letters_in(between)
    return Piece(between.join(p.tex for p in parts), strength, max(p.height for p in parts), width)


def fenced(piece: Piece) -> Piece:
    left, right = FENCES[min(piece.height, 3)]
    return Piece(left + piece.tex + right, ATOM, piece.height, piece.width + 2)


def sized(piece: Piece, left: str, right: str) -> str:
    """The piece between other delimiters of its height."""
    grown = ("", "\\big", "\\Big", "\\bigg")[min(piece.height, 3)]
    return f"{grown}l{left}{piece.tex}{grown}r{right}" if grown else f"{left}{piece.tex}{right}"
