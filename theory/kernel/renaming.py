"""One index for another: a sequent holds for every finite index set, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from theory.kernel.terms import CaptureError, Sort, SortError, Symbol, Term


def rename_index(formulas: Iterable[Term], old: Term, new: Term) -> list[Term]:
    """Every formula, about ``new`` and its index set where it was about ``old`` and its own.

    Refuses (CaptureError) where two variables would become one."""
    if any(type(v) is not Term or v.op != "var" or not v.sort.finite for v in (old, new)):
        raise SortError("only an index of a finite set has another name")
    listed = list(formulas)
    put = {v: _renamed(v, old, new) for v in variables(listed)}
    if len(set(put.values())) < len(put):
        raise CaptureError(f"{old.data} and another variable would both be called {new.data}")
    return [_rename(formula, put, old.sort, new.sort) for formula in listed]


def _renamed(variable: Term, old: Term, new: Term) -> Term:
    if variable == old:
        return new
    sort = new.sort if variable.sort == old.sort else variable.sort
    return Term("var", (), variable.data, sort)


def variables(terms: Iterable[Term]) -> frozenset[Term]:
    """All variables, bound ones too."""
    found = (frozenset([x]) if x.op == "var" else variables(x.args) for x in terms)
    return frozenset[Term]().union(*found)


def _rename(term: Term, put: Mapping[Term, Term], old: Sort, new: Sort) -> Term:
    if term.op == "var":
        return put[term]
    args = tuple(_rename(a, put, old, new) for a in term.args)
    data = term.data
    if isinstance(data, Symbol):
        sorts = tuple(new if s == old else s for s in data.sorts)
        data = Symbol(data.name, sorts, new if data.result == old else data.result)
    return Term(term.op, args, data)
