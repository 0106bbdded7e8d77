"""Formulas of an exercise: texts of students and of the course, numbers put in, sides of claims.

All texts go through the whitelist grammar of ``theory.inequality.parser``; nothing is evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from course.exercises import BadExercise, Exercise
from course.marks import Unfit
from theory.attack.mutate import formulas_of
from theory.attack.weaken import written
from theory.inequality.expression import Comparison, Expr, Question, variables
from theory.inequality.parser import BadFormula, Limits, parse_expression
from theory.kernel.terms import Term
from theory.statements import STATEMENTS

LIMITS = Limits(length=1_000, depth=40, nodes=400, digits=60, exponent=64)
"""Of what a student writes."""
SIDES = {"left": 0, "right": 1}


def students_expression(value: Any, name: str, letters: tuple[str, ...] = ()) -> Expr:
    """What stands in a slot, as an expression in these letters. Raises Unfit."""
    if isinstance(value, bool) or not isinstance(value, str | int | Fraction):
        raise Unfit(f"{name} is a number or a formula, written as text")
    try:
        found = parse_expression(str(value), limits=LIMITS)
    except BadFormula as error:
        raise Unfit(f"{name}, {error}") from error
    unknown = sorted(names_in(found) - set(letters))
    if unknown:
        allowed = f"only {', '.join(letters)}" if letters else "no letters: a number is asked for"
        raise Unfit(f"{name} has the letter {unknown[0]:.40}; there are {allowed}")
    return found


def names_in(expression: Expr) -> set[str]:
    return set(variables(Question((), (Comparison(expression, "<=", expression),))))


def put(expression: Expr, values: Mapping[str, Expr]) -> Expr:
    """The expression with names replaced."""
    if expression.op == "var":
        return values.get(str(expression.value), expression)
    return Expr(expression.op, tuple(put(a, values) for a in expression.args), expression.value)


def put_in(comparison: Comparison, values: Mapping[str, Expr]) -> Comparison:
    return Comparison(put(comparison.left, values), comparison.sign, put(comparison.right, values))


def names_of(exercise: Exercise, slots: Mapping[str, Expr] | None = None) -> dict[str, Expr]:
    """What the slots and the names of ``[given]`` and ``[terms]`` stand for, each in those above
    it."""
    found = dict(slots or {})
    for name, text in exercise.given.items():
        found[name] = put(parse_expression(str(text)), found)
    for name, reference in exercise.terms.items():
        found[name] = put(side_of_claim(reference), found)
    return found


def side_of_claim(reference: str) -> Expr:
    """A part of a claim, in its short notation: "sharp_step.conclusion.0.left", or
    "eta_safe.below_threshold.1.right"; numbers are parts of a conjunction. Raises BadExercise."""
    try:
        slug, place, *path = reference.split(".")
        statement = STATEMENTS[slug]
        term: Term = formulas_of(statement)[place]
        for step in path:
            term = term.args[SIDES[step] if step in SIDES else int(step)]
        return parse_expression(written(term))
    except (KeyError, IndexError, ValueError) as error:
        raise BadExercise(f"{reference} is no side of a claim: {error}") from error
