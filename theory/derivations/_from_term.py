"""Terms of the statements as SymPy formulas: constants are read from the claim, never retyped."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from theory.derivations._relation import Relation, Sign
from theory.kernel.terms import KernelError, Term
from theory.kernel.terms import Symbol as FunctionSymbol
from theory.pretty import pretty

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "abs": sp.Abs,
    "exp": sp.exp,
    "log": sp.log,
    "sin": sp.sin,
    "cos": sp.cos,
    "max": sp.Max,
    "min": sp.Min,
}
RELATIONS: Mapping[str, Sign] = {"eq": "=", "le": "<=", "lt": "<"}


def formula(term: Term, values: Mapping[str, sp.Expr]) -> sp.Expr:
    """A real term; ``values`` says what to write for a variable ("eta") and for a function at an
    argument ("J(0)"). KeyError for a name that it lacks."""
    if isinstance(term.data, FunctionSymbol):
        inside = ", ".join(pretty(a) for a in term.args)
        return values[f"{term.data.name}({inside})"]
    match term.op:
        case "var":
            return values[str(term.data)]
        case "const":
            assert isinstance(term.data, Fraction)
            return sp.Rational(term.data.numerator, term.data.denominator)
        case "pow":
            return formula(term.args[0], values) ** sp.Integer(term.data)
        case "pi":
            return sp.pi
    if term.op not in OPERATIONS:
        raise KernelError(f"{term.op} has no SymPy form")
    return OPERATIONS[term.op](*(formula(a, values) for a in term.args))


def relation(term: Term, values: Mapping[str, sp.Expr]) -> Relation:
    """A comparison of real terms."""
    if term.op not in RELATIONS:
        raise KernelError(f"{term.op} is not a comparison")
    left, right = (formula(a, values) for a in term.args)
    return Relation(left, RELATIONS[term.op], right)


def body(term: Term) -> Term:
    """What stands under the quantifiers of a hypothesis about every step."""
    return body(term.args[1]) if term.op == "forall" else term
