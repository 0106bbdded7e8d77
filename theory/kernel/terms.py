"""Terms and formulas: one immutable node type, sorts, and substitution that refuses capture.

A term is a tree of ``Term`` nodes. Operators (``op``) are

    reals      const var add mul div pow neg max min abs exp log sin cos pi apply sum prefix
    elements   var apply                       (of a finite index set; eq compares two of one set)
    formulas   true le lt eq not and or implies forall deriv

``sum`` is a sum over a finite, non-numbered index set (responses, coordinates, prompts);
``prefix`` is a sum over k = 0, ..., n-1; ``deriv(t, f, g)`` says that t -> f is
differentiable on the whole real line with derivative g. These and ``forall`` bind a variable.

Real arithmetic is total: a/0 and log of a non-positive number have *some* value about which no rule
says anything. Python's own truth value of a node raises, so ``if a <= b`` can't go wrong silently.
Nodes hold tuples and exact types only: a list, or a subclass, could change after it was checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from theory.kernel.sorts import BOOL as BOOL
from theory.kernel.sorts import NAT as NAT
from theory.kernel.sorts import REAL as REAL
from theory.kernel.sorts import CaptureError as CaptureError
from theory.kernel.sorts import KernelError as KernelError
from theory.kernel.sorts import Sort as Sort
from theory.kernel.sorts import SortError as SortError
from theory.kernel.sorts import check_name


@dataclass(frozen=True, slots=True)
class Symbol:
    """A function symbol with the sorts of its arguments and of its value; call it to apply it.

    Values are real (the default), natural numbers, or elements of a finite index set."""

    name: str
    sorts: tuple[Sort, ...]
    result: Sort = REAL

    def __post_init__(self) -> None:
        check_name(self.name)
        if type(self.sorts) is not tuple or any(type(s) is not Sort for s in self.sorts):
            raise SortError(f"the argument sorts of {self.name} are a tuple of sorts")
        if type(self.result) is not Sort or self.result == BOOL:
            raise SortError(f"the values of {self.name} are numbers or elements of an index set")

    def __call__(self, *args: TermLike) -> Term:
        return node("apply", tuple([lift(a) for a in args]), self)


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function given by a body; what a Symbol may be replaced by."""

    params: tuple[Term, ...]
    body: Term

    def __post_init__(self) -> None:
        if type(self.params) is not tuple or any(type(p) is not Term for p in self.params):
            raise SortError("the parameters of a function are a tuple of variables")
        if any(p.op != "var" for p in self.params) or len(set(self.params)) != len(self.params):
            raise KernelError("the parameters of a function must be distinct variables")

    def __call__(self, *args: Term) -> Term:
        if len(args) != len(self.params):
            raise SortError(f"a function of {len(self.params)} arguments got {len(args)}")
        return substitute(self.body, dict(zip(self.params, args, strict=True)))


Element = TypeVar("Element")
Data = str | Fraction | int | Symbol | Sort | None

