"""Weakened claims: a hypothesis left out, or a constant, a name, a power or a relation changed.

    dropped(statement, "smooth")            the claim without that hypothesis
    changed(statement, "8 -> 1/4")          every constant 8 becomes 1/4
    changed(statement, "2@3 -> 4")          only the third 2, as ``occurrences`` counts them
    changed(statement, "J -> F")            one abbreviation for another
    changed(statement, "^2 -> ^3")          a power
    changed(statement, "<= -> <")           the relations of the conclusion (of a hypothesis: use @)

A change is made in the short notation, in which a claim is read: the conclusion first, then the
hypotheses in their order, each from left to right. The step in J(0) is an index, not a constant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

from theory.kernel.statement import Statement

Formula: TypeAlias = Any
"""A formula of `theory`, known by ``op``, ``args`` and ``data`` only."""
Path: TypeAlias = tuple[int, ...]
"""Which argument to take, again and again, from the top of a formula down to a place in it."""

SIGNS = {"le": "<=", "lt": "<", "eq": "="}
RELATIONS = {"<=": ("le", False), "<": ("lt", False), "=": ("eq", False)}
RELATIONS |= {">=": ("le", True), ">": ("lt", True)}  # True: with the sides exchanged
BINDERS = ("sum", "prefix", "forall", "deriv")
MOST_SHOWN = 12
LONGEST = 200

CHANGE = re.compile(r"\s*(.+?)\s*(?:@([0-9]{1,4}))?\s*->\s*(.+?)\s*")
NUMBER = re.compile(r"-?[0-9]{1,20}(?:/[0-9]{1,20}|\.[0-9]{1,20})?")
POWER = re.compile(r"\^([0-9]{1,2})")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a claim: "conclusion" or a hypothesis, the way down to it, and what is around."""

    where: str
    path: Path
    context: str


@dataclass(frozen=True, slots=True)
class Change:
    """``old`` becomes ``new``; everywhere, or at one occurrence only, counted from 1."""

    old: str
    new: str
    which: int | None = None


def dropped(statement: Statement, name: str) -> Statement:
    """The claim without one hypothesis. ValueError if it has none of that name."""
    names = [h.name for h in statement.hypotheses]
    if name not in names:
        listed = ", ".join(names) or "none"
        raise ValueError(f"{statement.slug} has no hypothesis {name!r:.60}; it has {listed}")
    return replace(
        statement, hypotheses=tuple(h for h in statement.hypotheses if h.name != name), twins=()
    )


def changed(statement: Statement, text: str) -> Statement:
    """The claim after a change such as "8 -> 1/4". ValueError names what does not fit."""
    change = parse(text)
    spots = occurrences(statement, change.old)
    if not spots:
        raise ValueError(f"{change.old} does not occur in {statement.slug}; {_offer(statement)}")
    if change.which is not None and not 1 <= change.which <= len(spots):
        raise ValueError(f"{change.old} occurs {len(spots)} times, so @{change.which} is not there")
    if change.which is not None:
        spots = [spots[change.which - 1]]
    elif change.old in RELATIONS:
        spots = [s for s in spots if s.where == "conclusion"]
        if not spots:
            raise ValueError(f"{change.old} is not in the conclusion; pick one by {change.old}@1")
    formulas = _formulas(statement)
    for spot in spots:
        formulas[spot.where] = _put(formulas[spot.where], spot.path, statement, change.new)
    hypotheses = tuple(replace(h, formula=formulas[h.name]) for h in statement.hypotheses)
    return replace(statement, hypotheses=hypotheses, conclusion=formulas["conclusion"], twins=())


def parse(text: str) -> Change:
    """ValueError unless it reads OLD -> NEW or OLD@N -> NEW, both sides of one kind."""
    match = CHANGE.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        raise ValueError(f"a change reads 'OLD -> NEW' or 'OLD@2 -> NEW', got {text!r:.60}")
    old, which, new = match.groups()
    kinds = {_kind(old), _kind(new)}
    if len(kinds) > 1 and kinds != {"a name", "a number"}:
        raise ValueError(f"{old} is {_kind(old)} and {new} is {_kind(new)}: change like for like")
    if _same(old, new):
        raise ValueError(f"{old} -> {new} changes nothing")
    return Change(old, new, None if which is None else int(which))


