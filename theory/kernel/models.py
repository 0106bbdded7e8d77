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

from theory.kernel.terms import (
    BINDERS,
    KernelError,
    Lambda,
    Sort,
    Symbol,
    Term,
    conj,
    require_sort,
)

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """``domains`` lists each finite index set; ``functions`` gives each symbol one closed function
    of its real arguments for every choice of its finite arguments; ``values`` closes free
    variables; ``elements`` names the element that a free index stands for."""

    domains: Mapping[Sort, Row]
    functions: Mapping[Symbol, Mapping[Row, Lambda]]
    values: Mapping[Term, Term] = field(default_factory=dict)
    elements: Mapping[Term, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(type(names) is not tuple or not names for names in self.domains.values()):
            raise KernelError("index sets are listed, and not empty")
        for variable, value in self.values.items():
            require_sort(value, variable.sort, f"value for {variable.data}")
        for index, element in self.elements.items():
            if element not in self.domains.get(index.sort, ()):
                raise KernelError(f"{element} is not in the index set of {index.data}")
        bodies = [(f.params, f.body) for rows in self.functions.values() for f in rows.values()]
        for params, body in [*bodies, *(((), value) for value in self.values.values())]:
            if not body.free <= set(params) or body.symbols:
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
    if term.op in BINDERS and term.args[0] in model.values:
        outside = {v: a for v, a in model.values.items() if v != term.args[0]}
        model = replace(model, values=outside)
    if isinstance(term.data, Symbol):
        return _apply(term, model, elements)
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
    unknown = [a for a in term.args if a.sort.finite and a not in elements]
    if unknown:
        raise KernelError(f"the model does not say which element {unknown[0].data} is")
    row = tuple(elements[a] for a in term.args if a.sort.finite)
    numbers = [_interpret(a, model, elements) for a in term.args if not a.sort.finite]
    if row not in rows:
        raise KernelError(f"the model does not say what {term.data.name} is at {row}")
    return rows[row](*numbers)