UNARY, BINARY = ("neg", "abs", "exp", "log", "sin", "cos"), ("add", "mul", "div", "max", "min")
RELATIONS, CONNECTIVES = ("le", "lt", "eq"), ("not", "and", "or", "implies")
FORMULAS = frozenset(["true", *RELATIONS, *CONNECTIVES, "forall", "deriv"])
BINDERS = {"sum": 1, "prefix": 2, "forall": 1, "deriv": 1}  # how many leading arguments are unbound


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A node. For a binder, args[0] is the bound variable; ``prefix`` has (k, n, body)."""

    op: str
    args: tuple[Term, ...] = ()
    data: Data = None
    data_sort: Sort | None = None
    sort: Sort = field(init=False, repr=False)
    free: frozenset[Term] = field(init=False, repr=False)
    symbols: frozenset[Symbol] = field(init=False, repr=False)
    digest: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _check(self)
        key = (self.op, self.data, self.data_sort, *[a.digest for a in self.args])
        object.__setattr__(self, "digest", hash(key))
        symbols = _union([a.symbols for a in self.args])
        if isinstance(self.data, Symbol):
            symbols = symbols | {self.data}
        if self.op == "var":
            free = frozenset([self])
        elif self.op in BINDERS:
            split = BINDERS[self.op]
            free = _union([a.free for a in self.args[split:]]) - {self.args[0]}
            free = _union([free, *(a.free for a in self.args[1:split])])
        else:
            free = _union([a.free for a in self.args])
        object.__setattr__(self, "sort", _sort(self))
        object.__setattr__(self, "free", free)
        object.__setattr__(self, "symbols", symbols)

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
        return node("pow", (self,), exponent)

    def __le__(self, other: TermLike) -> Term:
        return _arithmetic("le", self, other)

    def __ge__(self, other: TermLike) -> Term:
        return _arithmetic("le", other, self)

    def __lt__(self, other: TermLike) -> Term:
        return _arithmetic("lt", self, other)

    def __gt__(self, other: TermLike) -> Term:
        return _arithmetic("lt", other, self)


TermLike = Term | int | Fraction


# -- constructors ----------------------------------------------------------------------------


def const(value: int | Fraction) -> Term:
    """An exact rational constant. Floats are refused: 0.1 is not one tenth."""
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise SortError(f"constants are exact integers or fractions, got {value!r}")
    return node("const", (), Fraction(value))


@lru_cache(maxsize=50_000, typed=True)
def node(op: str, args: tuple[Term, ...], data: Data = None, data_sort: Sort | None = None) -> Term:
    """A Term: the same one as before where it was made lately. Nine of ten are."""
    return Term(op, args, data, data_sort)


def lift(value: TermLike) -> Term:
    return value if isinstance(value, Term) else const(value)


def var(name: str, sort: Sort = REAL) -> Term:
    return Term("var", (), name, sort)


def require_sort(term: Term, sort: Sort, where: str) -> None:
    """NAT terms are also REAL terms; nothing else converts."""
    if type(term) is not Term:
        raise SortError(f"{where} is not a term")
    if term.sort is not sort and term.sort != sort and not (sort == REAL and term.sort == NAT):
        raise SortError(f"{where} must have sort {sort.name}, got {term.sort.name}")


def _arithmetic(op: str, *values: TermLike) -> Term:
    return node(op, tuple([lift(v) for v in values]))


def eq(left: TermLike, right: TermLike) -> Term:
    return _arithmetic("eq", left, right)


def exp(x: TermLike) -> Term:
    return _arithmetic("exp", x)


def log(x: TermLike) -> Term:
    return _arithmetic("log", x)


def sin(x: TermLike) -> Term:
    return _arithmetic("sin", x)


def cos(x: TermLike) -> Term:
    return _arithmetic("cos", x)


def absolute(x: TermLike) -> Term:
    return _arithmetic("abs", x)


def maximum(x: TermLike, y: TermLike) -> Term:
    return _arithmetic("max", x, y)


def minimum(x: TermLike, y: TermLike) -> Term:
    return _arithmetic("min", x, y)


def conj(*parts: Term) -> Term:
    return parts[0] if len(parts) == 1 else Term("and", parts or (TRUE,))


def negate(part: Term) -> Term:
    return node("not", (part,))


def implies(left: Term, right: Term) -> Term:
    return node("implies", (left, right))


def forall(variable: Term, body: Term) -> Term:
    return Term("forall", (variable, body))


def total(index: Term, body: TermLike) -> Term:
    """Sum of ``body`` over the finite index set that is the sort of ``index``."""
    return Term("sum", (index, lift(body)))


def prefix_sum(index: Term, count: TermLike, body: TermLike) -> Term:
    """Sum of ``body`` over index = 0, ..., count - 1."""
    return Term("prefix", (index, lift(count), lift(body)))


def has_derivative(variable: Term, function: TermLike, derivative: TermLike) -> Term:
    """t -> function is differentiable at every real t, with that derivative."""
    return Term("deriv", (variable, lift(function), lift(derivative)))


# -- what a well-formed node is --------------------------------------------------------------


def _check(term: Term) -> None:
    """Raises SortError unless the node has the right number, sorts and data of arguments."""
    op, args, data = term.op, term.args, term.data
    if type(op) is not str or type(args) is not tuple:
        raise SortError("a node has a name and a tuple of arguments")
    if op == "var":
        check_name(data)
        wanted: tuple[Sort, ...] = ()
        well_formed = type(term.data_sort) is Sort
    elif op == "const":
        wanted, well_formed = (), type(data) is Fraction
    elif op == "apply":
        wanted, well_formed = (data.sorts, True) if type(data) is Symbol else ((), False)
    elif op == "pow":
        wanted, well_formed = (REAL,), type(data) is int and 1 <= data <= 16
    else:
        wanted, well_formed = _wanted(op, args), data is None
    if not well_formed or (op != "var" and term.data_sort is not None):
        raise SortError(f"not a well-formed {op}: {data!r}")
    if len(args) != len(wanted):
        raise SortError(f"{op} takes {len(wanted)} arguments, got {len(args)}")
    where = f"argument of {op}"
    for arg, sort in zip(args, wanted, strict=True):
        require_sort(arg, sort, where)


def _sort(term: Term) -> Sort:
    """The sort of a node that is well formed."""
    op, data = term.op, term.data
    if op == "var":
        assert term.data_sort is not None
        return term.data_sort
    if op in FORMULAS:
        return BOOL
    if op == "const":
        assert isinstance(data, Fraction)
        return NAT if data >= 0 and data.denominator == 1 else REAL
    if op == "apply":
        assert isinstance(data, Symbol)
        return data.result
    if op in ("add", "mul", "max", "min") and all(a.sort == NAT for a in term.args):
        return NAT
    return REAL


def _union(sets: list[frozenset[Element]]) -> frozenset[Element]:
    """The union, which mostly is one of the sets."""
    found: frozenset[Element] = frozenset()
    for part in sets:
        if not part <= found:
            found = found | part if found else part
    return found


def _wanted(op: str, args: tuple[Term, ...]) -> tuple[Sort, ...]:
    """The sorts of the arguments of an operator that carries no data."""
    if op in UNARY:
        return (REAL,)
    if op == "eq" and args and type(args[0]) is Term and args[0].sort.finite:
        return (args[0].sort, args[0].sort)  # two elements of an index set
    if op in BINARY or op in RELATIONS:
        return (REAL, REAL)
    if op in ("true", "pi"):
        return ()
    if op in CONNECTIVES:
        arity = {"not": 1, "implies": 2}.get(op, max(1, len(args)))
        return (BOOL,) * arity
    if op not in BINDERS or not args or args[0].op != "var":
        raise SortError(f"{op} is not an operator, or binds no variable")
    bound = args[0].sort
    allowed = {"sum": bound.finite, "prefix": bound == NAT, "deriv": bound == REAL}
    if not allowed.get(op, bound != BOOL):
        raise SortError(f"{op} can't bind a variable of sort {bound.name}")
    rest = {"sum": (REAL,), "prefix": (NAT, REAL), "forall": (BOOL,), "deriv": (REAL, REAL)}
    return (bound, *rest[op])


TRUE, PI = Term("true"), Term("pi")


# -- substitution ----------------------------------------------------------------------------


def substitute(term: Term, values: Mapping[Term, Term]) -> Term:
    """Replace free variables. Refuses (CaptureError) rather than renames a bound variable."""
    for variable, value in values.items():
        if variable.op != "var":
            raise SortError("only variables can be substituted")
        require_sort(value, variable.sort, f"value for {variable.data}")
    return _substitute(term, values, {}, {})


def instantiate(
    term: Term, values: Mapping[Term, Term], functions: Mapping[Symbol, Lambda]
) -> Term:
    """Replace function symbols by functions, then free variables by terms."""
    for symbol, function in functions.items():
        if tuple(p.sort for p in function.params) != symbol.sorts:
            raise SortError(f"{symbol.name} was given a function of other argument sorts")
        require_sort(function.body, symbol.result, f"value of {symbol.name}")
    return substitute(_substitute(term, {}, functions, {}), values)


def _substitute(
    term: Term,
    values: Mapping[Term, Term],
    functions: Mapping[Symbol, Lambda],
    done: dict[Term, Term],
) -> Term:
    """``done`` has what became of each part."""
    if term.free.isdisjoint(values) and term.symbols.isdisjoint(functions):
        return term
    if term.op == "var":
        return values.get(term, term)
    if term in done:
        return done[term]
    if term.op in BINDERS:
        done[term] = _substitute_under_binder(term, values, functions, done)
        return done[term]
    args = tuple([_substitute(a, values, functions, done) for a in term.args])
    function = functions.get(term.data) if isinstance(term.data, Symbol) else None
    made = node(term.op, args, term.data, term.data_sort) if function is None else function(*args)
    done[term] = made
    return made


def _substitute_under_binder(
    term: Term,
    values: Mapping[Term, Term],
    functions: Mapping[Symbol, Lambda],
    done: dict[Term, Term],
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
    outer = tuple(_substitute(a, values, functions, done) for a in term.args[1:split])
    below = done if len(inner) == len(values) else {}
    inside = tuple(_substitute(b, inner, functions, below) for b in body)
    return node(term.op, (bound, *outer, *inside))