def occurrences(statement: Statement, old: str) -> list[Spot]:
    """Where a number, a name, a power or a relation stands; the conclusion comes first."""
    if old in (">=", ">"):
        raise ValueError(f"claims are written with <= and <, not {old}")
    return [
        Spot(where, path, written(_at(formula, path[:-1] if path and old not in SIGNS else path)))
        for where, formula in _formulas(statement).items()
        for path in _paths(formula, old)
    ]


def constants(statement: Statement) -> dict[Fraction, list[Spot]]:
    """Every constant of the short notation, and where it stands."""
    values = {
        node.data
        for formula in _formulas(statement).values()
        for _, node in _walk(formula)
        if node.op == "const"
    }
    return {value: occurrences(statement, str(value)) for value in sorted(values)}


def _formulas(statement: Statement) -> dict[str, Formula]:
    hypotheses = {h.name: h.formula for h in statement.hypotheses}
    return {"conclusion": statement.conclusion, **hypotheses}


def _offer(statement: Statement) -> str:
    """What could have been changed, in one line."""
    found = [
        f"{value} (in {spots[0].context:.40})" for value, spots in constants(statement).items()
    ]
    return f"its constants are {', '.join(found[:MOST_SHOWN]) or 'none'}"


def _kind(side: str) -> str:
    if side in RELATIONS:
        return "a relation"
    if POWER.fullmatch(side):
        return "a power"
    if NUMBER.fullmatch(side):
        _number(side)
        return "a number"
    if NAME.fullmatch(side):
        return "a name"
    raise ValueError(f"{side!r:.60} is no number, name, power (^2) or relation (<=)")


def _number(side: str) -> Fraction:
    try:
        return Fraction(side)
    except ZeroDivisionError:
        raise ValueError(f"{side} divides by zero") from None


def _same(old: str, new: str) -> bool:
    numbers = NUMBER.fullmatch(old) and NUMBER.fullmatch(new)
    return _number(old) == _number(new) if numbers else old == new


# -- places in a formula -----------------------------------------------------------------------


def _walk(formula: Formula, path: Path = ()) -> Iterator[tuple[Path, Formula]]:
    """Every node but indices: neither the step in J(0) nor what a binder binds or counts."""
    yield path, formula
    if formula.op == "apply":
        return
    bound = {"prefix": 2}.get(formula.op, 1) if formula.op in BINDERS else 0
    for index in range(bound, len(formula.args)):
        yield from _walk(formula.args[index], (*path, index))


def _paths(formula: Formula, old: str) -> Iterator[Path]:
    kind = _kind(old)
    for path, node in _walk(formula):
        if kind == "a number":
            found = node.op == "const" and node.data == _number(old)
        elif kind == "a power":
            found = node.op == "pow" and node.data == int(old[1:])
        elif kind == "a relation":
            elements = node.op == "eq" and node.args[0].sort.finite
            found = SIGNS.get(node.op) == old and not elements
        else:
            found = _name(node) == old and not _bound(formula, path, old)
        if found:
            yield path


def _name(node: Formula) -> str | None:
    if node.op == "apply":
        return str(node.data.name)
    return str(node.data) if node.op == "var" else None


def _bound(formula: Formula, path: Path, name: str) -> bool:
    """Whether a binder above the place binds the name."""
    above = (_at(formula, path[:depth]) for depth in range(len(path)))
    return any(node.op in BINDERS and node.args[0].data == name for node in above)


def _at(formula: Formula, path: Path) -> Formula:
    for index in path:
        formula = formula.args[index]
    return formula


def _put(formula: Formula, path: Path, statement: Statement, new: str) -> Formula:
    """The formula with the node at a place replaced."""
    if not path:
        return _replacement(formula, statement, new)
    if formula.op in BINDERS and formula.args[0].data == new:
        raise ValueError(f"{new} is bound in {written(formula):.60}: another name is meant there")
    index, *rest = path
    args = list(formula.args)
    args[index] = _put(args[index], tuple(rest), statement, new)
    return type(formula)(formula.op, tuple(args), formula.data, formula.data_sort)


