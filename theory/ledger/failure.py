"""Where a proof fails: the step, the question in the letters of the claim, and numbers that answer
it with no.

Nothing here decides. The numbers are a solver's: they satisfy what the step was given and break
what it had to show, and are a guess about the claim, not a refutation of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from theory.evaluate import RATIONALS, comparisons, evaluate
from theory.kernel.obligations import conditions
from theory.kernel.proof import Proof
from theory.kernel.solvers import Decision, z3_solver
from theory.kernel.statement import Statement
from theory.kernel.terms import KernelError, Term, const
from theory.kernel.verdict import Case
from theory.ledger.ask import EFFORT
from theory.pretty import RELATIONS, abbreviations, names_of, pretty
from theory.proofs import script
from theory.reading import from_text

DECLARED = re.compile(r"^\(declare-const (\S+) Real\) ; (.+)$", re.MULTILINE)
DIGITS = 12
WHAT_THEY_MEAN = (
    "These numbers satisfy every line above and break what the step has to show. A sum, exp, log or"
    " function of the claim is one free number here: nothing is known of it but those lines. So"
    " either the claim is false, or the step needs one more fact. No policy may have these numbers:"
    " `gradgap break` looks for one."
)


@dataclass(frozen=True, slots=True)
class Failure:
    """The first question below a claim that is not proved.

    ``proof`` is "the proof" or the witness or countermodel it belongs to; ``given`` what the step
    uses, ``show`` what it must show; ``numbers`` the values of the letters in a model, ``sides``
    those of the comparisons that it breaks; ``meaning`` explains the letters."""

    proof: str
    step: int
    of: int
    rule: str
    asks: str
    answers: Mapping[str, str]
    given: list[str]
    show: str
    numbers: dict[str, str] = field(default_factory=dict)
    sides: list[str] = field(default_factory=list)
    meaning: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        answers = ", ".join(f"{name} {answer}" for name, answer in self.answers.items())
        clock = "; stopped by the clock" if "clock" in self.answers.values() else ""
        where = f"step {self.step} of {self.of} of {self.proof}, by {self.rule}"
        return f"{where}, was not answered unsat by both ({answers}{clock})"


def failure_of(case: Case, decisions: Mapping[str, Decision]) -> Failure | None:
    """The first question that is not proved, the claim's own proof first."""
    for name, root in _proofs(case):
        steps = root.steps()
        for number, step in enumerate(steps, start=1):
            for question in step.own:
                decision = decisions[question.digest]
                if decision.verdict != "proved" and len(decision.answers) > 1:
                    place = (name, number, len(steps))
                    return failure_at(case.statement, step, question.text, place, decision)
    return None


def _proofs(case: Case) -> Iterator[tuple[str, Proof]]:
    """Every proof of a case, and what to call it."""
    instance = case.instance
    if case.proof is not None:
        yield "the proof", case.proof
    if instance.negation is not None:
        yield "the proof that the countermodel breaks the claim", instance.negation
    kind = "countermodel" if case.proof is None else "witness"
    for name, proof in instance.hypotheses.items():
        yield f"the proof that the {kind} meets the hypothesis {name}", proof


def failure_at(
    statement: Statement, step: Proof, text: str, place: tuple[str, int, int], decision: Decision
) -> Failure:
    """What a question of a step asks, and numbers that answer it with no. ``place``: of which
    proof, which step, of how many."""
    premises = tuple(p.conclusion for p in step.premises)
    goal, asks = _goal(step, text)
    names = names_of(statement)
    known = _numbers(text) if "unsat" not in decision.answers.values() else {}
    letters = _letters(statement, known, (*premises, goal))
    meanings = {pretty(short): n.meaning for n in statement.notation for short in _short(n.symbol)}
    return Failure(
        *place,
        rule=step.rule,
        asks=asks,
        answers=dict(decision.answers),
        given=list(dict.fromkeys(pretty(p, names) for p in premises)),
        show=pretty(goal, names),
        numbers=letters,
        sides=_sides(goal, known),
        meaning={name: meanings[name] for name in letters if name in meanings},
    )


def _short(symbol: object) -> list[Term]:
    return [symbol] if isinstance(symbol, Term) else []


def _goal(step: Proof, text: str) -> tuple[Term, str]:
    """What the question asks: the conclusion, or that something in it is defined."""
    questions = [o.text for o in step.own if o.kind == "meaningful"]
    if text not in questions:
        return step.conclusion, "whether this follows"
    condition, _ = [*conditions(step.conclusion)][questions.index(text)]
    return condition, f"whether {pretty(step.conclusion)} has a value"


