"""From premises and a goal to SMT-LIB text that any solver of real arithmetic can decide.

The text asks for a counterexample: it asserts the premises and the negated goal, so ``unsat`` means
proved. Only real arithmetic reaches the solvers. Every exp, log, sum or function application
becomes a variable (equal terms, the same variable), so a proof can use no fact about them but the
premises. Elements of an index set occur under ``=`` only; they become variables too, as if they
were numbered. A quotient a/b becomes a variable q with (b != 0 => q*b = a): nothing follows from it
until the premises say that b is not 0.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from fractions import Fraction

from theory.kernel.syntax import to_text
from theory.kernel.terms import BINDERS, NAT, KernelError, Term, const, eq, negate

ARITHMETIC = {"add": "+", "mul": "*", "le": "<=", "lt": "<", "eq": "="}
LOGIC = {"not": "not", "and": "and", "or": "or", "implies": "=>"}
OPAQUE = frozenset(["exp", "log", "sin", "cos", "pi", "apply", "sum", "prefix"])


ZERO = const(0)
Condition = tuple[Term, frozenset[Term]]


@dataclass(frozen=True, slots=True)
class Obligation:
    """One question to the solvers. ``kind`` is "goal", or "meaningful" for a denominator or a
    logarithm."""

    kind: str
    text: str
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.text.encode()).hexdigest())


def implication(premises: tuple[Term, ...], goal: Term) -> Obligation:
    """The premises imply the goal."""
    return Obligation("goal", smtlib(premises, goal))


def defined(condition: Term, premises: tuple[Term, ...]) -> Obligation:
    """The premises imply one of the conditions of ``conditions``."""
    return Obligation("meaningful", smtlib(premises, condition))


def conditions(term: Term, bound: frozenset[Term] = frozenset()) -> dict[Condition, None]:
    """When every number in a term or formula is defined: each denominator is not 0, each logarithm
    is of a positive number. A condition comes with the variables that are bound around it, and must
    hold for all their values."""
    found: dict[Condition, None] = {}
    _conditions(term, bound, found, set())
    return found


def _conditions(
    term: Term,
    bound: frozenset[Term],
    found: dict[Condition, None],
    seen: set[Condition],
) -> None:
    """``seen`` has the parts that were looked at, with what was bound there."""
    if (term, bound) in seen:
        return
    seen.add((term, bound))
    if term.op == "div" and (term.args[1].op != "const" or term.args[1] == ZERO):
        found[negate(eq(term.args[1], ZERO)), bound] = None
    if term.op == "log":
        found[ZERO < term.args[0], bound] = None
    binds = term.op in BINDERS
    inside = bound | {term.args[0]} if binds else bound
    for arg in term.args[1:] if binds else term.args:
        _conditions(arg, inside, found, seen)


def smtlib(premises: tuple[Term, ...], goal: Term) -> str:
    """SMT-LIB 2.6 text: premises and not goal. Deterministic."""
    writer = _Writer()
    asserted = [writer.formula(p) for p in premises]
    asserted.append(writer.formula(negate(goal)))
    lines = ["; unsat means: the premises imply the goal", "(set-logic QF_NRA)"]
    for term, name in writer.names.items():
        lines.append(f"(declare-const {name} Real) ; {to_text(term)}")
        if term.sort == NAT:
            lines.append(f"(assert (<= 0.0 {name}))")
    lines += [f"(assert {side})" for side in writer.quotients]
    lines += [f"(assert {formula})" for formula in asserted]
    return "\n".join([*lines, "(check-sat)", ""])


class _Writer:
    """Names the variables of one obligation and writes its formulas."""

    def __init__(self) -> None:
        self.names: dict[Term, str] = {}
        self.quotients: list[str] = []
        self.written: dict[Term, str] = {}

    def formula(self, term: Term) -> str:
        if term.op == "true":
            return "true"
        if term.op in LOGIC:
            return f"({LOGIC[term.op]} {' '.join(map(self.formula, term.args))})"
        if term.op in ("le", "lt", "eq"):
            return f"({ARITHMETIC[term.op]} {' '.join(map(self.real, term.args))})"
        raise KernelError(f"{term.op} must be specialised before a solver step")

    def real(self, term: Term) -> str:
        if term not in self.written:
            self.written[term] = self._real(term)
        return self.written[term]

    def _real(self, term: Term) -> str:
        if term.op == "var" or term.op in OPAQUE:
            return self.name(term)  # an element of an index set stands as its number
        match term.op:
            case "const":
                assert isinstance(term.data, Fraction)
                return _rational(term.data)
            case "add" | "mul":
                return f"({ARITHMETIC[term.op]} {' '.join(map(self.real, term.args))})"
            case "neg":
                return f"(- {self.real(term.args[0])})"
            case "pow":
                assert isinstance(term.data, int)
                base = self.real(term.args[0])
                return base if term.data == 1 else f"(* {' '.join([base] * term.data)})"
            case "abs":
                x = self.real(term.args[0])
                return f"(ite (<= 0.0 {x}) {x} (- {x}))"
            case "max" | "min":
                x, y = map(self.real, term.args)
                return (
                    f"(ite (<= {y} {x}) {x} {y})"
                    if term.op == "max"
                    else (f"(ite (<= {x} {y}) {x} {y})")
                )
            case "div":
                return self.quotient(term)
        raise KernelError(f"{term.op} is not a real term")

    def name(self, term: Term) -> str:
        if term not in self.names:
            stem = f"v_{term.data}" if term.op == "var" else f"{term.op}_"
            clean = "".join(c if c.isascii() and c.isalnum() else "_" for c in stem)
            self.names[term] = f"{clean}_{len(self.names)}"
        return self.names[term]

    def quotient(self, term: Term) -> str:
        numerator, denominator = term.args
        if denominator == ZERO:
            raise KernelError("division by the constant 0")
        if denominator.op == "const":
            return f"(/ {self.real(numerator)} {self.real(denominator)})"
        if term not in self.names:
            a, b = self.real(numerator), self.real(denominator)
            q = self.name(term)
            self.quotients.append(f"(=> (not (= {b} 0.0)) (= (* {q} {b}) {a}))")
        return self.names[term]


def _rational(value: Fraction) -> str:
    magnitude = f"{abs(value.numerator)}.0"
    if value.denominator != 1:
        magnitude = f"(/ {magnitude} {value.denominator}.0)"
    return magnitude if value >= 0 else f"(- {magnitude})"
