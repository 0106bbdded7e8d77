"""The mutator: one place that changes a claim, in its constants, signs, exponents, relations, names
and hypotheses.

``mutants(statement)`` makes every small change that a careless author, or a careless prover, might
make: each operator takes a comparison and yields changed ones. Most mutants are false, some are
weaker than the claim, and a few are stronger and true; nothing here knows which.
``theory.attack.weaken`` makes the one change that a person asks for. All changes are made in the
short notation. The step in J(0) is an index, not a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from theory.kernel.statement import Hypothesis, Statement, Twin
from theory.kernel.terms import (
    BINDERS,
    NAT,
    REAL,
    CaptureError,
    SortError,
    Symbol,
    Term,
    const,
    var,
)
from theory.pretty import pretty

Path = tuple[int, ...]
"""Which argument to take, again and again, from the top of a formula down to a place in it."""
Change = tuple[str, Term]
"""In words, and the changed comparison."""
Operator = Callable[[Term, frozenset[str]], Iterator[Change]]

FACTORS = (Fraction(1, 2), Fraction(9, 10), Fraction(11, 10), Fraction(2))
RELATIONS = ("le", "lt", "eq")
RATES = {"J": "F", "F": "J", "J_next": "F_next", "F_next": "J_next"}
HIGHEST_POWER = 16
DENIALS = frozenset(["relation"])  # a hypothesis turned round is another claim, not a slip


# -- whole claims ----------------------------------------------------------------------------------


def dropped(statement: Statement, name: str) -> Statement:
    """The claim without one hypothesis. ValueError if it has none of that name."""
    names = [h.name for h in statement.hypotheses]
    if name not in names:
        listed = ", ".join(names) or "none"
        raise ValueError(f"{statement.slug} has no hypothesis {name!r:.60}; it has {listed}")
    others = tuple(h for h in statement.hypotheses if h.name != name)
    return replace(statement, hypotheses=others, twins=())


def twin_of(statement: Statement, twin: Twin) -> Statement:
    """The false claim that a twin is."""
    if twin.conclusion is None:
        return dropped(statement, str(twin.drop))
    return replace(statement, conclusion=twin.conclusion, twins=())


def with_formulas(statement: Statement, formulas: Mapping[str, Term]) -> Statement:
    """Other formulas for the conclusion and for the hypotheses by name."""
    hypotheses = tuple(replace(h, formula=formulas[h.name]) for h in statement.hypotheses)
    return replace(statement, hypotheses=hypotheses, conclusion=formulas["conclusion"], twins=())


def formulas_of(statement: Statement) -> dict[str, Term]:
    hypotheses = {h.name: h.formula for h in statement.hypotheses}
    return {"conclusion": statement.conclusion, **hypotheses}


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


def part_at(term: Term, path: Path) -> Term:
    for index in path:
        term = term.args[index]
    return term


def name_of(node: Term) -> str:
    if isinstance(node.data, Symbol):
        return node.data.name
    return str(node.data) if node.op == "var" else ""


# -- operators -------------------------------------------------------------------------------------


def other_constants(atom: Term, names: frozenset[str]) -> Iterator[Change]:
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
        if node.op == "neg" and (not path or path[-1] != 1 or part_at(atom, path[:-1]).op != "add"):
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
    "constant": other_constants,
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


def _changed(atom: Term, path: Path, part: Term) -> Change:
    return f"{pretty(part_at(atom, path))} → {pretty(part)}", replaced(atom, path, part)


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


def _named(name: str, node: Term) -> Term:
    """A variable, or a function of the same arguments, of another name."""
    if isinstance(node.data, Symbol):
        return Symbol(name, node.data.sorts, node.data.result)(*node.args)
    return var(name, node.sort)


def _other_rate(node: Term, names: frozenset[str]) -> Term | None:
    other = RATES.get(name_of(node))
    if other is None or node.sort != REAL:
        return None
    return _named(other, node) if other in names else 1 - node


def _other_group(node: Term, names: frozenset[str]) -> Term | None:
    name = name_of(node)
    other = {"plus": "minus", "minus": "plus"}.get(name.rpartition("_")[2])
    if other is None or (partner := name.rpartition("_")[0] + "_" + other) not in names:
        return None
    return _named(partner, node)


# -- every mutant of a claim ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed claim. ``where`` is "conclusion" or the name of the hypothesis that is changed or
    dropped; ``statement`` is the whole changed claim, under the slug of the original.

    ``formula`` is the changed comparison in words (of a dropped hypothesis, what was dropped)."""

    operator: str
    name: str
    where: str
    formula: str
    statement: Statement