# -- the numbers -----------------------------------------------------------------------------------


def _numbers(text: str) -> dict[Term, Fraction]:
    """The value in a model of each variable and each opaque term of a question; none if Z3 has no
    model."""
    import z3

    try:
        solver = z3_solver(text, EFFORT)
        if solver.check() != z3.sat:
            return {}
        model = solver.model()
    except z3.Z3Exception:
        return {}
    given = {str(d.name()): model[d] for d in model.decls()}
    return {from_text(term): _fraction(given.get(name)) for name, term in DECLARED.findall(text)}


def _fraction(number: Any) -> Fraction:
    """Exact if it is rational, to twelve digits if it is algebraic, 0 where any number will do."""
    if hasattr(number, "approx"):
        number = number.approx(DIGITS)
    if not hasattr(number, "numerator_as_long"):
        return Fraction(0)
    return Fraction(number.numerator_as_long(), number.denominator_as_long())


def _letters(
    statement: Statement, known: Mapping[Term, Fraction], formulas: tuple[Term, ...]
) -> dict[str, str]:
    """The abbreviations of the claim that occur, with their values, then what else has one."""
    if not known:
        return {}
    found: dict[str, str] = {}
    inside: set[Term] = set()
    present = {t for formula in formulas for t in _subterms(formula)}
    for body, short in abbreviations(statement).items():
        value = _value(body, known) if body in present else None
        if value is not None:
            found[pretty(short)] = _written(value)
            inside |= set(_subterms(body))
    names = names_of(statement)
    for term, value in known.items():
        if term.op != "div" and (term.op == "var" or term not in inside):
            found.setdefault(pretty(term, names), _written(value))
    return found


def _sides(goal: Term, known: Mapping[Term, Fraction]) -> list[str]:
    """The comparisons of the goal that fail at these numbers, with both sides."""
    if not known:
        return []
    try:
        broken = [c for c in comparisons(_at(goal, known), {}, RATIONALS) if not c.holds()]
    except (KernelError, KeyError, ZeroDivisionError):
        return []
    return [f"{_written(c.left)} {RELATIONS[c.relation]} {_written(c.right)}" for c in broken]


def _value(term: Term, known: Mapping[Term, Fraction]) -> Any:
    try:
        return evaluate(_at(term, known), {}, RATIONALS)
    except (KernelError, KeyError, ZeroDivisionError):
        return None


def _at(term: Term, known: Mapping[Term, Fraction]) -> Term:
    """The term with its opaque parts replaced by their numbers; a quotient by its sides'."""
    if term in known and term.op != "div":
        return const(known[term])
    args = tuple(_at(a, known) for a in term.args)
    return term if args == term.args else Term(term.op, args, term.data, term.data_sort)


def _subterms(term: Term) -> Iterator[Term]:
    yield term
    for arg in term.args:
        yield from _subterms(arg)


def _written(value: Any) -> str:
    exact = str(value)
    return exact if len(exact) <= DIGITS else f"{float(value):.6g}"


# -- what is printed -------------------------------------------------------------------------------


def lines_of(failure: Mapping[str, Any]) -> Iterator[str]:
    """A failure as JSON, for a terminal."""
    if not failure:
        return
    where = f"step {failure['step']} of {failure['of']} of {failure['proof']}"
    yield f"It fails at {where}, by the rule {failure['rule']}. Asked is {failure['asks']}:"
    yield from (f"    given  {line}" for line in failure["given"])
    yield f"    show   {failure['show']}"
    if not failure["numbers"]:
        answers = ", ".join(f"{name} {answer}" for name, answer in failure["answers"].items())
        yield f"No numbers: {answers}. More --effort may decide it, or one more fact."
        return
    yield "It does not follow, for example at"
    for letter, number in failure["numbers"].items():
        meaning = failure["meaning"].get(letter)
        yield f"    {letter} = {number}" + (f"   ({meaning})" if meaning else "")
    yield from (f"where it would say {side}, which is false." for side in failure["sides"])
    yield WHAT_THEY_MEAN


def unlisted(statement: Statement) -> str | None:
    """Where the proof of a claim uses what the claim does not assume: what that is. Else None."""
    module = script(statement.slug)
    if statement.expected == "refuted" or statement.kind == "exists":
        return None
    try:
        proof = module.prove(statement.formal_conclusion)
    except KernelError:
        return None
    names = names_of(statement)
    extra = proof.hypotheses - set(statement.formal_hypotheses.values())
    if not extra:
        return None
    assumed = "; ".join(sorted(pretty(h, names) for h in extra))
    return f"the proof uses a hypothesis that the claim does not list: {assumed}"
