"""Concrete instances: what a statement says when its index sets are listed and its symbols are
given.

A theorem holds in every interpretation. So a claim is refuted by one model in which all hypotheses
are proved and the negated conclusion is proved; and hypotheses that are all proved in one model are
not vacuous. ``interpret`` only rewrites; the proofs are made by the rules like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from types import MappingProxyType

from theory.kernel.terms import (
    BINDERS,
    NAT,
    TRUE,
    CaptureError,
    KernelError,
    Lambda,
    Sort,
    Symbol,
    Term,
    conj,
    const,
    eq,
    forall,
    implies,
    minimum,
    negate,
    prefix_sum,
    require_sort,
)

Row = tuple[str, ...]
Element = tuple[str, Term | None]  # a name, and for an element of a run its number


@dataclass(frozen=True, slots=True)
class Numbered:
    """Element ``number`` of the run ``name``; the last one when the run is not that long."""

    name: str
    number: Lambda


Value = str | Numbered | Row  # one element, or those at n = 0, 1, 2, ... and then always the last


@dataclass(frozen=True, slots=True)
class Model:
    """``domains`` lists each finite index set; ``functions`` gives each symbol one closed function
    of its real arguments for every choice of its finite arguments; ``values`` closes free
    variables; ``elements`` names the element that a free index stands for; ``maps`` gives each
    symbol whose values are elements its element for every choice of its arguments.

    A name in ``runs`` stands for the elements number 0, 1, ..., up to the number given there, which
    is then one more argument of every function. ``parameters`` stay open: then the model is a
    family, one model for each choice of them. What was checked can't be changed: the tables are
    copied, and read only."""

    domains: Mapping[Sort, Row]
    functions: Mapping[Symbol, Mapping[Row, Lambda]]
    values: Mapping[Term, Term] = field(default_factory=dict)
    elements: Mapping[Term, str | Numbered] = field(default_factory=dict)
    maps: Mapping[Symbol, Mapping[Row, Value]] = field(default_factory=dict)
    runs: Mapping[str, Term] = field(default_factory=dict)
    parameters: frozenset[Term] = frozenset()

    def __post_init__(self) -> None:
        for name in ("domains", "values", "elements", "runs"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        for name in ("functions", "maps"):
            tables = {s: MappingProxyType(dict(rows)) for s, rows in getattr(self, name).items()}
            object.__setattr__(self, name, MappingProxyType(tables))
        if type(self.parameters) is not frozenset or self.parameters & self.values.keys():
            raise KernelError("a model may not give a value to a parameter")
        for names in self.domains.values():
            if type(names) is not tuple or not names or any(type(e) is not str for e in names):
                raise KernelError("index sets are lists of names, and not empty")
            if len(set(names)) < len(names):
                raise KernelError("an element is listed twice")
        for variable, value in self.values.items():
            require_sort(value, variable.sort, f"value for {variable.data}")
        for name, last in self.runs.items():
            require_sort(last, NAT, f"the last number of {name}")
        for index, e in self.elements.items():
            self._require_element(index.sort, e, str(index.data))
        for symbol, table in self.maps.items():
            for chosen in table.values():
                for element in chosen if type(chosen) is tuple and chosen else (chosen,):
                    self._require_element(symbol.result, element, symbol.name)
        for symbol, rows in self.functions.items():
            for f in rows.values():
                require_sort(f.body, symbol.result, f"value of {symbol.name}")
        given = [f for rows in self.functions.values() for f in rows.values()]
        given += [v.number for t in self.maps.values() for v in t.values() if type(v) is Numbered]
        given += [v.number for v in self.elements.values() if type(v) is Numbered]
        given += [Lambda((), x) for x in (*self.values.values(), *self.runs.values())]
        for f in given:
            if (
                type(f) is not Lambda
                or not f.body.free <= set(f.params) | self.parameters
                or f.body.symbols
            ):
                raise KernelError("a model must be closed: it may not leave anything open")

    def _require_element(self, sort: Sort, element: object, where: str) -> None:
        name = element.name if type(element) is Numbered else element
        if name not in self.domains.get(sort, ()):
            raise KernelError(f"{where}: {name} is not in the index set {sort.name}")
        if type(name) is not str or (name in self.runs) != (type(element) is Numbered):
            raise KernelError(f"{where}: an element of a run has a number, and no other has one")
        if type(element) is Numbered:
            require_sort(element.number.body, NAT, f"the number in {name}")

    def place(self, name: str, number: Term) -> Element:
        """An element of a run, whose number stops at the last one."""
        return name, number if number == const(0) else minimum(number, self.runs[name])


def interpret(formula: Term, model: Model) -> Term:
    """The formula in the model: sums and quantifiers over finite sets written out, symbols
    replaced. Raises KernelError when the model does not give a value to something."""
    named: dict[Term, Element] = {}
    for index, e in model.elements.items():
        named[index] = (e, None) if isinstance(e, str) else model.place(e.name, e.number())
    return _interpret(formula, model, named)


def _interpret(term: Term, model: Model, elements: Mapping[Term, Element]) -> Term:
    if term.op == "var":
        if term.sort.finite:
            raise KernelError("an element of an index set is not a number")
        return model.values.get(term, term)
    if term.op in BINDERS and term.args[0].sort.finite:
        names = model.domains.get(term.args[0].sort)
        if names is None:
            raise KernelError(f"the model has no index set {term.args[0].sort.name}")
        parts = [_over(name, term, model, elements) for name in names]
        return reduce(add, parts) if term.op == "sum" else conj(*parts)
    if term.op in BINDERS:
        _require_unused(term.args[0], model, elements)
    if term.op in BINDERS and term.args[0] in model.values:
        outside = {v: a for v, a in model.values.items() if v != term.args[0]}
        model = replace(model, values=outside)
    if isinstance(term.data, Symbol):
        return _apply(term, model, elements)
    if term.op == "eq" and term.args[0].sort.finite:
        return _equal(*(_cases(a, model, elements) for a in term.args))
    args = tuple(
        a if term.op in BINDERS and j == 0 else _interpret(a, model, elements)
        for j, a in enumerate(term.args)
    )
    return Term(term.op, args, term.data, term.data_sort)


def _over(name: str, term: Term, model: Model, elements: Mapping[Term, Element]) -> Term:
    """What a sum or a quantifier over an index set says of one name: of a run, a sum or a
    quantifier over its numbers."""
    index, body = term.args
    if name not in model.runs:
        return _interpret(body, model, {**elements, index: (name, None)})
    number, last = Term("var", (), index.data, NAT), model.runs[name]
    _require_unused(number, model, elements)
    if number in body.free or number in model.values:
        raise CaptureError(f"{index.data} is the name of a number and of an index")
    inside = _interpret(body, model, {**elements, index: (name, number)})
    if term.op == "sum":
        return prefix_sum(number, last + 1, inside)
    return forall(number, implies(number <= last, inside))


def _require_unused(variable: Term, model: Model, elements: Mapping[Term, Element]) -> None:
    numbers = (number for _, number in elements.values() if number is not None)
    if variable in model.parameters or any(variable in n.free for n in numbers):
        raise CaptureError(f"{variable.data} is used in the model and bound here")


def _apply(term: Term, model: Model, elements: Mapping[Term, Element]) -> Term:
    assert isinstance(term.data, Symbol)
    rows = model.functions.get(term.data)
    if rows is None:
        raise KernelError(f"the model does not say what {term.data.name} is")
    (_, row, numbers), *others = _rows(term, model, elements)
    if others:
        raise KernelError(f"which element {term.data.name} is about depends on a number")
    if row not in rows:
        raise KernelError(f"the model does not say what {term.data.name} is at {row}")
    return rows[row](*numbers)


Conditions = tuple[Term, ...]
Cases = list[tuple[Conditions, Element]]


def _rows(
    term: Term, model: Model, elements: Mapping[Term, Element]
) -> list[tuple[Conditions, Row, tuple[Term, ...]]]:
    """In each case: the names among the arguments, and the numbers: real arguments, and places in
    runs."""
    rows: list[tuple[Conditions, Row, tuple[Term, ...]]] = [((), (), ())]
    for argument in term.args:
        if argument.sort.finite:
            cases = _cases(argument, model, elements)
            rows = [
                ((*held, *more), (*names, name), numbers if n is None else (*numbers, n))
                for held, names, numbers in rows
                for more, (name, n) in cases
            ]
        else:
            real = _interpret(argument, model, elements)
            rows = [(held, names, (*numbers, real)) for held, names, numbers in rows]
    return rows


def _cases(term: Term, model: Model, elements: Mapping[Term, Element]) -> Cases:
    """The element that a term stands for, or several, each with its conditions: those of exactly
    one hold."""
    if term in elements:
        return [((), elements[term])]
    if not isinstance(term.data, Symbol):
        raise KernelError(f"the model does not say which element {term.data} is")
    cases: Cases = []
    for held, row, numbers in _rows(term, model, elements):
        value = model.maps.get(term.data, {}).get(row)
        if value is None:
            raise KernelError(f"the model does not say what {term.data.name} is at {row}")
        if isinstance(value, Numbered):
            cases.append((held, model.place(value.name, value.number(*numbers))))
        elif isinstance(value, str):
            cases.append((held, (value, None)))
        elif len(numbers) != 1 or numbers[0].sort != NAT:
            raise KernelError(f"{term.data.name} has not one natural number to choose by")
        else:
            n, last = numbers[0], len(value) - 1
            cases += [((*held, eq(n, j)), (value[j], None)) for j in range(last)]
            cases.append(((*held, const(last) <= n), (value[last], None)))
    return cases


def _equal(left: Cases, right: Cases) -> Term:
    """In any two cases that meet, the elements are the same."""
    parts = []
    for held, (name, number) in left:
        for also, (other, place) in right:
            same = TRUE if name == other else negate(TRUE)
            if name == other and number is not None and place is not None:
                same = eq(number, place)
            parts.append(implies(conj(*held, *also), same) if held or also else same)
    return conj(*parts)
