"""Terms and formulas: one immutable node type, sorts, and substitution that refuses capture.

A term is a tree of ``Term`` nodes. Operators (``op``) are

    reals      const var add mul div pow neg max min abs exp log apply sum prefix
    formulas   true le lt eq not and or implies forall deriv

``sum`` is a sum over a finite, non-numbered index set (responses, coordinates, prompts);
``prefix`` is a sum over k = 0, ..., n-1; ``deriv(t, f, g)`` says that t -> f is
differentiable on the whole real line with derivative g. These and ``forall`` bind a variable.

Real arithmetic is total: a/0 and log of a non-positive number have *some* value about which no rule
says anything. Python's own truth value of a node raises, so ``if a <= b`` can't go wrong silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction


class KernelError(Exception):
    """A rule was applied outside its conditions; the message names the condition."""


class SortError(KernelError):
    """A term was built or substituted at the wrong sort."""


class CaptureError(KernelError):
    """A substitution would have bound a free variable."""


@dataclass(frozen=True, slots=True)
class Sort:
    """REAL, NAT (0, 1, 2, ... inside the reals), BOOL, or a finite index set."""

    name: str

    @property
    def finite(self) -> bool:
        return self.name not in ("Real", "Nat", "Bool")


REAL, NAT, BOOL = Sort("Real"), Sort("Nat"), Sort("Bool")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A real-valued function symbol with the sorts of its arguments; call it to apply it."""

    name: str
    sorts: tuple[Sort, ...]

    def __call__(self, *args: TermLike) -> Term:
        terms = tuple(lift(a) for a in args)
        if len(terms) != len(self.sorts):
            raise SortError(f"{self.name} takes {len(self.sorts)} arguments, got {len(terms)}")
        for term, sort in zip(terms, self.sorts, strict=True):
            require_sort(term, sort, f"argument of {self.name}")
        return Term("apply", terms, self)


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function given by a body; what a Symbol may be replaced by."""

    params: tuple[Term, ...]
    body: Term

    def __post_init__(self) -> None:
        if any(p.op != "var" for p in self.params) or len(set(self.params)) != len(self.params):
            raise KernelError("the parameters of a function must be distinct variables")

    def __call__(self, *args: Term) -> Term:
        if len(args) != len(self.params):
            raise SortError(f"a function of {len(self.params)} arguments got {len(args)}")
        return substitute(self.body, dict(zip(self.params, args, strict=True)))


Data = str | Fraction | int | Symbol | Sort | None

FORMULAS = frozenset(
    ["true", "le", "lt", "eq", "not", "and", "or", "implies", "forall", "deriv"],
)
BINDERS = {"sum": 1, "prefix": 2, "forall": 1, "deriv": 1}  # how many leading arguments are unbound


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A node. For a binder, args[0] is the bound variable; ``prefix`` has (k, n, body)."""

    op: str
    args: tuple[Term, ...] = ()
    data: Data = None
    data_sort: Sort | None = None
    free: frozenset[Term] = field(init=False, repr=False)
    symbols: frozenset[Symbol] = field(init=False, repr=False)
    digest: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        key = (self.op, self.data, self.data_sort, tuple(a.digest for a in self.args))
        object.__setattr__(self, "digest", hash(key))
        symbols = frozenset().union(*(a.symbols for a in self.args))
        if isinstance(self.data, Symbol):
            symbols = symbols | {self.data}
        object.__setattr__(self, "symbols", symbols)
        if self.op == "var":
            free = frozenset([self])
        elif self.op in BINDERS:
            bound, rest = self.args[0], self.args[BINDERS[self.op] :]
            free = frozenset().union(*(a.free for a in rest)) - {bound}
            if self.op == "prefix":
                free = free | self.args[1].free
        else:
            free = frozenset().union(*(a.free for a in self.args))
        object.__setattr__(self, "free", free)

    # -- structural equality; never a formula ---------------------------------------------
    def __hash__(self) -> int:
        return self.digest

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Term) or self.digest != other.digest:
            return False
        return (self.op, self.data, self.data_sort, self.args) == (
            other.op,
            other.data,
            other.data_sort,
            other.args,
        )

    def __bool__(self) -> bool:
        raise TypeError("a term has no truth value; prove it or write conj(...)")

    @property
    def sort(self) -> Sort:
        if self.op == "var":
            assert self.data_sort is not None
            return self.data_sort
        if self.op in FORMULAS:
            return BOOL
        if self.op == "const":
            assert isinstance(self.data, Fraction)
            return NAT if self.data >= 0 and self.data.denominator == 1 else REAL
        if self.op in ("add", "mul") and all(a.sort == NAT for a in self.args):
            return NAT
        return REAL

    # -- arithmetic ------------------------------------------------------------------------
    def __add__(self, other: TermLike) -> Term:
        return _arithmetic("add", self, other)

    def __radd__(self, other: TermLike) -> Term:
        return _arithmetic("add", other, self)

    def __sub__(self, other: TermLike) -> Term:
        return _arithmetic("add", self, -lift(other))

    def __rsub__(self, other: TermLike) -> Term:
        return _arithmetic("add", other, -self)

    def __mul__(self, other: TermLike) -> Term:
        return _arithmetic("mul", self, other)

    def __rmul__(self, other: TermLike) -> Term:
        return _arithmetic("mul", other, self)

    def __truediv__(self, other: TermLike) -> Term:
        return _arithmetic("div", self, other)

    def __rtruediv__(self, other: TermLike) -> Term:
        return _arithmetic("div", other, self)

    def __neg__(self) -> Term:
        if self.op == "const":
            assert isinstance(self.data, Fraction)
            return const(-self.data)
        return _arithmetic("neg", self)

    def __pow__(self, exponent: int) -> Term:
        if not isinstance(exponent, int) or not 1 <= exponent <= 16:
            raise SortError(f"powers are integers from 1 to 16, got {exponent!r}")
        require_sort(self, REAL, "base of a power")
        return Term("pow", (self,), exponent)

    def __le__(self, other: TermLike) -> Term:
        return _relation("le", self, other)

    def __ge__(self, other: TermLike) -> Term:
        return _relation("le", other, self)

    def __lt__(self, other: TermLike) -> Term:
        return _relation("lt", self, other)

    def __gt__(self, other: TermLike) -> Term:
        return _relation("lt", other, self)


