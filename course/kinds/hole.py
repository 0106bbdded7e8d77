"""A proof of the ledger with one line missing; the student writes the line.

    [check.hole]
    slot = "line"
    claim = "jensen_exp"
    show = "exp(x)·(1 + y - x) ≤ exp(y)"     a step, as in ``gradgap explain jensen_exp --steps``
    missing = 1                              which of the lines that it uses, from 0

The line may be any formula that follows from the missing one, and from which, with the other
lines, the step follows. Both are questions to the two solvers. Where the answer is no, the question
is shown with a solver's numbers, which satisfy what is given and break what is to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from course.exercises import BadExercise, Exercise
from course.formulas import LIMITS
from course.marks import Mark, Unfit
from theory.inequality.expression import Question
from theory.inequality.kernel_route import translate
from theory.inequality.parser import BadFormula, parse
from theory.kernel.proof import Proof, assume, infer, solve
from theory.kernel.statement import Statement
from theory.kernel.terms import KernelError, Term, conj
from theory.ledger.ask import discharge
from theory.ledger.failure import failure_at, lines_of
from theory.pretty import names_of, pretty
from theory.proofs import script
from theory.statements import STATEMENTS

EFFORT = 5.0
FOLLOWS = "your line does not follow from the missing one by arithmetic"
SUFFICES = "the step does not follow from your line"


def judge(
    exercise: Exercise, check: Mapping[str, Any], answer: Mapping[str, Any], folder: Path
) -> Mark:
    hole, about, points = check["hole"], check["about"], check["points"]
    text = answer.get(hole["slot"], "")
    if text == "":
        return Mark(about, points, 0, "missing", (f"{hole['slot']} is empty",))
    statement = STATEMENTS[hole["claim"]]
    line = line_of(text, hole["slot"], statement)
    steps = proof_of(statement).steps()
    step = step_of(hole, statement, steps)
    known = [premise.conclusion for premise in step.premises]
    missing = known.pop(hole["missing"])
    place = ("the proof", steps.index(step) + 1, len(steps))
    try:
        tried = {
            FOLLOWS: solve(line, assume(missing)),
            SUFFICES: infer(step.rule, tuple(map(assume, [*known, line])), *step.args),
        }
    except KernelError as error:
        raise Unfit(f"{hole['slot']}: {error}") from error
    for fault, attempt in tried.items():
        if told := [*unproved(statement, attempt, place)]:
            if fault == FOLLOWS:  # what the line has to follow from is the answer
                told = [one for one in told if not one.lstrip().startswith("given")]
            refuted = any("for example at" in one for one in told)
            verdict: Any = "wrong" if refuted else "undecided"
            return Mark(about, points, 0, verdict, (f"{fault}.", *told))
    return Mark(about, points, points, "right")


def line_of(text: Any, slot: str, statement: Statement) -> Term:
    """What the student wrote, with the abbreviations of the claim. Raises Unfit."""
    try:
        written = parse(str(text), limits=LIMITS)
        goals = translate(Question((), written)).goals
    except (BadFormula, KernelError) as error:
        raise Unfit(f"{slot}, {error}") from error
    return statement.expand(conj(*(goal.args[-1] if goal.op == "and" else goal for goal in goals)))


def proof_of(statement: Statement) -> Proof:
    return script(statement.slug).prove(statement.formal_conclusion)


def step_of(hole: Mapping[str, Any], statement: Statement, steps: list[Proof]) -> Proof:
    """The step that shows this, by real arithmetic from at least two lines. Raises BadExercise."""
    names = names_of(statement)
    for step in steps:
        if step.own and len(step.premises) > 1 and pretty(step.conclusion, names) == hole["show"]:
            return step
    raise BadExercise(f"no step of {statement.slug} shows {hole['show']} from several lines")


def unproved(statement: Statement, step: Proof, place: tuple[str, int, int]) -> Iterator[str]:
    """What the solvers say to the first question of a step that they don't both prove."""
    decided = discharge(step.own, effort=EFFORT)
    for question in step.own:
        decision, _ = decided[question.digest]
        if decision.verdict != "proved":
            failure = failure_at(statement, step, question.text, place, decision)
            yield from list(lines_of(failure.as_json()))[:-1]
            return


def given_lines(check: Mapping[str, Any]) -> Iterator[str]:
    """The step as a student sees it: what is known, the missing line, what is to be shown."""
    hole = check["hole"]
    statement = STATEMENTS[hole["claim"]]
    step = step_of(hole, statement, proof_of(statement).steps())
    for number, premise in enumerate(step.premises):
        known = pretty(premise.conclusion, names_of(statement))
        yield f"    given  {known if number != hole['missing'] else '?'}"
    yield f"    show   {hole['show']}"
