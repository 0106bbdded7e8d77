"""Instances of a statement: a model together with proofs that it is one.

A *witness* proves every hypothesis in its model: the claim is not vacuous. A *countermodel* proves,
besides, the negated conclusion: the claim is false.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from theory.kernel.models import Model, interpret
from theory.kernel.proof import Proof
from theory.kernel.statement import Statement
from theory.kernel.syntax import to_text
from theory.kernel.terms import KernelError, negate


class NotAnInstance(KernelError):
    """A hypothesis of the statement is not proved in the model, or something else is."""


@dataclass(frozen=True, slots=True)
class Instance:
    """``hypotheses`` proves each hypothesis in the model; ``negation`` (of a countermodel) refutes
    the conclusion there. ``numbers`` shows the instance to a person."""

    model: Model
    hypotheses: Mapping[str, Proof]
    numbers: Mapping[str, str]
    negation: Proof | None = None

    def proofs(self) -> dict[str, Proof]:
        """Each hypothesis by its name, and the negated conclusion as "negation"."""
        negation = {} if self.negation is None else {"negation": self.negation}
        return {**self.hypotheses, **negation}


def check_instance(statement: Statement, instance: Instance) -> None:
    """Raises NotAnInstance unless the proofs prove exactly what the statement says in the model."""
    for name, formula in statement.formal_hypotheses.items():
        if name not in instance.hypotheses:
            raise NotAnInstance(f"{statement.slug}: no proof that {name} holds in the model")
        proof = instance.hypotheses[name]
        expected = interpret(formula, instance.model)
        if proof.hypotheses or proof.conclusion != expected:
            wanted, got = to_text(expected), to_text(proof.conclusion)
            what = f"{statement.slug}: the proof of {name} proves something else"
            raise NotAnInstance(f"{what}; wanted {wanted}, got {got}")
    if instance.negation is not None:
        expected = negate(interpret(statement.formal_conclusion, instance.model))
        if instance.negation.hypotheses or instance.negation.conclusion != expected:
            raise NotAnInstance(f"{statement.slug}: the conclusion is not refuted in the model")
