"""Instances of a statement: a model together with proofs that it is one.

A *witness* proves every hypothesis in its model: the claim is not vacuous. A *countermodel* proves,
besides, the negated conclusion: the claim is false.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from theory.kernel.models import Model, interpret
from theory.kernel.proof import Proof
from theory.kernel.statement import Statement
from theory.kernel.syntax import to_text
from theory.kernel.terms import KernelError, Term, negate


class NotAnInstance(KernelError):
    """A hypothesis of the statement is not proved in the model, or something else is."""


@dataclass(frozen=True, slots=True)
class Instance:
    """``hypotheses`` proves each hypothesis in the model; ``negation`` (of a countermodel) refutes
    the conclusion there. ``numbers`` shows the instance to a person; nothing is decided by it."""

    model: Model
    hypotheses: Mapping[str, Proof]
    numbers: Mapping[str, str]
    negation: Proof | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "hypotheses", MappingProxyType(dict(self.hypotheses)))


def check_instance(statement: Statement, instance: Instance) -> None:
    """Raises NotAnInstance unless the proofs prove exactly what the statement says in the model.

    A variable that the model leaves open may be any number: the proofs hold for all of them."""
    if instance.model.parameters:
        raise NotAnInstance(f"{statement.slug}: an instance is one model and not a family")
    wanted = statement.formal_hypotheses
    if wanted.keys() != instance.hypotheses.keys():
        names = ", ".join(sorted(wanted.keys() ^ instance.hypotheses.keys()))
        raise NotAnInstance(f"{statement.slug}: no proof, or no hypothesis, is called {names}")
    for name, formula in wanted.items():
        _require(statement, name, interpret(formula, instance.model), instance.hypotheses[name])
    if instance.negation is not None:
        false = negate(interpret(statement.formal_conclusion, instance.model))
        _require(statement, "the negated conclusion", false, instance.negation)


def _require(statement: Statement, name: str, formula: Term, proof: Proof) -> None:
    if proof.hypotheses or proof.conclusion != formula:
        got = to_text(proof.conclusion)
        what = f"{statement.slug}: the proof of {name} proves something else"
        raise NotAnInstance(f"{what}; wanted {to_text(formula)}, got {got}")