TermLike = Term | int | Fraction


# -- constructors ----------------------------------------------------------------------------


def const(value: int | Fraction) -> Term:
    """An exact rational constant. Floats are refused: 0.1 is not one tenth."""
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise SortError(f"constants are exact integers or fractions, got {value!r}")
    return Term("const", (), Fraction(value))


def lift(value: TermLike) -> Term:
    return value if isinstance(value, Term) else const(value)


def var(name: str, sort: Sort = REAL) -> Term:
    return Term("var", (), name, sort)


def require_sort(term: Term, sort: Sort, where: str) -> None:
    """NAT terms are also REAL terms; nothing else converts."""
    if term.sort != sort and not (sort == REAL and term.sort == NAT):
        raise SortError(f"{where} must have sort {sort.name}, got {term.sort.name}")


def _arithmetic(op: str, *values: TermLike) -> Term:
    terms = tuple(lift(v) for v in values)
    for term in terms:
        require_sort(term, REAL, f"argument of {op}")
    return Term(op, terms)


def _relation(op: str, left: TermLike, right: TermLike) -> Term:
    return _arithmetic(op, left, right)


def eq(left: TermLike, right: TermLike) -> Term:
    return _relation("eq", left, right)


def exp(x: TermLike) -> Term:
    return _arithmetic("exp", x)


def log(x: TermLike) -> Term:
    return _arithmetic("log", x)


def absolute(x: TermLike) -> Term:
    return _arithmetic("abs", x)


def maximum(x: TermLike, y: TermLike) -> Term:
    return _arithmetic("max", x, y)


def minimum(x: TermLike, y: TermLike) -> Term:
    return _arithmetic("min", x, y)


TRUE = Term("true")


def _formulas(op: str, parts: Iterable[Term]) -> Term:
    parts = tuple(parts)
    for part in parts:
        require_sort(part, BOOL, f"argument of {op}")
    return Term(op, parts)


def conj(*parts: Term) -> Term:
    return parts[0] if len(parts) == 1 else _formulas("and", parts or (TRUE,))


