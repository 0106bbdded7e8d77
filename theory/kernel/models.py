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
from itertools import product
from operator import add
from types import MappingProxyType

from theory.kernel import terms as t
from theory.kernel.terms import BINDERS, CaptureError, KernelError, Lambda, Sort, Symbol, Term

Row = tuple[str, ...]
Element = tuple[str | None, Term | None]  # a name, and in a run a number; a number has no name
Cases = list[tuple[tuple[Term, ...], Element]]  # each with its conditions: those of one case hold


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
        for part in ("domains", "values", "elements", "runs"):
            object.__setattr__(self, part, MappingProxyType(dict(getattr(self, part))))
        for part in ("functions", "maps"):
            tables = {s: MappingProxyType(dict(rows)) for s, rows in getattr(self, part).items()}
            object.__setattr__(self, part, MappingProxyType(tables))
        if type(self.parameters) is not frozenset or self.parameters & self.values.keys():
            raise KernelError("a model may not give a value to a parameter")
        for names in self.domains.values():
            if type(names) is not tuple or not names or any(type(e) is not str for e in names):
                raise KernelError("index sets are lists of names, and not empty")
            if len(set(names)) < len(names):
                raise KernelError("an element is listed twice")
        given = [(x, v.sort, str(v.data)) for v, x in self.values.items()]
        given += [(last, t.NAT, f"the last number of {name}") for name, last in self.runs.items()]
        closed = [(Lambda((), term), sort, where) for term, sort, where in given]
        for symbol, rows in self.functions.items():
            closed += [(f, symbol.result, symbol.name) for f in rows.values()]
        chosen: list[tuple[object, Sort, str]] = []
        chosen += [(e, index.sort, str(index.data)) for index, e in self.elements.items()]
        for symbol, table in self.maps.items():
            for x in table.values():
                each = x if type(x) is tuple and x else (x,)
                chosen += [(e, symbol.result, symbol.name) for e in each]
        for e, sort, where in chosen:
            name: object = e.name if type(e) is Numbered else e
            if type(name) is not str or name not in self.domains.get(sort, ()):
                raise KernelError(f"{where}: {name} is not in the index set {sort.name}")
            if (name in self.runs) != (type(e) is Numbered):
                raise KernelError(f"{where}: an element of a run has a number, and no other has")
            if type(e) is Numbered:
                closed.append((e.number, t.NAT, f"the number in {name}"))
        for f, sort, where in closed:
            t.require_sort(f.body, sort, f"value of {where}")
            if type(f) is not Lambda or not f.body.free <= set(f.params) | self.parameters:
                raise KernelError("a model must be closed: it may not leave anything open")
            if f.body.symbols:
                raise KernelError("a model must be closed: it may not use function symbols")

    def place(self, name: str, number: Term) -> Element:
        """An element of a run, whose number stops at the last one."""
        return name, number if number == t.const(0) else t.minimum(number, self.runs[name])


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
        return reduce(add, parts) if term.op == "sum" else t.conj(*parts)
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
    return t.node(term.op, args, term.data, term.data_sort)


def _over(name: str, term: Term, model: Model, elements: Mapping[Term, Element]) -> Term:
    """What a sum or a quantifier over an index set says of one name: of a run, a sum or a
    quantifier over its numbers."""
    index, body = term.args
    if name not in model.runs:
        return _interpret(body, model, {**elements, index: (name, None)})
    number, last = t.var(str(index.data), t.NAT), model.runs[name]
    _require_unused(number, model, elements)
    if number in body.free or number in model.values:
        raise CaptureError(f"{index.data} is the name of a number and of an index")
    inside = _interpret(body, model, {**elements, index: (name, number)})
    if term.op == "sum":
        return t.prefix_sum(number, last + 1, inside)
    return t.forall(number, t.implies(number <= last, inside))


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


def _rows(
    term: Term, model: Model, elements: Mapping[Term, Element]
) -> list[tuple[tuple[Term, ...], Row, tuple[Term, ...]]]:
    """In each case: its conditions, the names among the arguments, and the numbers: real ones, and
    places in runs."""

    def cases(argument: Term) -> Cases:
        if argument.sort.finite:
            return _cases(argument, model, elements)
        return [((), (None, _interpret(argument, model, elements)))]

    return [
        (
            tuple(condition for held, _ in case for condition in held),
            tuple(name for _, (name, _) in case if name is not None),
            tuple(number for _, (_, number) in case if number is not None),
        )
        for case in product(*map(cases, term.args))
    ]


def _cases(term: Term, model: Model, elements: Mapping[Term, Element]) -> Cases:
    """The element that a term stands for, or one for each case."""
    if term in elements:
        return [((), elements[term])]
    if not isinstance(term.data, Symbol):
        raise KernelError(f"the model does not say which element {term.data} is")
    found: Cases = []
    for held, row, numbers in _rows(term, model, elements):
        value = model.maps.get(term.data, {}).get(row)
        if value is None:
            raise KernelError(f"the model does not say what {term.data.name} is at {row}")
        if isinstance(value, Numbered):
            found.append((held, model.place(value.name, value.number(*numbers))))
        elif isinstance(value, str):
            found.append((held, (value, None)))
        elif len(numbers) != 1 or numbers[0].sort != t.NAT:
            raise KernelError(f"{term.data.name} has not one natural number to choose by")
        else:
            n, last = numbers[0], len(value) - 1
            found += [((*held, t.eq(n, j)), (value[j], None)) for j in range(last)]
            found.append(((*held, t.const(last) <= n), (value[last], None)))
    return found


def _equal(left: Cases, right: Cases) -> Term:
    """In any two cases that meet, the elements are the same."""
    parts = []
    for (held, (name, number)), (also, (other, place)) in product(left, right):
        same = t.TRUE if name == other else t.negate(t.TRUE)
        if name == other and number is not None and place is not None:
            same = t.eq(number, place)
        parts.append(t.implies(t.conj(*held, *also), same) if held or also else same)
    return t.conj(*parts)