def mutants(statement: Statement) -> tuple[Mutant, ...]:
    """Every mutant once, none equal to the claim, in a fixed order and with distinct names."""
    seen = {(statement.formal_conclusion, _listed(statement))}
    counts: dict[str, int] = {}
    found = []
    for mutant in _all(statement):
        try:
            key = (mutant.statement.formal_conclusion, _listed(mutant.statement))
        except (SortError, CaptureError):
            continue  # the change does not make a formula of the kernel
        if key not in seen:
            seen.add(key)
            counts[mutant.name] = counts.get(mutant.name, 0) + 1
            again = counts[mutant.name]
            name = mutant.name if again == 1 else f"{mutant.name} (place {again})"
            found.append(replace(mutant, name=name))
    return tuple(found)


def _listed(statement: Statement) -> frozenset[Term]:
    return frozenset(statement.formal_hypotheses.values())


def _all(statement: Statement) -> Iterator[Mutant]:
    names = _names(statement)
    for operator, words, formula, shown in _changes(statement.conclusion, names):
        name = f"conclusion, {operator}: {words}"
        mutated = replace(statement, conclusion=formula)
        yield Mutant(operator, name, "conclusion", shown, mutated)
    for h in statement.hypotheses:
        others = tuple(g for g in statement.hypotheses if g.name != h.name)
        dropped = replace(statement, hypotheses=others)
        yield Mutant("dropped", f"{h.name}, dropped", h.name, pretty(h.formula), dropped)
    for h in statement.hypotheses:
        if about_numbers(h.formula):
            for operator, words, formula, shown in _changes(h.formula, names, DENIALS):
                mutated = _with(statement, replace(h, formula=formula))
                yield Mutant(operator, f"{h.name}, {operator}: {words}", h.name, shown, mutated)


def _changes(
    formula: Term, names: frozenset[str], skip: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str, Term, str]]:
    """Operator, change in words, changed formula, changed comparison in words."""
    for path, atom in comparisons(formula):
        for operator, words, mutated in mutations(atom, names, skip):
            try:
                whole = replaced(formula, path, mutated)
            except SortError:
                continue
            yield operator, words, whole, pretty(mutated)


def _with(statement: Statement, changed: Hypothesis) -> Statement:
    hypotheses = (changed if h.name == changed.name else h for h in statement.hypotheses)
    return replace(statement, hypotheses=tuple(hypotheses))


def about_numbers(formula: Term) -> bool:
    """A bound on named numbers, for all steps at most: a step range, a level, a constant.

    What it means to be a policy (probabilities, scores, rewards) is not of this kind."""
    if formula.op == "forall":
        return formula.args[0].sort == NAT and about_numbers(formula.args[1])
    if formula.op in ("deriv", "sum"):
        return False
    if isinstance(formula.data, Symbol):
        return all(sort == NAT for sort in formula.data.sorts)
    return all(about_numbers(part) for part in formula.args)


def _names(statement: Statement) -> frozenset[str]:
    """The variables and functions that a claim speaks of, abbreviations among them."""
    formulas = [statement.conclusion, *(h.formula for h in statement.hypotheses)]
    variables = {str(v.data) for f in formulas for v in f.free}
    functions = {s.name for f in formulas for s in f.symbols}
    shorts = {_short(n.symbol) for n in statement.notation}
    return frozenset(variables | functions | shorts)


def _short(symbol: Term | Symbol) -> str:
    return symbol.name if isinstance(symbol, Symbol) else str(symbol.data)
