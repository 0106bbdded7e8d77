"""Formulas for people: infix, in the paper's letters, with the abbreviations of a statement put
back.

Nothing is proved here. The kernel works on terms; ``theory.kernel.syntax`` writes them exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product

from theory.kernel.statement import Notation, Statement
from theory.kernel.terms import Symbol, Term, const, substitute, var
from theory.vocabulary import LETTERS, K, k

F = var("F")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# binding strength: comparison < sum < product < sign and power < atom
COMPARE, SUM, PRODUCT, POWER, ATOM = range(1, 6)
RELATIONS = {"le": "≤", "lt": "<", "eq": "="}
LOGIC = {"and": " and ", "or": " or ", "implies": " ⇒ "}


def letter(name: str) -> str:
    return LETTERS.get(name, (name,))[0]


def pretty(term: Term, names: Mapping[Term, str] | None = None) -> str:
    """The term on one line; ``names`` maps whole terms to what to call them."""
    return _write(term, names or {}, 0)


def names_of(statement: Statement) -> dict[Term, str]:
    """What each abbreviation of a statement stands for, ready for ``pretty``."""
    return {body: pretty(short) for body, short in abbreviations(statement).items()}


def meaning_of(statement: Statement, notation: Notation) -> str:
    """The body of an abbreviation, in terms of the others."""
    own = notation.symbol.data if isinstance(notation.symbol, Term) else notation.symbol
    others = {b: short for b, short in abbreviations(statement).items() if short.data != own}
    return pretty(notation.body, {b: pretty(short) for b, short in others.items()})


def abbreviations(statement: Statement) -> dict[Term, Term]:
    """Each body of the statement's notation, and the short term that stands for it; one with
    arguments at k = 0, k, k + 1 and K, and at the elements that the statement names. F is written
    1 - J only where it abbreviates that; where it is a number of its own, it is F."""
    formulas = [statement.conclusion, *(h.formula for h in statement.hypotheses)]
    free = frozenset[Term]().union(*(formula.free for formula in formulas))
    elements = sorted((x for x in free if x.sort.finite), key=lambda x: str(x.data))
    found = {
        body: short
        for notation in statement.notation
        for body, short in _spellings(notation, tuple(elements), formulas)
    }
    free_rate = {F: var("failure_rate")} if F in free - set(found.values()) else {}
    return {**free_rate, **found}


def _spellings(
    notation: Notation, elements: tuple[Term, ...], formulas: list[Term]
) -> list[tuple[Term, Term]]:
    if isinstance(notation.symbol, Term):
        return [(notation.body, notation.symbol)]
    values = [
        (param, *(x for x in elements if x.sort == param.sort))
        if param.sort.finite
        else (param, const(0), k, k + 1, K)
        for param in notation.params
    ]
    rows: Iterable[tuple[Term, ...]] = product(*values)
    if len(notation.params) > 2:  # too many: those that the statement has
        rows = dict.fromkeys(row for f in formulas for row in _rows(f, notation.symbol))
    return [
        (
            substitute(notation.body, dict(zip(notation.params, row, strict=True))),
            notation.symbol(*row),
        )
        for row in rows
    ]


def _rows(term: Term, symbol: Symbol) -> Iterator[tuple[Term, ...]]:
    """What the symbol is applied to, in a term."""
    if term.data == symbol:
        yield term.args
    for arg in term.args:
        yield from _rows(arg, symbol)


def _write(term: Term, names: Mapping[Term, str], outside: int) -> str:
    if term in names:
        return names[term]
    text, strength = _plain(term, names)
    return f"({text})" if strength < outside else text


def _plain(term: Term, names: Mapping[Term, str]) -> tuple[str, int]:
    def part(index: int, strength: int = 0) -> str:
        return _write(term.args[index], names, strength)

    data = term.data
    if isinstance(data, Symbol):
        inside = ", ".join(_write(a, names, 0) for a in term.args)
        if data.name == "F":
            return f"(1-J({inside}))", ATOM
        return f"{letter(data.name)}({inside})", ATOM
    match term.op:
        case "var":
            return letter(str(data)), ATOM
        case "const":
            assert isinstance(data, Fraction)
            plain = data >= 0 and data.denominator == 1
            return str(data), ATOM if plain else SUM
        case "add":
            right = term.args[1]
            if right.op == "neg":
                return f"{part(0, SUM)} - {_write(right.args[0], names, PRODUCT)}", SUM
            if isinstance(right.data, Fraction) and right.data < 0:
                return f"{part(0, SUM)} - {-right.data}", SUM
            return f"{part(0, SUM)} + {part(1, SUM)}", SUM
        case "neg":
            return f"-{part(0, PRODUCT)}", SUM
        case "mul":
            return f"{part(0, PRODUCT)}·{part(1, POWER)}", PRODUCT
        case "div":
            return f"{part(0, PRODUCT)}/{part(1, POWER)}", PRODUCT
        case "pow":
            return f"{part(0, ATOM)}{str(data).translate(SUPERSCRIPTS)}", POWER
        case "abs":
            return f"|{part(0)}|", ATOM
        case "max" if term.args[1].op == "const" and term.args[1].data == 0:
            return f"[{part(0)}]₊", ATOM
        case "pi":
            return "π", ATOM
        case "exp" | "log" | "sin" | "cos" | "max" | "min":
            return f"{term.op}({', '.join(_write(a, names, 0) for a in term.args)})", ATOM
        case "sum":
            return f"Σ_{term.args[0].data} {part(1, PRODUCT)}", SUM
        case "prefix":
            return f"Σ_{{{term.args[0].data}<{part(1)}}} {part(2, PRODUCT)}", SUM
        case "le" | "lt" | "eq":
            return f"{part(0, SUM)} {RELATIONS[term.op]} {part(1, SUM)}", COMPARE
        case "and" | "or" | "implies":
            return LOGIC[term.op].join(_write(a, names, COMPARE) for a in term.args), 0
        case "not" if term.args[0].op == "eq":
            sides = (_write(side, names, SUM) for side in term.args[0].args)
            return " ≠ ".join(sides), COMPARE
        case "not":
            return f"not {part(0, ATOM)}", COMPARE
        case "forall":
            return f"for all {term.args[0].data}: {part(1)}", 0
        case "deriv":
            return f"d/d{term.args[0].data} {part(1, POWER)} = {part(2, SUM)}", COMPARE
    return term.op, ATOM
