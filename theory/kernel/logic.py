"""Rules of logic, and the two solver steps."""

from __future__ import annotations

from theory.kernel import renaming
from theory.kernel import terms as t
from theory.kernel.obligations import conditions, defined, implication
from theory.kernel.sequent import (
    Axiom,
    Outcome,
    OutsideRange,
    Premises,
    Sequent,
    all_hypotheses,
    count_premises,
    match_form,
    outcome,
    require_general,
)
from theory.kernel.terms import KernelError, Lambda, Symbol, Term


def assume(premises: Premises, formula: Term) -> Outcome:
    """phi |- phi."""
    count_premises(premises, 0, "assume")
    return outcome(frozenset([formula]), formula)


def axiom(premises: Premises, fact: Axiom, *values: Term) -> Outcome:
    """An instance of a textbook fact; each range condition must be a premise."""
    if len(values) != len(fact.variables):
        raise KernelError(f"{fact.name} takes {len(fact.variables)} values, got {len(values)}")
    instance = dict(zip(fact.variables, values, strict=True))
    proved = {p.conclusion for p in premises}
    for condition in fact.conditions:
        if t.substitute(condition, instance) not in proved:
            raise OutsideRange(f"{fact.name}: its range condition is not among the premises")
    return outcome(all_hypotheses(premises), t.substitute(fact.conclusion, instance), fact.name)


def solve(premises: Premises, goal: Term) -> Outcome:
    """Real arithmetic: the premises imply the goal, by the answer of both solvers."""
    question = implication(tuple(p.conclusion for p in premises), goal)
    return Outcome(Sequent(all_hypotheses(premises), goal), (question,))


def conclude(premises: Premises, goal: Term) -> Outcome:
    """As ``solve`` (or the goal is a premise), and every number in the goal is defined: no
    denominator is 0, every log is of a positive number. The last step of every claim.

    What is bound in the goal is any value there: of it only those premises speak whose hypotheses
    say nothing of the variable."""
    proved = [p for p in premises if p.conclusion != goal]
    questions = []
    if len(proved) == len(premises):
        questions.append(implication(tuple(p.conclusion for p in premises), goal))
    for condition, bound in conditions(goal):
        general = (p for p in proved if not any(h.free & bound for h in p.hypotheses))
        questions.append(defined(condition, tuple(p.conclusion for p in general)))
    return Outcome(Sequent(all_hypotheses(premises), goal), tuple(questions))


def discharge(premises: Premises, formula: Term) -> Outcome:
    """From G, phi |- psi: G |- phi => psi."""
    count_premises(premises, 1, "discharge")
    hypotheses = premises[0].hypotheses - {formula}
    return outcome(hypotheses, t.implies(formula, premises[0].conclusion))


def cut(premises: Premises) -> Outcome:
    """From G |- phi and D, phi |- psi: G, D |- psi."""
    count_premises(premises, 2, "cut")
    lemma, user = premises
    if lemma.conclusion not in user.hypotheses:
        raise KernelError("cut: the first conclusion is not a hypothesis of the second premise")
    rest = user.hypotheses - {lemma.conclusion}
    return outcome(lemma.hypotheses | rest, user.conclusion)


def generalise(premises: Premises, variable: Term) -> Outcome:
    """From G |- phi with x not free in G: G |- for all x, phi."""
    count_premises(premises, 1, "generalise")
    require_general(variable, premises[0].hypotheses, "generalise")
    return outcome(premises[0].hypotheses, t.forall(variable, premises[0].conclusion))


def specialise(premises: Premises, value: Term) -> Outcome:
    """From G |- for all x, phi(x): G |- phi(value)."""
    count_premises(premises, 1, "specialise")
    variable, body = match_form(premises[0], "forall", "specialise")
    return outcome(premises[0].hypotheses, t.substitute(body, {variable: value}))


def both(premises: Premises) -> Outcome:
    """From G |- phi and D |- psi and ...: all of them."""
    return outcome(all_hypotheses(premises), t.conj(*(p.conclusion for p in premises)))


def part(premises: Premises, index: int) -> Outcome:
    """From a conjunction, one of its parts."""
    count_premises(premises, 1, "part")
    parts = match_form(premises[0], "and", "part")
    if not 0 <= index < len(parts):
        raise KernelError(f"part: no part {index} among {len(parts)}")
    return outcome(premises[0].hypotheses, parts[index])


def apply_implication(premises: Premises) -> Outcome:
    """From G |- phi => psi and D |- phi: G, D |- psi."""
    count_premises(premises, 2, "apply_implication")
    left, right = match_form(premises[0], "implies", "apply_implication")
    if premises[1].conclusion != left:
        raise KernelError("apply_implication: the second premise is not the condition of the first")
    return outcome(all_hypotheses(premises), right)


def instantiate(
    premises: Premises,
    values: tuple[tuple[Term, Term], ...],
    functions: tuple[tuple[Symbol, Lambda], ...],
) -> Outcome:
    """A sequent holds in every interpretation, so also where its symbols mean these functions."""
    count_premises(premises, 1, "instantiate")
    by_variable, by_symbol = dict(values), dict(functions)

    def put(formula: Term) -> Term:
        return t.instantiate(formula, by_variable, by_symbol)

    hypotheses = frozenset(put(h) for h in premises[0].hypotheses)
    return outcome(hypotheses, put(premises[0].conclusion))


def rename_index(premises: Premises, old: Term, new: Term) -> Outcome:
    """A sequent holds for every finite index set: read it about that of ``new``."""
    count_premises(premises, 1, "rename_index")
    sequent = premises[0]
    conclusion, *hypotheses = renaming.rename_index(
        (sequent.conclusion, *sequent.hypotheses), old, new
    )
    return outcome(frozenset(hypotheses), conclusion)


def congruence(premises: Premises, hole: Term, template: Term) -> Outcome:
    """From G |- a = b: G |- template[a] = template[b]."""
    count_premises(premises, 1, "congruence")
    a, b = match_form(premises[0], "eq", "congruence")
    left, right = (t.substitute(template, {hole: x}) for x in (a, b))
    return outcome(premises[0].hypotheses, t.eq(left, right))
