"""The kernel's route: a proof object for the question, decided by both solvers.

Each comparison of the claim is a goal, and each goal is concluded from the assumptions and a list
of facts (``facts``). Every obligation of the finished proof, those of the facts and of the
meaningfulness of the goals among them, must be answered ``unsat`` by both solvers in fresh
contexts; else nothing is proved.

A question as sequents of the kernel: hypotheses, goals, and the roots that became variables.

sqrt is no operation of the kernel. sqrt(x) becomes a variable s with the hypothesis

    0 <= x  implies  0 <= s and s^2 = x

which some real s always satisfies, so nothing is assumed by it. Where x is negative, sqrt(x) has no
value, and the question's own condition 0 <= x says so.

An assumption means that it is defined and holds; a goal, that it is defined and holds. So both are
conjunctions: the conditions under which every number has a value, then the comparison.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, reduce

from theory.inequality.certificate import Budget, Exhausted
from theory.inequality.expression import LATEX, Comparison, Expr, Question, Sign, Style, variables
from theory.inequality.expression import written as written_in
from theory.inequality.facts import Fact, levels, proof_of
from theory.kernel import terms as t
from theory.kernel.axioms import AXIOMS, trusted_names
from theory.kernel.obligations import Obligation
from theory.kernel.proof import Proof, assume, both, conclude
from theory.kernel.solvers import (
    SOLVERS,
    Answer,
    Solver,
    SolverDisagreement,
    check_canaries,
    decide,
)
from theory.kernel.terms import KernelError, Term, const, lift

# -- a question as sequents ------------------------------------------------------------------------


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


# -- the route -------------------------------------------------------------------------------------


QUERY = 2.0  # effort for one question to one solver
DROP = 0.3  # effort to see whether a goal follows without one of its facts
ANSWERED = 0.02  # what a question that is answered costs; one that is not costs its effort too
CANARY, AGAIN = 5.0, 20.0  # effort for a canary, and for a question of a certificate again
FALSE = lift(0) < const(0)


class StoppedByClock(Exception):
    """A solver was stopped by the clock: what follows depends on the machine."""


class OneSolverOnly(Exception):
    """The first solver proves a goal that the next does not: not a proof."""


@dataclass(frozen=True, slots=True)
class KernelCertificate:
    """What to conclude, and from which facts: for each part of each goal, in order.

    ``contradiction``: the assumptions prove 0 < 0, and the only part is that. ``obligations`` are
    the SMT-LIB texts; ``modulo`` names the axioms and facts of mathematics below the proof."""

    facts: tuple[tuple[Fact, ...], ...]
    contradiction: bool
    obligations: tuple[str, ...]
    modulo: tuple[str, ...]


@dataclass(slots=True)
class _Asker:
    """Puts obligations to the solvers while effort is left, each of them once."""

    solvers: Mapping[str, Solver]
    budget: Budget
    answers: dict[str, bool] = field(default_factory=dict)
    alone: str = ""
    """Which solver answered unsat to the last question, and which did not, if they differ; "" after
    a goal that both proved."""

    def all_proved(self, obligations: Iterable[Obligation], effort: float) -> bool:
        return all(self._proved(obligation, effort) for obligation in obligations)

    def _proved(self, obligation: Obligation, effort: float) -> bool:
        """A "no" is not kept: with more effort it may become a "yes"."""
        if self.answers.get(obligation.digest, False):
            return True
        found = self._unsat_by_all(obligation.text, effort)
        if found:
            self.answers[obligation.digest] = True
        return found

    def _unsat_by_all(self, text: str, effort: float) -> bool:
        given: dict[str, Answer] = {}
        for name, solver in self.solvers.items():
            self.budget.spend(ANSWERED)
            answer = solver(text, effort)
            if answer == "clock":
                raise StoppedByClock(name)
            if answer == "unknown":
                self.budget.left -= effort
            given[name] = answer
            if set(given.values()) == {"unsat", "sat"}:
                raise SolverDisagreement(text)
            if answer != "unsat":
                proved = ", ".join(other for other in given if other != name)
                if proved and effort == QUERY:
                    self.alone = f"{proved} answers unsat, {name} does not"
                return False
        return True


def prove(
    question: Question, budget: Budget, solvers: Mapping[str, Solver] = SOLVERS
) -> KernelCertificate | None:
    """A certificate that passes ``recheck``; None when the route does not lead there with the
    solver effort of the budget.

    Raises OneSolverOnly where that is what is missing; StoppedByClock; LyingSolver,
    SolverDisagreement or SolverFailed: then no solver may be believed."""
    asker = _Asker(solvers, budget)
    _check_honest(solvers)
    facts = None
    try:
        translation = translate(question)
        facts = _search(translation, asker)
        proof = rebuild(translation, *facts) if facts is not None else None
    except (KernelError, Exhausted):
        proof = None
    if facts is None or proof is None:
        if asker.alone:
            raise OneSolverOnly(asker.alone)
        return None
    texts = tuple(obligation.text for obligation in proof.obligations().values())
    certificate = KernelCertificate(*facts, texts, tuple(sorted(proof.modulo)))
    return certificate if _accepted(question, certificate, QUERY, solvers) else None


def recheck(
    question: Question,
    certificate: KernelCertificate,
    effort: float = AGAIN,
    solvers: Mapping[str, Solver] = SOLVERS,
) -> bool:
    """Whether the certificate proves the question: the proof is built again from its facts, it
    must end in the goals and use the assumptions alone, its obligations must be the texts of the
    certificate, and both solvers must answer unsat to each in fresh contexts."""
    _check_honest(solvers)
    return _accepted(question, certificate, effort, solvers)


def _accepted(
    question: Question, certificate: KernelCertificate, effort: float, solvers: Mapping[str, Solver]
) -> bool:
    try:
        translation = translate(question)
        proof = rebuild(translation, certificate.facts, certificate.contradiction)
    except KernelError:
        return False
    if not _proves(translation, proof, certificate):
        return False
    texts = certificate.obligations
    return all(decide(text, effort, solvers).verdict == "proved" for text in texts)


def _proves(translation: Translation, proof: Proof, certificate: KernelCertificate) -> bool:
    goal = FALSE if certificate.contradiction else both_of(translation.goals)
    texts = {obligation.text for obligation in proof.obligations().values()}
    return (
        proof.conclusion == goal
        and proof.hypotheses <= set(translation.hypotheses)
        and proof.modulo <= trusted_names()
        and all(AXIOMS.get(axiom.name) == axiom for axiom in proof.axioms)
        and texts == set(certificate.obligations)
        and tuple(sorted(proof.modulo)) == certificate.modulo
    )


def _check_honest(solvers: Mapping[str, Solver]) -> None:
    """Raises LyingSolver where a solver gets a question of known truth wrong. The project's own
    solvers are asked once."""
    if solvers is SOLVERS:
        _check_own_solvers()
    else:
        check_canaries(CANARY, solvers)


@cache
def _check_own_solvers() -> None:
    check_canaries(CANARY, SOLVERS)


# -- the proof from its facts ------------------------------------------------------------------


def rebuild(
    translation: Translation, facts: tuple[tuple[Fact, ...], ...], contradiction: bool
) -> Proof:
    """The proof that a certificate describes. Raises KernelError when it describes none."""
    goals = (FALSE,) if contradiction else translation.goals
    context = tuple(map(assume, translation.hypotheses))
    rest, concluded = list(facts), []
    for goal in goals:
        parts: list[Proof] = []
        for part in parts_of(goal):
            if not rest:
                raise KernelError("a certificate lists the facts of each part of the claim")
            known = (proof_of(one, context) for one in rest.pop(0))
            parts.append(conclude(part, *context, *parts, *known))
        concluded.append(both(*parts))
    if rest:
        raise KernelError("a certificate lists facts for parts that the claim does not have")
    return both(*concluded)


def parts_of(goal: Term) -> tuple[Term, ...]:
    """The conditions of a goal, then its comparison."""
    return goal.args if goal.op == "and" else (goal,)


def both_of(goals: tuple[Term, ...]) -> Term:
    return goals[0] if len(goals) == 1 else Term("and", goals)


# -- the search for facts ----------------------------------------------------------------------


def _search(
    translation: Translation, asker: _Asker
) -> tuple[tuple[tuple[Fact, ...], ...], bool] | None:
    """For each part of each goal the facts that it follows from; or those that make the
    assumptions contradict each other. None when neither was found."""
    context = tuple(map(assume, translation.hypotheses))
    if translation.assumptions:
        contradiction = _facts_for(FALSE, context, (), asker, DROP)
        if contradiction is not None:
            return (contradiction,), True
    found: list[tuple[Fact, ...]] = []
    for goal in translation.goals:
        parts: list[Proof] = []
        for part in parts_of(goal):
            facts = _facts_for(part, context, tuple(parts), asker, QUERY)
            if facts is None:
                return None
            found.append(facts)
            parts.append(conclude(part, *context, *parts, *(proof_of(f, context) for f in facts)))
    return tuple(found), False


def _facts_for(
    goal: Term, context: tuple[Proof, ...], before: tuple[Proof, ...], asker: _Asker, effort: float
) -> tuple[Fact, ...] | None:
    """The first list of facts from which both solvers conclude the goal, with those left out that
    it does not need."""
    formulas = [goal, *(proof.conclusion for proof in (*context, *before))]
    refused: set[Fact] = set()
    for level in levels(formulas):
        usable = [one for one in level if one not in refused and _can_be_made(one, context)]
        while _follows(goal, context, before, usable, asker, effort):
            needed = _needed(goal, context, before, usable, asker)
            wrong = {one for one in needed if not _is_proved(one, context, asker)}
            if not wrong:
                asker.alone = ""
                return needed
            refused |= wrong
            usable = [one for one in usable if one not in wrong]
    return None


def _can_be_made(one: Fact, context: tuple[Proof, ...]) -> bool:
    try:
        proof_of(one, context)
    except KernelError:
        return False
    return True


def _is_proved(one: Fact, context: tuple[Proof, ...], asker: _Asker) -> bool:
    return asker.all_proved(proof_of(one, context).obligations().values(), QUERY)


def _follows(
    goal: Term,
    context: tuple[Proof, ...],
    before: tuple[Proof, ...],
    facts: list[Fact],
    asker: _Asker,
    effort: float,
) -> bool:
    known = (proof_of(one, context) for one in facts)
    step = conclude(goal, *context, *before, *known)
    return asker.all_proved(step.own, effort)


def _needed(
    goal: Term,
    context: tuple[Proof, ...],
    before: tuple[Proof, ...],
    facts: list[Fact],
    asker: _Asker,
) -> tuple[Fact, ...]:
    """The facts without those that can go, first many at a time, then one; for a third of the
    effort that is left."""
    end = asker.budget.left * 2 / 3
    size = max(1, len(facts) // 2)
    while facts and asker.budget.left > end:
        for start in reversed(range(0, len(facts), size)):
            fewer = facts[:start] + facts[start + size :]
            if asker.budget.left > end and _follows(goal, context, before, fewer, asker, DROP):
                facts = fewer
        if size == 1:
            break
        size //= 2
    return tuple(facts)
