"""The verdict on a claim: what there is on it, held against its statement, and every question
answered.

A claim is *proved* when its proof ends in exactly its statement, uses no hypothesis that the
statement does not list, rests on listed textbook facts only, and both solvers answered unsat to
every obligation, those of its witness among them. It is *refuted* when a countermodel is proved in
the same sense. It is *witnessed* when it claims existence and a family of models is proved to have
the properties, for all its parameters. Everything else is *undecided*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from theory.kernel.axioms import AXIOMS, trusted_names
from theory.kernel.existence import Existence, check_existence
from theory.kernel.instance import Instance, check_instance
from theory.kernel.models import Model
from theory.kernel.obligations import Obligation, conditions
from theory.kernel.proof import Proof
from theory.kernel.solvers import Decision
from theory.kernel.statement import Statement, Verdict
from theory.kernel.syntax import to_text
from theory.kernel.terms import KernelError


class NotThisClaim(KernelError):
    """A proof proves something else than its statement."""


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """What there is on one claim: a proof and a witness, or a countermodel.

    Of an existence claim ``proof`` is about the family of models, and the witness about its
    parameters."""

    statement: Statement
    proof: Proof | None
    instance: Instance
    existence: Existence | None = None

    def __repr__(self) -> str:
        return f"<case of {self.statement.slug}>"

    def proofs(self) -> tuple[Proof, ...]:
        """The proof of the claim or of its negation, then those of the instance's hypotheses."""
        argued = (self.proof, self.instance.negation)
        return (*(p for p in argued if p is not None), *self.instance.hypotheses.values())

    def deciding(self) -> tuple[Proof, ...]:
        """What the verdict rests on: the proof; of a refuted claim, all of its countermodel."""
        return self.proofs() if self.proof is None else (self.proof,)

    def modulo(self) -> list[str]:
        """The axioms and facts of mathematics below the verdict."""
        return sorted(frozenset[str]().union(*(p.modulo for p in self.deciding())))

    def obligations(self) -> dict[str, Obligation]:
        return {d: o for proof in self.proofs() for d, o in proof.obligations().items()}


def verdict(case: Case, decided: Mapping[str, Decision]) -> Verdict:
    """What follows from the answers to the obligations, by digest. Raises KernelError when the case
    is not about its statement, and KeyError when a question was not asked."""
    check_case(case)
    asked = [(digest, decided[digest]) for digest in case.obligations()]
    if not asked or any(d.verdict != "proved" or d.question != digest for digest, d in asked):
        return "undecided"
    if case.proof is None:
        return "refuted"
    return "proved" if case.existence is None else "witnessed"


# -- a case and its statement ----------------------------------------------------------------------


def check_case(case: Case) -> None:
    """Raises NotThisClaim, NotAnInstance or NotAWitness unless the proofs are about this
    statement."""
    slug, existence = case.statement.slug, case.existence
    kinds = {Statement: case.statement, Instance: case.instance, Model: case.instance.model}
    if any(type(value) is not kind for kind, value in kinds.items()):
        raise NotThisClaim(f"{slug}: not a statement with an instance in a model")
    for proof in case.proofs():
        check_trust(slug, proof)
    if (case.statement.kind == "exists") != (existence is not None):
        raise NotThisClaim(f"{slug}: existence is shown by a family of models")
    if (case.proof is None) == (case.instance.negation is None):
        raise NotThisClaim(f"{slug}: needs either a proof or a refutation")
    if existence is not None:
        if type(existence.model) is not Model or case.proof is not existence.proof:
            raise NotThisClaim(f"{slug}: the proof is not about the family of models")
        check_existence(case.statement, existence)
    elif case.proof is not None:
        check_proof(case.statement, case.proof)
    check_instance(case.statement, case.instance)
    require_meaningful(slug, case.proofs()[0])


def check_proof(statement: Statement, proof: Proof) -> None:
    """Raises NotThisClaim unless the proof proves the statement from its hypotheses."""
    if proof.conclusion != statement.formal_conclusion:
        raise NotThisClaim(f"{statement.slug}: the proof ends in {to_text(proof.conclusion)}")
    for hypothesis in proof.hypotheses - set(statement.formal_hypotheses.values()):
        raise NotThisClaim(f"{statement.slug}: uses the hypothesis {to_text(hypothesis)}")


def check_trust(what: str, proof: Proof) -> None:
    """Raises NotThisClaim when a proof rests on anything that is not on the printed list."""
    if type(proof) is not Proof:
        raise NotThisClaim(f"{what}: not a proof")
    for name in proof.modulo - trusted_names():
        raise NotThisClaim(f"{what}: rests on {name}, which is not a listed fact")
    for axiom in proof.axioms:
        if AXIOMS.get(axiom.name) != axiom:
            raise NotThisClaim(f"{what}: the axiom {axiom.name} was changed")


def require_meaningful(what: str, proof: Proof) -> None:
    """Raises NotThisClaim unless every number in the conclusion was shown to be defined."""
    if not is_meaningful(proof):
        raise NotThisClaim(f"{what}: every last step must be conclude")


def is_meaningful(proof: Proof) -> bool:
    """Whether every number in the conclusion was shown to be defined (rule ``conclude``): it is of
    parts of which this is true, for all values, or under a condition that is always defined."""
    if proof.rule in ("both", "generalise") or (
        proof.rule == "discharge" and not conditions(proof.args[0])
    ):
        return all(is_meaningful(p) for p in proof.premises)
    return proof.rule == "conclude"