def disj(first: Term, *rest: Term) -> Term:
    return _formulas("or", (first, *rest)) if rest else first


def negate(part: Term) -> Term:
    return _formulas("not", (part,))


def implies(left: Term, right: Term) -> Term:
    return _formulas("implies", (left, right))


def _binder(variable: Term) -> None:
    if variable.op != "var":
        raise SortError("only a variable can be bound")


def forall(variable: Term, body: Term) -> Term:
    _binder(variable)
    require_sort(body, BOOL, "body of forall")
    return Term("forall", (variable, body))


def total(index: Term, body: TermLike) -> Term:
    """Sum of ``body`` over the finite index set that is the sort of ``index``."""
    _binder(index)
    if not index.sort.finite:
        raise SortError(f"sums run over finite index sets, not over {index.sort.name}")
    term = lift(body)
    require_sort(term, REAL, "body of a sum")
    return Term("sum", (index, term))


def prefix_sum(index: Term, count: TermLike, body: TermLike) -> Term:
    """Sum of ``body`` over index = 0, ..., count - 1."""
    _binder(index)
    bound, term = lift(count), lift(body)
    require_sort(index, NAT, "index of a prefix sum")
    require_sort(bound, NAT, "length of a prefix sum")
    require_sort(term, REAL, "body of a prefix sum")
    return Term("prefix", (index, bound, term))


def has_derivative(variable: Term, function: TermLike, derivative: TermLike) -> Term:
    """t -> function is differentiable at every real t, with that derivative."""
    _binder(variable)
    f, g = lift(function), lift(derivative)
    for term, sort in ((variable, REAL), (f, REAL), (g, REAL)):
        require_sort(term, sort, "argument of has_derivative")
    if variable.sort != REAL:
        raise SortError("derivatives are taken in a real variable")
    return Term("deriv", (variable, f, g))


# -- substitution ----------------------------------------------------------------------------


def substitute(term: Term, values: Mapping[Term, Term]) -> Term:
    """Replace free variables. Refuses (CaptureError) rather than renames a bound variable."""
    for variable, value in values.items():
        if variable.op != "var":
            raise SortError("only variables can be substituted")
        require_sort(value, variable.sort, f"value for {variable.data}")
    return _substitute(term, values, {})


def instantiate(
    term: Term, values: Mapping[Term, Term], functions: Mapping[Symbol, Lambda]
) -> Term:
    """Replace function symbols by functions, then free variables by terms."""
    for symbol, function in functions.items():
        if tuple(p.sort for p in function.params) != symbol.sorts:
            raise SortError(f"{symbol.name} was given a function of other argument sorts")
        require_sort(function.body, REAL, f"value of {symbol.name}")
    return substitute(_substitute(term, {}, functions), values)


def _substitute(
    term: Term, values: Mapping[Term, Term], functions: Mapping[Symbol, Lambda]
) -> Term:
    if term.free.isdisjoint(values) and term.symbols.isdisjoint(functions):
        return term
    if term.op == "var":
        return values.get(term, term)
    if term.op in BINDERS:
        return _substitute_under_binder(term, values, functions)
    args = tuple(_substitute(a, values, functions) for a in term.args)
    if isinstance(term.data, Symbol):
        function = functions.get(term.data)
        return term.data(*args) if function is None else function(*args)
    return Term(term.op, args, term.data, term.data_sort)


def _substitute_under_binder(
    term: Term, values: Mapping[Term, Term], functions: Mapping[Symbol, Lambda]
) -> Term:
    bound, split = term.args[0], BINDERS[term.op]
    inner = {v: x for v, x in values.items() if v != bound}
    body = term.args[split:]
    arriving = {v for v, x in inner.items() if bound in x.free and any(v in b.free for b in body)}
    arriving_functions = {
        s.name
        for s, f in functions.items()
        if bound in f.body.free - set(f.params) and any(s in b.symbols for b in body)
    }
    if arriving or arriving_functions:
        raise CaptureError(f"{bound.data} would be captured by the binder {term.op}")
    outer = tuple(_substitute(a, values, functions) for a in term.args[1:split])
    return Term(term.op, (bound, *outer, *(_substitute(b, inner, functions) for b in body)))
