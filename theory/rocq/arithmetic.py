"""Obligations as lemmas about real numbers alone.

As in the question to the solvers, each exp, sum or function value is a variable. A quotient q of
a by b brings ``b <> 0 -> q * b = a``; max, min and abs bring their two cases. So a lemma knows no
more than the solvers were told, and its proof is arithmetic.
"""

from __future__ import annotations

import hashlib
from functools import cached_property

from theory.kernel.obligations import OPAQUE
from theory.kernel.terms import NAT, Term, conj, const, eq, implies, negate
from theory.rocq.terms import Writer

CASES = ("max", "min", "abs")


class Arithmetic(Writer):
    """One lemma: ``premises`` imply ``goal``. Its variables are x0, x1, ..."""

    def __init__(self, premises: tuple[Term, ...], goal: Term) -> None:
        super().__init__()
        self.variables: dict[Term, str] = {}
        self.naturals: list[Term] = []
        self.quotients: list[Term] = []
        self.cases: list[Term] = []
        self.premises, self.goal = premises, goal
        self._given = [self.formula(p) for p in premises]
        self._goal = self.formula(goal)

    def element(self, term: Term) -> str:
        return self._variable(term)

    def _variable(self, term: Term) -> str:
        if term not in self.variables:
            self.variables[term] = f"x{len(self.variables)}"
            if term.sort == NAT and term.op not in CASES:
                self.naturals.append(term)
        return self.variables[term]

    def _real(self, term: Term) -> str:
        if term.op == "var" or term.op in OPAQUE:
            return self._variable(term)
        quotient = term.op == "div" and term.args[1].op != "const"
        if quotient or term.op in CASES:
            for arg in term.args:
                self.real(arg)  # named before it
            (self.quotients if quotient else self.cases).append(term)
            return self._variable(term)
        return super()._real(term)

    # -- what is known of the variables --------------------------------------------------------

    @cached_property
    def sides(self) -> list[Term]:
        """Naturals are not negative; quotients and cases."""
        return [
            *(const(0) <= n for n in self.naturals),
            *map(_quotient, self.quotients),
            *map(_two_cases, self.cases),
        ]

    @property
    def hypotheses(self) -> list[Term]:
        """In the order of the lemma."""
        return [*self.sides, *self.premises]

    @property
    def statement(self) -> str:
        names = " ".join(self.variables.values())
        binder = f"forall {names} : R, " if names else ""
        return (
            binder
            + "\n  "
            + " ->\n  ".join([*(self.formula(s) for s in self.sides), *self._given, self._goal])
        )

    @property
    def name(self) -> str:
        """From the statement: the same question anywhere is the same lemma."""
        text = f"Lemma NAME : {self.statement}."
        return "ob_" + hashlib.sha256(text.encode()).hexdigest()[:12]

    # -- its use -------------------------------------------------------------------------------

    def applied(self, writer: Writer, given: list[str]) -> str:
        """The lemma at the terms it was made from; ``given`` prove the premises."""

        def value(term: Term) -> str:
            if term.sort.finite:
                return f"(rank {writer.sort(term.sort)} {writer.element(term)})"
            return writer.real(term)

        values = [value(t) for t in self.variables]
        sides = [
            *(f"(pos_INR {writer.nat(n)})" for n in self.naturals),
            *(f"(quotient {' '.join(map(writer.real, q.args))})" for q in self.quotients),
            *(f"({c.op}_cases {' '.join(map(writer.real, c.args))})" for c in self.cases),
        ]
        return " ".join([self.name, *values, *sides, *given])


def _quotient(term: Term) -> Term:
    a, b = term.args
    return implies(negate(eq(b, 0)), eq(term * b, a))


def _two_cases(term: Term) -> Term:
    """max(a, b) is a where b <= a, and b where a <= b; the same for min and abs."""
    a, b = term.args if len(term.args) == 2 else (term.args[0], Term("neg", term.args))
    if term.op == "abs":
        first, second = const(0) <= a, a <= 0
    else:
        first, second = (b <= a, a <= b) if term.op == "max" else (a <= b, b <= a)
    return Term("or", (conj(first, eq(term, a)), conj(second, eq(term, b))))
