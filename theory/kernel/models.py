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
    TRUE,
    CaptureError,
    KernelError,
    Lambda,
    Sort,
    Symbol,
    Term,
    conj,
    negate,
    require_sort,
)

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """``domains`` lists each finite index set; ``functions`` gives each symbol one closed function
    of its real arguments for every choice of its finite arguments; ``values`` closes free
    variables; ``elements`` names the element that a free index stands for; ``maps`` gives each
    symbol whose values are elements its element for every choice of its arguments.

    ``parameters`` stay open: then the model is a family, one model for each choice of them. What
    was checked can't be changed: the tables are copied, and read only."""

    domains: Mapping[Sort, Row]
    functions: Mapping[Symbol, Mapping[Row, Lambda]]
    values: Mapping[Term, Term] = field(default_factory=dict)
    elements: Mapping[Term, str] = field(default_factory=dict)
    maps: Mapping[Symbol, Mapping[Row, str]] = field(default_factory=dict)
    parameters: frozenset[Term] = frozenset()

    def __post_init__(self) -> None:
        for name in ("domains", "values", "elements"):
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
        for index, element in self.elements.items():
            if element not in self.domains.get(index.sort, ()):
                raise KernelError(f"{element} is not in the index set of {index.data}")
        for symbol, table in self.maps.items():
            if not set(table.values()) <= set(self.domains.get(symbol.result, ())):
                raise KernelError(f"{symbol.name} leaves its index set")
        for symbol, rows in self.functions.items():
            for f in rows.values():
                require_sort(f.body, symbol.result, f"value of {symbol.name}")
        bodies = [(f.params, f.body) for rows in self.functions.values() for f in rows.values()]
        for params, body in [*bodies, *(((), value) for value in self.values.values())]:
            if not body.free <= set(params) | self.parameters or body.symbols:
                raise KernelError("a model must be closed: it may not leave anything open")


def interpret(formula: Term, model: Model) -> Term:
    """The formula in the model: sums and quantifiers over finite sets written out, symbols
    replaced. Raises KernelError when the model does not give a value to something."""
    return _interpret(formula, model, dict(model.elements))


def _interpret(term: Term, model: Model, elements: Mapping[Term, str]) -> Term:
    if term.op == "var":
        if term.sort.finite:
            raise KernelError("an element of an index set is not a number")
        return model.values.get(term, term)
    if term.op in BINDERS and term.args[0].sort.finite:
        index, body = term.args
        names = model.domains.get(index.sort)
        if names is None:
            raise KernelError(f"the model has no index set {index.sort.name}")
        parts = [_interpret(body, model, {**elements, index: name}) for name in names]
        return reduce(add, parts) if term.op == "sum" else conj(*parts)
    if term.op in BINDERS and term.args[0] in model.parameters:
        raise CaptureError(f"{term.args[0].data} is a parameter of the model and bound here")
    if term.op in BINDERS and term.args[0] in model.values:
        outside = {v: a for v, a in model.values.items() if v != term.args[0]}
        model = replace(model, values=outside)
    if isinstance(term.data, Symbol):
        return _apply(term, model, elements)
    if term.op == "eq" and term.args[0].sort.finite:
        left, right = (_element(a, model, elements) for a in term.args)
        return TRUE if left == right else negate(TRUE)
    args = tuple(
        a if term.op in BINDERS and j == 0 else _interpret(a, model, elements)
        for j, a in enumerate(term.args)
    )
    return Term(term.op, args, term.data, term.data_sort)


def _apply(term: Term, model: Model, elements: Mapping[Term, str]) -> Term:
    assert isinstance(term.data, Symbol)
    rows = model.functions.get(term.data)
    if rows is None:
        raise KernelError(f"the model does not say what {term.data.name} is")
    row = _row(term, model, elements)
    numbers = [_interpret(a, model, elements) for a in term.args if not a.sort.finite]
    if row not in rows:
        raise KernelError(f"the model does not say what {term.data.name} is at {row}")
    return rows[row](*numbers)


def _row(term: Term, model: Model, elements: Mapping[Term, str]) -> Row:
    return tuple(_element(a, model, elements) for a in term.args if a.sort.finite)


def _element(term: Term, model: Model, elements: Mapping[Term, str]) -> str:
    """The name of the element that a term stands for."""
    if term.op == "var" and term in elements:
        return elements[term]
    if not isinstance(term.data, Symbol):
        raise KernelError(f"the model does not say which element {term.data} is")
    row, table = _row(term, model, elements), model.maps.get(term.data, {})
    if row not in table:
        raise KernelError(f"the model does not say what {term.data.name} is at {row}")
    return table[row]
