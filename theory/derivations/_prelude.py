"""What derivations are written with: SymPy, formulas of the statements, letters, steps, rules."""

import sympy as sp

from theory.derivations._derivation import Derivation, Step
from theory.derivations._from_term import body, formula, relation
from theory.derivations._letters import (
    FAVOURABLE,
    LONGEST,
    MEAN_LENGTH,
    ONE,
    PSI_NORM,
    SCORE_BOUND,
    SMOOTHNESS,
    STEP_SIZE,
    SUCCESS,
    SUCCESS_NEXT,
    VALUES,
    ZERO,
    F,
    F_next,
    G,
    J,
    J_next,
    L,
    eta,
    gain,
    gap,
    length_plus,
    positive,
)
from theory.derivations._relation import (
    Claim,
    Domain,
    Entry,
    Equivalence,
    Let,
    Range,
    Relation,
    Whole,
)
from theory.derivations._rule import Rule, chord, larger, tangent, tangent_log
from theory.derivations._rules import (
    Algebra,
    Both,
    Chain,
    Convex,
    Increasing,
    Instance,
    Limits,
    Mean,
    Part,
    Solve,
    Substitute,
    Unknown,
    signs,
)
from theory.kernel.statement import Statement


def begin(name: str, claim: Claim, reason: str, rule: Rule) -> Step:
    """The first step of a new strand."""
    return Step(name, claim, reason, rule, begins=True)


def derive(
    statement: Statement,
    domain: Domain | tuple[Entry, ...],
    *steps: Step,
    stated: tuple[tuple[str, Relation], ...] = (),
    results: tuple[str, ...] = (),
    title: str = "",
) -> Derivation:
    """The derivation of a claim, under its slug, and its title unless another is given."""
    whole = domain if isinstance(domain, Domain) else Domain(domain)
    return Derivation(statement.slug, title or statement.title, whole, steps, stated, results)
