"""The proof of a claim, aimed at its mutants: which of them does it prove, and are they stronger?

A mutant is *proved* when the claim's own proof, aimed at the changed conclusion, ends in exactly
that, uses only the mutant's hypotheses, and both solvers answer unsat to every obligation. Where
the proof uses a hypothesis that the mutant changed or dropped, the kernel must derive it from the
hypotheses that the mutant has (rule ``cut``). A refuted claim has no proof: its mutants are tried
with that of its correction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Literal

from theory.kernel.existence import check_existence
from theory.kernel.obligations import Obligation
from theory.kernel.proof import Proof, assume, cut, generalise, part, solve, specialise
from theory.kernel.solvers import SOLVERS, Answer, Decision, Solver, SolverFailed, decide
from theory.kernel.statement import Statement
from theory.kernel.terms import NAT, KernelError, Term, const, negate
from theory.kernel.verdict import check_proof, check_trust, require_meaningful
from theory.ledger.ask import EFFORT as LONG
from theory.proofs import script
from theory.statements import STATEMENTS

EFFORT = 1.0
"""Per solver and new question. Questions of the claim's own proof have the ledger's effort."""
PATIENCE = 5
"""How many times more effort a comparison of a proved mutant with its claim may take."""
CLOCK = 60.0
"""A solver that takes this many seconds is stopped: then its answer is "clock"."""

Relation = Literal["equivalent", "weaker", "stronger", "not compared", "unneeded"]


class NoProof(Exception):
    """The proof of the claim does not prove the mutant. The message says why."""


class Patience:
    """The solvers in a process of their own, which is killed when one of them does not come back:
    on a false question of high degree a single step may never end. Then the answer is "clock"."""

    def __init__(self, solvers: Mapping[str, Solver] = SOLVERS) -> None:
        self._solvers = solvers
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def solvers(self) -> dict[str, Solver]:
        return {name: partial(self._ask, name) for name in self._solvers}

    def _ask(self, name: str, text: str, effort: float) -> Answer:
        if self._pipe is None:
            self._start()
        assert self._pipe is not None
        self._pipe.send((name, text, effort))
        if not self._pipe.poll(CLOCK):
            self.stop()
            return "clock"
        try:
            answer: Answer = self._pipe.recv()
        except EOFError as error:
            raise SolverFailed(f"{name}: its process died") from error
        return answer

    def _start(self) -> None:
        context = get_context("fork")
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, self._solvers), daemon=True)
        self._process.start()
        there.close()

    def stop(self) -> None:
        if self._process is not None and self._pipe is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
        self._process = self._pipe = None


def _serve(pipe: Connection, solvers: Mapping[str, Solver]) -> None:
    while True:
        try:
            name, text, effort = pipe.recv()
        except EOFError:
            return
        pipe.send(solvers[name](text, effort))


@dataclass
class Judge:
    """Asks both solvers, each question once. ``long`` are the digests that may take long."""

    effort: float = EFFORT
    solvers: Mapping[str, Solver] = field(default_factory=lambda: SOLVERS)
    long: frozenset[str] = frozenset()
    decided: MutableMapping[str, Decision] = field(default_factory=dict)

    def decide(self, question: Obligation) -> Decision:
        """Raises SolverDisagreement or SolverFailed: then nothing is decided."""
        if question.digest not in self.decided:
            effort = max(LONG, self.effort) if question.digest in self.long else self.effort
            self.decided[question.digest] = decide(question.text, effort, self.solvers)
        return self.decided[question.digest]

    def require(self, proof: Proof) -> None:
        """Raises NoProof at the first obligation, last step first, that is not proved."""
        for question in reversed(proof.obligations().values()):
            decision = self.decide(question)
            if decision.verdict != "proved":
                answers = ", ".join(f"{name} {a}" for name, a in decision.answers.items())
                raise NoProof(f"the solvers answer: {answers}")


def judge_of(statement: Statement, solvers: Mapping[str, Solver] = SOLVERS) -> Judge:
    """A judge that takes its time over the obligations of the claim's own proof."""
    prover = prover_of(statement)
    own = frozenset(scripted(prover, prover).obligations())
    return Judge(solvers=solvers, long=own)


def prover_of(statement: Statement) -> Statement:
    """The claim whose proof is tried: the claim itself, or its correction."""
    refuted = statement.expected == "refuted"
    return STATEMENTS[str(statement.corrected_by)] if refuted else statement


# -- proving ---------------------------------------------------------------------------------------


def prove(original: Statement, mutated: Statement, judge: Judge) -> Proof:
    """A proof of the mutant, every obligation of which is decided. Raises NoProof."""
    proof = aimed(original, mutated)
    judge.require(proof)
    return proof


def disprove(original: Statement, mutated: Statement, judge: Judge) -> Proof:
    """A proof that the changed conclusion fails wherever the hypotheses hold.

    With the claim's witness, which satisfies them, that refutes the mutant. Raises NoProof."""
    if original.expected != "proved" or original.hypotheses != mutated.hypotheses:
        raise NoProof("only a changed conclusion of a proved claim is denied")
    return prove(original, replace(mutated, conclusion=negate(mutated.conclusion)), judge)


