"""Existence claims: a family of models, one for each choice of the parameters, and a proof that
each has the properties.

The statement says what the parameters are, its hypotheses which are admitted, its conclusion which
properties. The proof is of the conclusion *in the model*, from the hypotheses alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from theory.kernel.models import Model, interpret
from theory.kernel.proof import Proof
from theory.kernel.statement import Statement
from theory.kernel.syntax import to_text
from theory.kernel.terms import KernelError


class NotAWitness(KernelError):
    """The instance is not proved to have the properties, or the parameters are not free."""


@dataclass(frozen=True, slots=True)
class Existence:
    """``proof`` proves the statement's conclusion in ``model``; ``numbers`` shows the instance."""

    model: Model
    proof: Proof
    numbers: Mapping[str, str]


def check_existence(statement: Statement, existence: Existence) -> None:
    """Raises NotAWitness unless the proof proves exactly the properties, for all the parameters."""
    if existence.model.parameters != frozenset(statement.parameters):
        raise NotAWitness(f"{statement.slug}: the parameters are those of the statement")
    expected = interpret(statement.formal_conclusion, existence.model)
    if existence.proof.conclusion != expected:
        got = to_text(existence.proof.conclusion)
        raise NotAWitness(f"{statement.slug}: wanted {to_text(expected)}, got {got}")
    if not existence.proof.hypotheses <= set(statement.formal_hypotheses.values()):
        raise NotAWitness(f"{statement.slug}: the proof uses more than the hypotheses")
    if not expected.free <= existence.model.parameters:
        raise NotAWitness(f"{statement.slug}: something besides the parameters is open")
