"""Counterexamples that a solver suggests: points of the rational relaxation.

Z3 is asked for real numbers that satisfy the assumptions and break the claim, where every exp, log,
sin and cos is any number at all. Its model is a guess: only what ``_exact`` confirms is returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import inf

from theory.inequality._budget import Budget
from theory.inequality._expression import Question, variables
from theory.inequality._facts import atoms, levels, proof_of
from theory.inequality._refute import Point, first_refuting
from theory.inequality._translate import Translation, translate
from theory.kernel.obligations import smtlib
from theory.kernel.proof import assume
from theory.kernel.solvers import z3_solver
from theory.kernel.terms import KernelError, Term

DECLARED = re.compile(r"^\(declare-const (\S+) Real\) ; (\S+):Real$", re.MULTILINE)
DIGITS = 12  # of an algebraic number in a model


def refute_by_models(question: Question, budget: Budget) -> Point | None:
    """A confirmed counterexample from a solver's model, or None. A question with exp, log, sin or
    cos is asked twice: as it stands, and with the basic facts about them."""
    try:
        translation = translate(question)
        texts = list(_questions(translation))
    except KernelError:
        return None
    for text in texts:
        effort = budget.left / 2
        budget.spend(effort)
        point = model_point(text, variables(question), effort)
        if point is not None:
            found = first_refuting(question, [point], Budget(inf))
            if found is not None:
                return found
    return None


def _questions(translation: Translation) -> Iterator[str]:
    context = tuple(map(assume, translation.hypotheses))
    for goal in translation.goals:
        formulas: list[Term] = [*translation.hypotheses, goal]
        yield smtlib(translation.hypotheses, goal)
        if atoms(formulas):
            facts = (proof_of(one, context).conclusion for one in levels(formulas)[1])
            yield smtlib((*translation.hypotheses, *facts), goal)


def model_point(text: str, names: tuple[str, ...], effort: float) -> Point | None:
    """The values of the variables in a model of the text; 0 for those that it leaves open."""
    import z3

    try:
        solver = z3_solver(text, effort)
        if solver.check() != z3.sat:
            return None
        model = solver.model()
        given = {str(d.name()): model[d] for d in model.decls()}
    except z3.Z3Exception:
        return None
    symbols = {name: symbol for symbol, name in DECLARED.findall(text)}
    return {name: _fraction(given.get(symbols.get(name, ""))) for name in names}


def _fraction(number: object) -> Fraction:
    """A value of a model as a fraction; an algebraic number to twelve digits."""
    import z3

    if isinstance(number, z3.AlgebraicNumRef):
        number = number.approx(DIGITS)
    if not isinstance(number, z3.RatNumRef):
        return Fraction(0)
    return Fraction(number.numerator_as_long(), number.denominator_as_long())
