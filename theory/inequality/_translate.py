"""A question as sequents of the kernel: hypotheses, goals, and the roots that became variables.

sqrt is no operation of the kernel. sqrt(x) becomes a variable s with the hypothesis

    0 <= x  implies  0 <= s and s^2 = x

which some real s always satisfies, so nothing is assumed by it. Where x is negative, sqrt(x) has no
value, and the question's own condition 0 <= x says so.

An assumption means that it is defined and holds; a goal, that it is defined and holds. So both are
conjunctions: the conditions under which every number has a value, then the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from theory.inequality._expression import Comparison, Expr, Question, Sign, variables
from theory.inequality._write import LATEX, Style
from theory.inequality._write import written as written_in
from theory.kernel import terms as t
from theory.kernel.terms import KernelError, Term

LONGEST = 20_000  # operations in all
LARGEST_POWER = 64  # longer products are beyond the solvers
SIGNS: dict[str, Sign] = {"lt": "<", "le": "<=", "eq": "=="}
KERNEL_POWER = 16  # the kernel writes a power as a product of at most so many factors


class NoTranslation(KernelError):
    """The question has a form that the kernel route does not take."""


@dataclass(frozen=True, slots=True)
class Translation:
    """``roots`` maps the term under each root to its variable; ``definitions`` are their
    hypotheses."""

    assumptions: tuple[Term, ...]
    goals: tuple[Term, ...]
    definitions: tuple[Term, ...]
    roots: dict[Term, Term]

    @property
    def hypotheses(self) -> tuple[Term, ...]:
        return (*self.definitions, *self.assumptions)


def translate(question: Question) -> Translation:
    """The hypotheses and goals in the kernel's language. Raises NoTranslation, or another
    KernelError."""
    comparisons = (*question.assume, *question.claim)
    if sum(_length(c.left) + _length(c.right) for c in comparisons) > LONGEST:
        raise NoTranslation(f"more than {LONGEST} operations in the text for the solvers")
    writer = _Writer(frozenset(variables(question)))
    assumptions = tuple(writer.defined_and(a) for a in question.assume)
    goals = tuple(writer.defined_and(c) for c in question.claim)
    return Translation(assumptions, goals, tuple(writer.definitions), dict(writer.roots))


def _length(expression: Expr) -> int:
    """How many operations the solvers are given: a power is written as a product, and abs, min and
    max write their arguments more than once."""
    inside = sum(map(_length, expression.args))
    if isinstance(expression.value, int) and expression.op == "pow":
        return 1 + inside * max(1, abs(expression.value))
    return 1 + inside * {"abs": 3, "min": 2, "max": 2}.get(expression.op, 1)


class _Writer:
    """Names the roots of one question and writes its formulas."""

    def __init__(self, taken: frozenset[str]) -> None:
        self.taken = taken
        self.roots: dict[Term, Term] = {}
        self.definitions: list[Term] = []

    def defined_and(self, comparison: Comparison) -> Term:
        """Every number in the comparison has a value, and the comparison holds."""
        conditions: dict[Term, None] = {}
        left, right = (
            self.term(comparison.left, conditions),
            self.term(comparison.right, conditions),
        )
        relation = {"<": t.Term("lt", (left, right)), "<=": left <= right, "==": t.eq(left, right)}
        return t.conj(*conditions, relation[comparison.sign])

    def term(self, expression: Expr, conditions: dict[Term, None]) -> Term:
        """The term; the conditions for its value are added to ``conditions``."""
        match expression.op:
            case "const":
                assert isinstance(expression.value, Fraction)
                return t.const(expression.value)
            case "var":
                return t.var(str(expression.value))
            case "pi":
                return t.PI
        args = [self.term(inner, conditions) for inner in expression.args]
        match expression.op:
            case "add" | "mul" | "min" | "max":
                name = expression.op
                return reduce(lambda a, b: Term(name, (a, b)), args)
            case "neg":
                return -args[0]
            case "div":
                if args[1].op != "const" or args[1] == t.const(0):
                    conditions.setdefault(t.negate(t.eq(args[1], 0)))
                return args[0] / args[1]
            case "pow":
                assert isinstance(expression.value, int)
                return _power(args[0], expression.value, conditions)
            case "log":
                conditions.setdefault(t.lift(0) < args[0])
                return t.log(args[0])
            case "sqrt":
                conditions.setdefault(t.lift(0) <= args[0])
                return self._root(args[0])
            case "exp" | "sin" | "cos" | "abs":
                return Term(expression.op, (args[0],))
        raise NoTranslation(f"{expression.op} has no translation")

    def _root(self, inside: Term) -> Term:
        if inside not in self.roots:
            name = f"root_{len(self.roots)}"
            while name in self.taken:
                name += "_"
            root = t.var(name)
            self.roots[inside] = root
            meaning = t.conj(t.lift(0) <= root, t.eq(root**2, inside))
            self.definitions.append(t.implies(t.lift(0) <= inside, meaning))
        return self.roots[inside]


def _power(base: Term, exponent: int, conditions: dict[Term, None]) -> Term:
    if abs(exponent) > LARGEST_POWER:
        raise NoTranslation(f"a power above {LARGEST_POWER}")
    if exponent < 0:
        conditions.setdefault(t.negate(t.eq(base, 0)))
        return t.const(1) / _power(base, -exponent, conditions)
    if exponent == 0:
        return t.const(1)
    if exponent <= KERNEL_POWER:
        return base**exponent
    return base**KERNEL_POWER * _power(base, exponent - KERNEL_POWER, conditions)


# -- back to expressions, for display --------------------------------------------------------------


def written(formula: Term, roots: dict[Term, Term], style: Style) -> str:
    """A formula of the kernel, written as the questions are; ``roots`` maps each variable that
    stands for a root to the term under it."""
    return _formula(formula, roots, style)


def _formula(formula: Term, names: dict[Term, Term], style: Style) -> str:
    def word(text: str) -> str:
        return rf"\text{{ {text} }}" if style is LATEX else f" {text} "

    match formula.op:
        case "and":
            return word("and").join(_formula(a, names, style) for a in formula.args)
        case "implies":
            left, right = (_formula(a, names, style) for a in formula.args)
            return f"{right}{word('if')}{left}"
        case "not":
            different = r" \ne " if style is LATEX else " ≠ "
            return different.join(_side(a, names, style) for a in formula.args[0].args)
    sign = style.signs[SIGNS[formula.op]]
    return f" {sign} ".join(_side(a, names, style) for a in formula.args)


def _side(term: Term, names: dict[Term, Term], style: Style) -> str:
    return written_in(_expression(term, names), style)


def _expression(term: Term, names: dict[Term, Term]) -> Expr:
    if term in names:
        return Expr("sqrt", (_expression(names[term], names),))
    data = term.data if isinstance(term.data, Fraction | str | int) else None
    args = tuple(_expression(a, names) for a in term.args)
    return Expr(term.op, args, data)  # type: ignore[arg-type]
