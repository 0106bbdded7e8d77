"""Sequents, and what a rule yields.

A sequent ``hypotheses |- conclusion`` says: in every interpretation of the free variables and the
function symbols, and with every index set finite and not empty, if all hypotheses hold, so does the
conclusion.
"""

from __future__ import annotations

from dataclasses import dataclass

from theory.kernel import terms as t
from theory.kernel.obligations import Obligation
from theory.kernel.terms import KernelError, Term


class OutsideRange(KernelError):
    """An axiom was instantiated where its range condition has not been proved."""


@dataclass(frozen=True, slots=True)
class Axiom:
    """A textbook fact: for all ``variables`` that meet ``conditions``, ``conclusion``."""

    name: str
    variables: tuple[Term, ...]
    conditions: tuple[Term, ...]
    conclusion: Term
    source: str

    def __post_init__(self) -> None:
        for formula in (*self.conditions, self.conclusion):
            t.require_sort(formula, t.BOOL, f"axiom {self.name}")
            if not formula.free <= set(self.variables) or formula.symbols:
                raise KernelError(f"axiom {self.name} has free variables or function symbols")


@dataclass(frozen=True, slots=True)
class Sequent:
    hypotheses: frozenset[Term]
    conclusion: Term


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule yields: a sequent, the questions it leaves to the solvers, the fact it rests
    on."""

    sequent: Sequent
    obligations: tuple[Obligation, ...] = ()
    fact: str | None = None


Premises = tuple[Sequent, ...]
ZERO, ONE = t.const(0), t.const(1)


def all_hypotheses(premises: Premises) -> frozenset[Term]:
    return frozenset[Term]().union(*(p.hypotheses for p in premises))


def outcome(hypotheses: frozenset[Term], conclusion: Term, fact: str | None = None) -> Outcome:
    t.require_sort(conclusion, t.BOOL, "a conclusion")
    return Outcome(Sequent(hypotheses, conclusion), fact=fact)


def require_general(variable: Term, hypotheses: frozenset[Term], rule: str) -> None:
    if any(variable in h.free for h in hypotheses):
        raise KernelError(f"{rule}: {variable.data} is free in a hypothesis")


def match_form(sequent: Sequent, op: str, rule: str) -> tuple[Term, ...]:
    if sequent.conclusion.op != op:
        raise KernelError(f"{rule} needs a premise of the form {op}, got {sequent.conclusion.op}")
    return sequent.conclusion.args


def count_premises(premises: Premises, n: int, rule: str) -> None:
    if len(premises) != n:
        raise KernelError(f"{rule} takes {n} premises, got {len(premises)}")
