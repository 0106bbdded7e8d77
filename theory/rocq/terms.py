"""Kernel terms as Rocq text.

Reals are Rocq's R, numbers of steps are nat (INR where a real is meant), an index set is an
``Index`` of GradGap.v. Rocq's own arithmetic is total, like the kernel's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterable
from fractions import Fraction
from functools import cache

from theory.kernel.terms import NAT, REAL, KernelError, Lambda, Sort, Symbol, Term

RELATION = {"le": "<=", "lt": "<", "eq": "="}
FUNCTION = {"abs": "Rabs", "max": "Rmax", "min": "Rmin", "log": "ln"} | {
    name: name for name in ("exp", "sin", "cos")
}
RESERVED = frozenset(
    re.findall(
        r"\w+",
        """
        R I S O C u INR IZR exp ln sin cos PI pi pow Sum Prefix Deriv Index some elements carrier
        rank quotient point at as by do else end exists fix for forall fun if in is let match mod
        return Set then Type Prop using where with
        """,
    )
)

LONG = 160
"""Characters of a term from which on ``Sharing`` makes a definition of it."""

Item = Sort | Symbol | Term
"""What a lemma is about: an index set, a function symbol, a free variable."""


def number(value: Fraction) -> str:
    """An exact rational."""
    whole = str(value.numerator) if value >= 0 else f"(-{-value.numerator})"
    return whole if value.denominator == 1 else f"({whole} / {value.denominator})"


def sort_of(variable: Term) -> Sort:
    assert variable.data_sort is not None
    return variable.data_sort


def items(formulas: Iterable[Term]) -> list[Item]:
    """Index sets, symbols and free variables of some formulas, in an order of their own."""
    sorts: set[Sort] = set()
    symbols: set[Symbol] = set()
    free: set[Term] = set()
    for formula in formulas:
        sorts |= _sorts(formula)
        symbols |= formula.symbols
        free |= formula.free
    return [
        *sorted(sorts, key=lambda s: s.name),
        *sorted(symbols, key=lambda s: (s.name, str(s.sorts))),
        *sorted(free, key=lambda v: (str(v.data), sort_of(v).name)),
    ]


@cache
def _sorts(term: Term) -> frozenset[Sort]:
    """Index sets anywhere in the term."""
    mentioned = [sort_of(term)] if term.op == "var" else []
    if isinstance(term.data, Symbol):
        mentioned += [*term.data.sorts, term.data.result]
    return frozenset(s for s in mentioned if s.finite).union(*map(_sorts, term.args))


class Writer:
    """Terms as text. Each symbol and variable has one identifier, given at its first use."""

    def __init__(self) -> None:
        self._identifiers: dict[Hashable, str] = {}
        self._used = set(RESERVED)
        self._texts: dict[tuple[str, Term], str] = {}

    # -- identifiers and types -----------------------------------------------------------------

    def identifier(self, item: Item) -> str:
        key = (type(item), item)  # a sort and a variable of one name are two things
        if key not in self._identifiers:
            stem = str(item.data) if isinstance(item, Term) else item.name
            if isinstance(item, Symbol) and NAT in item.sorts and stem in self._used:
                stem += "_k"  # that of step k
            name, n = stem, 1
            while name in self._used:
                n += 1
                name = f"{stem}_{n}"
            self._used.add(name)
            self._identifiers[key] = name
        return self._identifiers[key]

    def type_of(self, item: Item) -> str:
        if isinstance(item, Sort):
            return "Index"
        if isinstance(item, Term):
            return self.sort(sort_of(item))
        return " -> ".join(self.sort(s) for s in (*item.sorts, item.result))

    def sort(self, sort: Sort) -> str:
        return {REAL: "R", NAT: "nat"}.get(sort) or self.identifier(sort)

    def binder(self, item: Item) -> str:
        return f"({self.identifier(item)} : {self.type_of(item)})"

    def binders(self, bound: Iterable[Item]) -> str:
        return " ".join(map(self.binder, bound))

    def default(self, item: Item, known: Collection[Item] = ()) -> str:
        """A value for something that a statement does not speak of; ``known`` are the index sets
        that have a name where it stands."""

        def value(sort: Sort) -> str:
            if sort.finite:
                return f"(some {self.sort(sort) if sort in known else 'point'})"
            return "0" if sort == REAL else "0%nat"

        if isinstance(item, Sort):
            return "point"
        if isinstance(item, Term):
            return value(sort_of(item))
        head = f"fun {'_ ' * len(item.sorts)}=> " if item.sorts else ""
        return f"({head}{value(item.result)})"

    # -- terms -----------------------------------------------------------------------------------

    def value(self, term: Term, sort: Sort) -> str:
        """The term where a value of this sort is expected."""
        if sort == REAL:
            return self.real(term)
        return self.nat(term) if sort == NAT else self.element(term)

    def function(self, function: Lambda, result: Sort) -> str:
        body = self.value(function.body, result)
        return f"(fun {self.binders(function.params)} => {body})" if function.params else body

    def element(self, term: Term) -> str:
        return self.identifier(term) if term.op == "var" else self._apply(term)

    def nat(self, term: Term) -> str:
        match term.op:
            case "const":
                return f"{term.data}%nat"
            case "add" | "mul":
                sign = "+" if term.op == "add" else "*"
                return f"({f' {sign} '.join(map(self.nat, term.args))})%nat"
            case "max" | "min":
                return f"(Nat.{term.op} {' '.join(map(self.nat, term.args))})"
        return self.element(term)

    def _apply(self, term: Term) -> str:
        assert isinstance(term.data, Symbol)
        values = map(self.value, term.args, term.data.sorts)
        name = self.identifier(term.data)
        return f"({' '.join([name, *values])})" if term.args else name

    def real(self, term: Term) -> str:
        if ("real", term) not in self._texts:
            self._texts["real", term] = self._real(term)
        return self._texts["real", term]

    def _real(self, term: Term) -> str:
        a = term.args
        match term.op:
            case "const":
                assert isinstance(term.data, Fraction)
                return number(term.data)
            case "var" | "apply":
                return f"(INR {self.nat(term)})" if term.sort == NAT else self.element(term)
            case "add" | "mul" | "div":
                sign = {"add": "+", "mul": "*", "div": "/"}[term.op]
                return f"({self.real(a[0])} {sign} {self.real(a[1])})"
            case "neg":
                return f"(- {self.real(a[0])})"
            case "pow":
                return f"({self.real(a[0])} ^ {term.data})"
            case "pi":
                return "PI"
            case "sum":
                index, body = self.identifier(a[0]), self.real(a[1])
                return f"(Sum {self.sort(sort_of(a[0]))} (fun {index} => {body}))"
            case "prefix":
                return (
                    f"(Prefix {self.nat(a[1])} (fun {self.identifier(a[0])} => {self.real(a[2])}))"
                )
        if term.op in FUNCTION:
            return f"({' '.join([FUNCTION[term.op], *map(self.real, a)])})"
        raise KernelError(f"{term.op} is not a real term")

    def formula(self, term: Term) -> str:
        if ("formula", term) not in self._texts:
            self._texts["formula", term] = self._formula(term)
        return self._texts["formula", term]

    def _formula(self, term: Term) -> str:
        a = term.args
        match term.op:
            case "true":
                return "True"
            case "le" | "lt" | "eq":
                side = self.element if a[0].sort.finite else self.real
                return f"({side(a[0])} {RELATION[term.op]} {side(a[1])})"
            case "not":
                return f"(~ {self.formula(a[0])})"
            case "and" | "or":
                sign = " /\\ " if term.op == "and" else " \\/ "
                return f"({sign.join(map(self.formula, a))})"
            case "implies":
                return f"({self.formula(a[0])} -> {self.formula(a[1])})"
            case "forall":
                return f"(forall {self.binder(a[0])}, {self.formula(a[1])})"
            case "deriv":
                t = self.identifier(a[0])
                return f"(Deriv (fun {t} => {self.real(a[1])}) (fun {t} => {self.real(a[2])}))"
        raise KernelError(f"{term.op} is not a formula")


class Sharing(Writer):
    """A long term is written once, as a definition: elsewhere stands its name, applied to the items
    of the term. ``define`` is given the term, binders and a text, and gives the name.

    A number n of steps that the term speaks of as a real alone is given to it as the real INR n."""

    def __init__(self, plain: Writer, define: Callable[[Term, str, str], str]) -> None:
        super().__init__()
        self._identifiers, self._used = plain._identifiers, plain._used
        self._define = define

    def _real(self, term: Term) -> str:
        text = super()._real(term)
        if len(text) <= LONG:
            return text
        binders, values = [], []
        for item in items([term]):
            name, binder = self.identifier(item), self.binder(item)
            value = f"(INR {name})"
            if isinstance(item, Term) and sort_of(item) == NAT:
                others = text.replace(value, "")
                if not re.search(rf"\b{name}\b", others):
                    text, name, binder = text.replace(value, name), value, f"({name} : R)"
            binders.append(binder)
            values.append(name)
        return f"({' '.join([self._define(term, ' '.join(binders), text), *values])})"
