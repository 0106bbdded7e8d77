"""False twins: the proof of a claim, aimed at a mutated version of it, must fail.

A twin with another conclusion goes through the same lemmas up to the last step, whose obligation
must not be answered unsat by both solvers. A twin without a hypothesis must leave the proof using
something that is no longer listed. A prover that can't tell a claim from its twins proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from theory.kernel.proof import Proof
from theory.kernel.solvers import SOLVERS, Answer, Solver, decide
from theory.kernel.statement import Statement, Twin
from theory.ledger.run import build
from theory.proofs import script

Outcome = Literal["proved", "not proved", "undecided", "hypothesis is used", "hypothesis is unused"]
EFFORT = 5.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of proving a twin, and what the solvers answered about the last step."""

    outcome: Outcome
    answers: Mapping[str, Answer]

    @property
    def rejected(self) -> bool:
        return self.outcome not in ("proved", "hypothesis is unused")


def attempt(statement: Statement, twin: Twin, solvers: Mapping[str, Solver] = SOLVERS) -> Attempt:
    """Try to prove a twin by the proof of the claim."""
    if twin.conclusion is None:
        return _without(statement, twin)
    goal = statement.expand(twin.conclusion)
    module = script(statement.slug)
    proof = module.existence(goal).proof if statement.kind == "exists" else module.prove(goal)
    answers: dict[str, Answer] = {}
    questions = [o for step in _last_steps(proof) for o in step.own if o.kind == "goal"]
    for question in questions:
        decision = decide(question.text, EFFORT, solvers)
        answers = dict(decision.answers)
        if decision.verdict != "proved":
            refuted = "sat" in answers.values()
            return Attempt("not proved" if refuted else "undecided", answers)
    return Attempt("proved", answers)


def _last_steps(proof: Proof) -> list[Proof]:
    """The steps that conclude, under a final conjunction if there is one; where one concludes what
    a premise says already, also the step that says it."""
    match proof.rule:
        case "both" | "generalise" | "discharge":
            followed = proof.premises
        case "cut" | "instantiate":
            followed = proof.premises[-1:]
        case "conclude":
            followed = tuple(p for p in proof.premises if p.conclusion == proof.conclusion)
        case _:
            followed = ()
    own = [proof] if proof.rule in ("conclude", "solve") else []
    return own + [step for premise in followed for step in _last_steps(premise)]


def _without(statement: Statement, twin: Twin) -> Attempt:
    proof = build(statement).proof
    dropped = statement.formal_hypotheses[str(twin.drop)]
    used = proof is not None and dropped in proof.hypotheses
    return Attempt("hypothesis is used" if used else "hypothesis is unused", {})
