"""One change to a claim, by its text, as a person asks for it.

    changed(statement, "8 -> 1/4")          every constant 8 becomes 1/4
    changed(statement, "2@3 -> 4")          only the third 2, as ``occurrences`` counts them
    changed(statement, "J -> F")            one abbreviation for another
    changed(statement, "^2 -> ^3")          a power
    changed(statement, "<= -> <")           the relations of the conclusion (of a hypothesis: use @)

The conclusion comes first, then the hypotheses in their order, each from left to right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from theory.attack.mutate import (
    HIGHEST_POWER,
    Path,
    formulas_of,
    name_of,
    part_at,
    places,
    replaced,
    with_formulas,
)
from theory.attack.mutate import dropped as dropped
from theory.kernel.statement import Statement
from theory.kernel.terms import BINDERS, NAT, REAL, Symbol, Term, const

WRITTEN = {"<=": ("le", False), "<": ("lt", False), "=": ("eq", False)}
WRITTEN |= {">=": ("le", True), ">": ("lt", True)}  # True: with the sides exchanged
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
class Edit:
    """``old`` becomes ``new``; everywhere, or at one occurrence only, counted from 1."""

    old: str
    new: str
    which: int | None = None


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
    elif change.old in WRITTEN:
        spots = [s for s in spots if s.where == "conclusion"]
        if not spots:
            raise ValueError(f"{change.old} is not in the conclusion; pick one by {change.old}@1")
    formulas = formulas_of(statement)
    for spot in spots:
        formulas[spot.where] = _put(formulas[spot.where], spot.path, statement, change.new)
    return with_formulas(statement, formulas)


def parse(text: str) -> Edit:
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
    return Edit(old, new, None if which is None else int(which))


def occurrences(statement: Statement, old: str) -> list[Spot]:
    """Where a number, a name, a power or a relation stands; the conclusion comes first."""
    if old in (">=", ">"):
        raise ValueError(f"claims are written with <= and <, not {old}")
    return [
        Spot(
            where,
            path,
            written(part_at(formula, path[:-1] if path and old not in WRITTEN else path)),
        )
        for where, formula in formulas_of(statement).items()
        for path in _paths(formula, old)
    ]


def constants(statement: Statement) -> dict[Fraction, list[Spot]]:
    """Every constant of the short notation, and where it stands."""
    values = {
        node.data
        for formula in formulas_of(statement).values()
        for _, node in places(formula)
        if isinstance(node.data, Fraction)
    }
    return {value: occurrences(statement, str(value)) for value in sorted(values)}


def _offer(statement: Statement) -> str:
    """What could have been changed, in one line."""
    found = [
        f"{value} (in {spots[0].context:.40})" for value, spots in constants(statement).items()
    ]
    return f"its constants are {', '.join(found[:MOST_SHOWN]) or 'none'}"


def _kind(side: str) -> str:
    if side in WRITTEN:
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


def _paths(formula: Term, old: str) -> Iterator[Path]:
    kind = _kind(old)
    for path, node in places(formula):
        if kind == "a number":
            found = node.op == "const" and node.data == _number(old)
        elif kind == "a power":
            found = node.op == "pow" and node.data == int(old[1:])
        elif kind == "a relation":
            elements = node.op == "eq" and node.args[0].sort.finite
            found = node.op == WRITTEN[old][0] and not elements
        else:
            found = name_of(node) == old and not _bound(formula, path, old)
        if found:
            yield path


def _bound(formula: Term, path: Path, name: str) -> bool:
    """Whether a binder above the place binds the name."""
    above = (part_at(formula, path[:depth]) for depth in range(len(path)))
    return any(node.op in BINDERS and node.args[0].data == name for node in above)


def _put(formula: Term, path: Path, statement: Statement, new: str) -> Term:
    """The formula with the node at a place replaced."""
    for depth in range(len(path)):
        above = part_at(formula, path[:depth])
        if above.op in BINDERS and above.args[0].data == new:
            raise ValueError(f"{new} is bound in {written(above):.60}: another name is meant there")
    return replaced(formula, path, _replacement(part_at(formula, path), statement, new))


def _replacement(node: Term, statement: Statement, new: str) -> Term:
    if new in WRITTEN:
        op, exchanged = WRITTEN[new]
        return Term(op, node.args[::-1] if exchanged else node.args)
    if POWER.fullmatch(new):
        if not 1 <= int(new[1:]) <= HIGHEST_POWER:
            raise ValueError(f"powers go from ^1 to ^{HIGHEST_POWER}, got {new}")
        return Term("pow", node.args, int(new[1:]))
    if NUMBER.fullmatch(new):
        if node.sort not in (REAL, NAT) or (node.op == "var" and node.sort == NAT):
            raise ValueError(f"{written(node)} is an index, not a number")
        return const(_number(new))
    return _renamed(node, statement, new)


def _renamed(node: Term, statement: Statement, new: str) -> Term:
    """The name ``new`` as the claim uses it: with the same arguments, if it takes any."""
    formulas = formulas_of(statement).values()
    variables = {v for f in formulas for v in f.free if v.sort == REAL}
    symbols = {s for f in formulas for s in f.symbols}
    for notation in statement.notation:
        if isinstance(notation.symbol, Term):
            variables.add(notation.symbol)
        else:
            symbols.add(notation.symbol)
    if isinstance(node.data, Symbol):
        kind = (node.data.sorts, node.data.result)
        found = [s(*node.args) for s in symbols if s.name == new and (s.sorts, s.result) == kind]
    else:
        found = []
    found += [v for v in variables if v.data == new and node.sort in (REAL, NAT)]
    if not found:
        said = f"{new} is no name that {statement.slug} uses in the place of {written(node)}"
        raise ValueError(said)
    return found[0]


# -- a formula on one line, in the names that a change is written in -------------------------------

SIGNS = {"le": "<=", "lt": "<", "eq": "="}
TIGHT = {"add": 2, "neg": 3, "mul": 3, "div": 3, "pow": 4}
JOIN = {"and": " and ", "or": " or ", "implies": " => "}


def written(formula: Term, outside: int = 0) -> str:
    """Plain ASCII: ``-(L*eta^2/(2*F)) <= change - gap*eta``."""
    text, strength = _written(formula)
    return f"({text})" if strength < outside else text


def _written(node: Term) -> tuple[str, int]:
    op, args, tight = node.op, node.args, TIGHT.get(node.op, 5)
    if op in ("var", "const"):
        plain = op == "var" or re.fullmatch("[0-9]+", str(node.data))
        return str(node.data), 5 if plain else 3
    if isinstance(node.data, Symbol):
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