def aimed(original: Statement, mutated: Statement) -> Proof:
    """The proof object, with its obligations still open. Raises NoProof."""
    proof = scripted(prover_of(original), mutated)
    listed = mutated.formal_hypotheses
    for hypothesis in proof.hypotheses - set(listed.values()):
        proof = cut(derived(hypothesis, listed.values(), _name(original, hypothesis)), proof)
    check_trust(mutated.slug, proof)
    return proof


def scripted(prover: Statement, mutated: Statement) -> Proof:
    """The claim's proof script, aimed at the mutant's conclusion. Raises NoProof."""
    module = script(prover.slug)
    goal = mutated.formal_conclusion
    claim = replace(mutated, hypotheses=prover.hypotheses)
    try:
        if prover.kind == "exists":
            existence = module.existence(goal)
            check_existence(claim, existence)
            proof: Proof = existence.proof
        else:
            proof = module.prove(goal)
            check_proof(claim, proof)
        require_meaningful(claim.slug, proof)
    except Exception as error:  # a script may rely on the shape of its goal; then it proves nothing
        raise NoProof(f"the proof does not fit: {type(error).__name__}") from error
    return proof


def derived(wanted: Term, listed: Iterable[Term], name: str) -> Proof:
    """The hypothesis that the proof uses, from those that the mutant lists. Raises NoProof."""
    variables, body = _stripped(wanted)
    if not _is_ground(body):
        raise NoProof(f"the proof uses the hypothesis {name}")
    try:
        known = [fact for formula in listed for fact in _facts(formula, variables)]
        return generalise(solve(body, *known), *variables)
    except KernelError as error:
        raise NoProof(f"the proof uses the hypothesis {name}") from error


def _facts(formula: Term, variables: tuple[Term, ...]) -> Iterator[Proof]:
    """What a listed hypothesis says, at these steps, in real arithmetic."""
    bound, _ = _stripped(formula)
    if len(bound) > len(variables):
        return
    proof = specialise(assume(formula), *variables[: len(bound)])
    parts = len(proof.conclusion.args) if proof.conclusion.op == "and" else 0
    for fact in [part(proof, i) for i in range(parts)] or [proof]:
        if _is_ground(fact.conclusion):
            yield fact


def _stripped(formula: Term) -> tuple[tuple[Term, ...], Term]:
    """The steps that a formula is about, and what it says of each."""
    variables = []
    while formula.op == "forall" and formula.args[0].sort == NAT:
        variables.append(formula.args[0])
        formula = formula.args[1]
    return tuple(variables), formula


def _is_ground(formula: Term) -> bool:
    """No quantifier and no derivative, outside sums at least."""
    if formula.op in ("forall", "deriv"):
        return False
    return all(map(_is_ground, formula.args))


def _name(statement: Statement, hypothesis: Term) -> str:
    names = (n for n, formula in statement.formal_hypotheses.items() if formula == hypothesis)
    return next(names, "of the correction")


# -- comparing -------------------------------------------------------------------------------------


def relation(original: Statement, mutated: Statement, proof: Proof, judge: Judge) -> Relation:
    """Of a proved mutant: does it follow from the claim at once, and the claim from it?

    *Weaker* and *equivalent* are shown by both solvers; *stronger* means that the claim follows
    from the mutant and nobody showed the converse. *Not compared*: neither was shown. *Unneeded*:
    the proof does not use the hypothesis that was changed, so it may say anything."""
    if _changed_but_unused(original, mutated, proof):
        return "unneeded"
    patient = replace(judge, effort=PATIENCE * judge.effort)
    follows = _implies(original, mutated, patient)
    gives = _implies(mutated, original, patient)
    if follows:
        return "equivalent" if gives else "weaker"
    return "stronger" if gives else "not compared"


def _changed_but_unused(original: Statement, mutated: Statement, proof: Proof) -> bool:
    before, after = original.formal_hypotheses, mutated.formal_hypotheses
    changed = [after[name] for name in before.keys() & after if after[name] != before[name]]
    return bool(changed) and proof.hypotheses.isdisjoint(changed)


def _implies(first: Statement, second: Statement, judge: Judge) -> bool:
    """From the first claim follows the second, by real arithmetic on what both speak of."""
    listed = second.formal_hypotheses
    given, wanted = _parts(first.formal_conclusion), _parts(second.formal_conclusion)
    try:
        for name, formula in first.formal_hypotheses.items():
            if formula not in listed.values():
                judge.require(derived(formula, listed.values(), name))
        facts = [fact for h in listed.values() for fact in _facts(h, ())]
        known = [*(assume(part) for part in given if _is_ground(part)), *facts]
        for goal in wanted:
            if goal not in given:
                judge.require(solve(goal, *known, *_signs(second)))
    except (NoProof, KernelError):
        return False
    return True


def _parts(formula: Term) -> tuple[Term, ...]:
    return formula.args if formula.op == "and" else (formula,)


def _signs(statement: Statement) -> list[Proof]:
    """Lemmas about the sign of one quantity that the proof of the claim ends with."""
    prover = prover_of(STATEMENTS[statement.slug])
    premises = scripted(prover, prover).premises
    return [p for p in premises if _is_ground(p.conclusion) and _is_sign(p.conclusion)]


def _is_sign(formula: Term) -> bool:
    if formula.op == "and":
        return all(map(_is_sign, formula.args))
    return formula.op in ("le", "lt") and formula.args[0] == const(0)
