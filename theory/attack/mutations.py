"""Small changes to one comparison: what a careless author, or a careless prover, might get wrong.

Each operator takes a comparison (<=, < or =) and yields changed ones, each with the change in
words, in a fixed order. Nothing here knows whether a change makes a claim false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from theory.kernel.terms import BINDERS, NAT, REAL, Symbol, Term, const, var
from theory.pretty import pretty

Path = tuple[int, ...]
Change = tuple[str, Term]
Operator = Callable[[Term, frozenset[str]], Iterator[Change]]

FACTORS = (Fraction(1, 2), Fraction(9, 10), Fraction(11, 10), Fraction(2))
RELATIONS = ("le", "lt", "eq")
RATES = {"J": "F", "F": "J", "J_next": "F_next", "F_next": "J_next"}
HIGHEST_POWER = 16


# -- places in a term ------------------------------------------------------------------------------


def replaced(term: Term, path: Path, part: Term) -> Term:
    """The term with the node at ``path`` (argument numbers, from the root) replaced."""
    if not path:
        return part
    index, *rest = path
    args = list(term.args)
    args[index] = replaced(args[index], tuple(rest), part)
    return Term(term.op, tuple(args), term.data, term.data_sort)


def places(term: Term, path: Path = ()) -> Iterator[tuple[Path, Term]]:
    """Every real subterm and formula, root first; indices (J(0), k + 1) are left alone."""
    yield path, term
    if term.op == "deriv":
        return
    first = BINDERS.get(term.op, 0)
    for index, arg in enumerate(term.args[first:], start=first):
        if not _is_index(term, arg):
            yield from places(arg, (*path, index))


def _is_index(parent: Term, arg: Term) -> bool:
    applied = parent.op == "apply" and arg.sort == NAT
    return arg.sort.finite or applied


def comparisons(formula: Term) -> list[tuple[Path, Term]]:
    """The comparisons of numbers that a formula makes, under its connectives and quantifiers."""
    return [
        (path, node)
        for path, node in places(formula)
        if node.op in RELATIONS and not node.args[0].sort.finite
    ]


# -- operators -------------------------------------------------------------------------------------


def constants(atom: Term, names: frozenset[str]) -> Iterator[Change]:
    """Every constant but 0, larger and smaller."""
    for path, node in places(atom):
        if isinstance(node.data, Fraction) and node.data != 0:
            for factor in FACTORS:
                yield _changed(atom, path, const(node.data * factor))


def sides(atom: Term, names: frozenset[str]) -> Iterator[Change]:
    """The right side, larger and smaller: this scales what has no constant."""
    left, right = atom.args
    if right.op != "const" and left != const(0):
        for factor in FACTORS:
            yield f"right side times {factor}", replaced(atom, (1,), const(factor) * right)


def signs(atom: Term, names: frozenset[str]) -> Iterator[Change]:
    """A minus left out, a side negated, + for - and - for +."""
    for path, node in places(atom):
        if node.op == "neg" and (not path or path[-1] != 1 or _at(atom, path[:-1]).op != "add"):
            yield _changed(atom, path, node.args[0])
        if node.op == "add":
            left, right = node.args
            flipped = right.args[0] if right.op == "neg" else -right
            yield _changed(atom, path, left + flipped)
    for index, name in enumerate(("left", "right")):
        side = atom.args[index]
        if side.op != "neg" and side != const(0):
            yield f"{name} side negated", replaced(atom, (index,), -side)


def exponents(atom: Term, names: frozenset[str]) -> Iterator[Change]:
    """Powers one higher and one lower."""
    for path, node in places(atom):
        if node.op == "pow" and isinstance(node.data, int):
            base = node.args[0]
            if node.data < HIGHEST_POWER:
                yield _changed(atom, path, base ** (node.data + 1))
            yield _changed(atom, path, base if node.data == 2 else base ** max(1, node.data - 1))


def summands(atom: Term, names: frozenset[str]) -> Iterator[Change]:
    """One term of a sum left out."""
    for path, node in places(atom):
        if node.op == "add":
            yield _changed(atom, path, node.args[0])
            yield _changed(atom, path, node.args[1])


def strictness(atom: Term, names: frozenset[str]) -> Iterator[Change]:
    """<= for < and < for <=."""
    swap = {"le": "lt", "lt": "le"}
    if atom.op in swap:
        yield _shown(atom, Term(swap[atom.op], atom.args))


def relations(atom: Term, names: frozenset[str]) -> Iterator[Change]:
    """The relation reversed or denied; an equality turned into each inequality."""
    left, right = atom.args
    if atom.op == "eq":
        for relation in (left <= right, right <= left, left < right, right < left):
            yield _shown(atom, relation)
        return
    yield _shown(atom, Term(atom.op, (right, left)))
    yield _shown(atom, Term("le" if atom.op == "lt" else "lt", (right, left)))


def rates(atom: Term, names: frozenset[str]) -> Iterator[Change]:
    """J and 1 - J exchanged, at one place and everywhere."""
    yield from _exchanged(atom, lambda node: _other_rate(node, names), "J and 1-J exchanged")


def groups(atom: Term, names: frozenset[str]) -> Iterator[Change]:
    """The correct and the incorrect responses exchanged: E+ and E-, at one place and everywhere."""
    yield from _exchanged(atom, lambda node: _other_group(node, names), "+ and - exchanged")


def extremes(atom: Term, names: frozenset[str]) -> Iterator[Change]:
    """max for min and min for max."""
    swap = {"max": "min", "min": "max"}
    for path, node in places(atom):
        if node.op in swap:
            yield _changed(atom, path, Term(swap[node.op], node.args))


OPERATORS: Mapping[str, Operator] = {
    "constant": constants,
    "scale": sides,
    "sign": signs,
    "exponent": exponents,
    "summand": summands,
    "strictness": strictness,
    "relation": relations,
    "J and 1-J": rates,
    "plus and minus": groups,
    "max and min": extremes,
}


def mutations(
    atom: Term, names: frozenset[str], skip: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str, Term]]:
    """(operator, change in words, changed comparison), by every operator but those in ``skip``.

    ``names`` are the variables and functions that the claim knows."""
    for operator, change in OPERATORS.items():
        if operator not in skip:
            for words, mutated in change(atom, names):
                yield operator, words, mutated


# -- helpers ---------------------------------------------------------------------------------------


def _at(term: Term, path: Path) -> Term:
    for index in path:
        term = term.args[index]
    return term


def _changed(atom: Term, path: Path, part: Term) -> Change:
    return f"{pretty(_at(atom, path))} → {pretty(part)}", replaced(atom, path, part)


def _shown(atom: Term, mutated: Term) -> Change:
    return f"{pretty(atom)} → {pretty(mutated)}", mutated


def _exchanged(
    atom: Term, other: Callable[[Term], Term | None], everywhere: str
) -> Iterator[Change]:
    found = [(path, part) for path, node in places(atom) if (part := other(node)) is not None]
    for path, part in found:
        yield _changed(atom, path, part)
    if len(found) > 1:
        whole = atom
        for path, part in found:
            whole = replaced(whole, path, part)
        yield everywhere, whole


def _name(node: Term) -> str:
    if isinstance(node.data, Symbol):
        return node.data.name
    return str(node.data) if node.op == "var" else ""


def _named(name: str, node: Term) -> Term:
    """A variable, or a function of the same arguments, of another name."""
    if isinstance(node.data, Symbol):
        return Symbol(name, node.data.sorts, node.data.result)(*node.args)
    return var(name, node.sort)


def _other_rate(node: Term, names: frozenset[str]) -> Term | None:
    other = RATES.get(_name(node))
    if other is None or node.sort != REAL:
        return None
    return _named(other, node) if other in names else 1 - node


def _other_group(node: Term, names: frozenset[str]) -> Term | None:
    name = _name(node)
    other = {"plus": "minus", "minus": "plus"}.get(name.rpartition("_")[2])
    if other is None or (partner := name.rpartition("_")[0] + "_" + other) not in names:
        return None
    return _named(partner, node)
