"""Terms read back from their canonical text. Nothing read is trusted: the kernel checks it."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from operator import add, le, lt, mul, truediv

from theory.kernel import terms as t
from theory.kernel.terms import KernelError, Sort, Symbol, Term

CONSTRUCTORS: dict[str, Callable[..., Term]] = {
    "add": add,
    "mul": mul,
    "div": truediv,
    "neg": lambda x: Term("neg", (t.lift(x),)),
    "le": le,
    "lt": lt,
    "eq": t.eq,
    "max": t.maximum,
    "min": t.minimum,
    "abs": t.absolute,
    "exp": t.exp,
    "log": t.log,
    "sin": t.sin,
    "cos": t.cos,
    "pi": lambda: t.PI,
    "sum": t.total,
    "prefix": t.prefix_sum,
    "true": lambda: t.TRUE,
    "not": t.negate,
    "and": lambda *parts: Term("and", parts),
    "or": lambda *parts: Term("or", parts),
    "implies": t.implies,
    "forall": t.forall,
    "deriv": t.has_derivative,
}


def from_text(text: str) -> Term:
    """Inverse of to_text. Raises KernelError on malformed text."""
    tokens = iter(text.replace("(", " ( ").replace(")", " ) ").split())
    try:
        term = _read(next(tokens), tokens)
    except (StopIteration, ValueError, TypeError, ArithmeticError, LookupError) as error:
        raise KernelError("malformed term text") from error
    except RecursionError as error:
        raise KernelError("term text is nested too deeply") from error
    if next(tokens, None) is not None:
        raise KernelError("trailing text after a term")
    return term


def _read(token: str, tokens: Iterator[str]) -> Term:
    if token == ")":
        raise KernelError("unexpected ) in term text")
    if token != "(":
        if ":" in token:
            name, sort = token.split(":")
            return Term("var", (), name, Sort(sort))
        return Term("const", (), Fraction(token))
    head, args = next(tokens), []
    while (item := next(tokens)) != ")":
        args.append(_read(item, tokens))
    if head.startswith("@"):
        name, sorts, *result = head[1:].split(":")
        arguments = tuple(Sort(s) for s in sorts.split(",") if s)
        return Symbol(name, arguments, *map(Sort, result))(*args)
    if head.startswith("pow"):
        return args[0] ** int(head[3:])
    if head not in CONSTRUCTORS:
        raise KernelError(f"unknown operator {head} in term text")
    return CONSTRUCTORS[head](*args)
