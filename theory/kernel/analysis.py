"""Rules about derivatives; the mean value theorem."""

from __future__ import annotations

from theory.kernel import terms as t
from theory.kernel.calculus import derivative
from theory.kernel.sequent import (
    ZERO,
    Outcome,
    Premises,
    all_hypotheses,
    count_premises,
    match_form,
    outcome,
    require_general,
)
from theory.kernel.terms import KernelError, Term


def differentiate(premises: Premises, variable: Term, function: Term) -> Outcome:
    """The derivative of ``function``; premises give abstract derivatives and side conditions, all
    with the variable general."""
    known, facts = {}, set()
    for premise in premises:
        require_general(variable, premise.hypotheses, "differentiate")
        if premise.conclusion.op == "deriv":
            t0, f, g = premise.conclusion.args
            if t0 != variable:
                raise KernelError("differentiate: a premise differentiates in another variable")
            known[f] = g
        else:
            facts.add(premise.conclusion)
    # An index bound by a sum inside the function must be general in the premises as well.
    for index in _bound_indices(function):
        require_general(index, all_hypotheses(premises), "differentiate")
    slope = derivative(variable, function, known, frozenset(facts))
    formula = t.has_derivative(variable, function, slope)
    return outcome(all_hypotheses(premises), formula, "derivative_rules")


def _bound_indices(term: Term) -> frozenset[Term]:
    inner = frozenset[Term]().union(*(_bound_indices(a) for a in term.args))
    return inner | {term.args[0]} if term.op == "sum" else inner


def rename_derivative(premises: Premises) -> Outcome:
    """From t -> f has derivative g, and f = f1, g = g1 for every t: t -> f1 has derivative g1."""
    count_premises(premises, 3, "rename_derivative")
    variable, f, g = match_form(premises[0], "deriv", "rename_derivative")
    for equation, side in zip(premises[1:], (f, g), strict=True):
        if match_form(equation, "eq", "rename_derivative")[0] != side:
            raise KernelError("rename_derivative: an equation does not start at f or at g")
        require_general(variable, equation.hypotheses, "rename_derivative")
    new = (premises[1].conclusion.args[1], premises[2].conclusion.args[1])
    return outcome(all_hypotheses(premises), t.has_derivative(variable, *new), "derivative_rules")


def derivative_unique(premises: Premises) -> Outcome:
    """A function has at most one derivative."""
    count_premises(premises, 2, "derivative_unique")
    first = match_form(premises[0], "deriv", "derivative_unique")
    second = match_form(premises[1], "deriv", "derivative_unique")
    if first[:2] != second[:2]:
        raise KernelError("derivative_unique: the premises are about different functions")
    formula = t.forall(first[0], t.eq(first[2], second[2]))
    return outcome(all_hypotheses(premises), formula, "derivative_unique")


def nondecreasing(premises: Premises, start: Term, end: Term) -> Outcome:
    """f' >= 0 on [start, end] gives f(start) <= f(end) (mean value theorem).

    Premises: f has derivative f'; and D |- 0 <= f', where D may use start <= t and t <= end."""
    count_premises(premises, 2, "nondecreasing")
    variable, f, slope = match_form(premises[0], "deriv", "nondecreasing")
    if variable in start.free | end.free:
        raise KernelError("nondecreasing: the interval depends on the variable")
    if premises[1].conclusion != (ZERO <= slope):
        raise KernelError("nondecreasing: the second premise is not 0 <= f'")
    rest = premises[1].hypotheses - {start <= variable, variable <= end}
    require_general(variable, rest, "nondecreasing")
    left, right = (t.substitute(f, {variable: x}) for x in (start, end))
    hypotheses = premises[0].hypotheses | rest | {start <= end}
    return outcome(hypotheses, left <= right, "mean_value")