def _replacement(node: Formula, statement: Statement, new: str) -> Formula:
    build = type(node)
    if new in RELATIONS:
        op, exchanged = RELATIONS[new]
        return build(op, node.args[::-1] if exchanged else node.args)
    if POWER.fullmatch(new):
        if not 1 <= int(new[1:]) <= 16:
            raise ValueError(f"powers go from ^1 to ^16, got {new}")
        return build("pow", node.args, int(new[1:]))
    if NUMBER.fullmatch(new):
        if node.sort.name not in ("Real", "Nat") or (node.op == "var" and node.sort.name == "Nat"):
            raise ValueError(f"{written(node)} is an index, not a number")
        return build("const", (), _number(new))
    return _named(node, statement, new)


def _named(node: Formula, statement: Statement, new: str) -> Formula:
    """The name ``new`` as the claim uses it: with the same arguments, if it takes any."""
    free: frozenset[Any] = frozenset().union(*(f.free for f in _formulas(statement).values()))
    for variable in free:
        if variable.data == new and variable.sort.name == "Real" and node.sort.name != "Bool":
            return variable
    used = (f.symbols for f in _formulas(statement).values())
    symbols: set[Any] = {n.symbol for n in statement.notation} | frozenset().union(*used)
    for symbol in symbols:
        short = getattr(symbol, "op", None) == "var"
        if short and symbol.data == new and node.op != "apply":
            return symbol
        if short or symbol.name != new or node.op != "apply":
            continue
        if (symbol.sorts, symbol.result) == (node.data.sorts, node.data.result):
            return symbol(*node.args)
    raise ValueError(f"{new} is no name that {statement.slug} uses in the place of {written(node)}")


# -- a formula on one line, in the names that a change is written in -------------------------------

TIGHT = {"add": 2, "neg": 3, "mul": 3, "div": 3, "pow": 4}
JOIN = {"and": " and ", "or": " or ", "implies": " => "}


def written(formula: Formula, outside: int = 0) -> str:
    """Plain ASCII: ``-(L*eta^2/(2*F)) <= change - gap*eta``."""
    text, strength = _written(formula)
    return f"({text})" if strength < outside else text


def _written(node: Formula) -> tuple[str, int]:
    op, args, tight = node.op, node.args, TIGHT.get(node.op, 5)
    if op in ("var", "const"):
        plain = op == "var" or (node.data >= 0 and node.data.denominator == 1)
        return str(node.data), 5 if plain else 3
    if op == "apply":
        return f"{node.data.name}({', '.join(map(written, args))})", 5
    if op == "add" and args[1].op == "neg":
        return f"{written(args[0], 2)} - {written(args[1].args[0], 3)}", tight
    if op == "add":
        return f"{written(args[0], 2)} + {written(args[1], 2)}", tight
    if op == "neg":
        return f"-{written(args[0], 4)}", tight
    if op in ("mul", "div"):
        sign = "*" if op == "mul" else "/"
        return f"{written(args[0], 3)}{sign}{written(args[1], 4)}", tight
    if op == "pow":
        return f"{written(args[0], 5)}^{node.data}", tight
    if op in SIGNS:
        return f"{written(args[0], 2)} {SIGNS[op]} {written(args[1], 2)}", 1
    if op in JOIN:
        return JOIN[op].join(written(a, 1) for a in args), 0
    if op == "forall":
        return f"for all {args[0].data}: {written(args[1])}", 0
    if op == "sum":
        return f"sum_{args[0].data} {written(args[1], 3)}", 3
    if op == "prefix":
        return f"sum_{{{args[0].data}<{written(args[1])}}} {written(args[2], 3)}", 3
    if op == "deriv":
        return f"d/d{args[0].data} {written(args[1], 4)} = {written(args[2], 2)}", 1
    if op == "pi":
        return "pi", 5
    return f"{op}({', '.join(map(written, args))})", 5
