"""The answer to a question, with what a reader needs to believe it.

A result for a terminal and for a notebook: what was asked, the verdict, and the evidence.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

from flint import arb, ctx

from theory.inequality.at_point import (
    Coordinate,
    Number,
    Undefined,
    Unknown,
    ball,
    coordinate_value,
    sides,
    truth,
    why_undefined,
)
from theory.inequality.cases import cases
from theory.inequality.certificate import CaseCertificate, Certificate, Evaluated
from theory.inequality.expression import (
    LATEX,
    PLAIN,
    UNICODE,
    Comparison,
    Expr,
    Question,
    Style,
    chain,
    latex,
    variables,
    write,
)
from theory.inequality.expression import written as written_in
from theory.inequality.facts import proof_of
from theory.inequality.kernel_route import KernelCertificate, parts_of, translate, written
from theory.inequality.refute import holds_by_value, refutes
from theory.kernel.proof import assume

# -- the answer ------------------------------------------------------------------------------------


EXIT_CODES: Mapping[str, int] = {"proved": 0, "refuted": 1, "undecided": 3}
Verdict = Literal["proved", "refuted", "undecided"]
Proof = KernelCertificate | Certificate | CaseCertificate | Evaluated
Reason = Literal["steps", "one solver only", "clock", "memory", "error", "unsupported"]
CODES = {"steps": "no steps left", "clock": "no time", "memory": "no memory"}


@dataclass(frozen=True, slots=True)
class Result:
    """What is known about a question after ``seconds``.

    ``method`` says how it was decided, or why it was not; ``reason`` says the latter in one word:
    the steps of the budget were used up, one solver proves what the other does not, the clock or
    the memory limit stopped a stage, or an error did. ``steps``: by kind, how many the search took,
    the same on every machine.
    ``counterexample``: an exact point, of fractions wherever one was found, that satisfies the
    assumptions and at which the claim fails or has no value; None unless refuted.
    ``certificate``: of a proof, by the kernel or on boxes; else None. ``certified``: the verdict
    rests on a certificate or a point that was checked again after it was found. ``effort``: how
    much was to be tried. ``suggestion``: a bound with which a refuted claim is proved."""

    question: Question
    verdict: Verdict
    method: str
    counterexample: dict[str, Coordinate] | None = None
    certified: bool = False
    certificate: Proof | None = None
    seconds: float = 0.0
    reason: Reason | None = None
    steps: Mapping[str, float] = field(default_factory=dict)
    effort: float = 0.0
    suggestion: Comparison | None = None

    def __post_init__(self) -> None:
        if (self.verdict == "refuted") != (self.counterexample is not None):
            raise ValueError(f"a refutation has a counterexample, and only that: {self.verdict}")
        if (self.verdict == "proved") != (self.certificate is not None):
            raise ValueError(f"a proof has a certificate, and only that: {self.verdict}")
        if self.verdict not in EXIT_CODES:
            raise ValueError(f"{self.verdict!r:.40} is no verdict")
        if self.certified == (self.verdict == "undecided"):
            raise ValueError(f"{self.verdict} can't be certified={self.certified}")
        if (self.verdict == "undecided") != (self.reason is not None):
            raise ValueError(f"{self.verdict} can't have the reason {self.reason}")

    def __str__(self) -> str:
        return as_text(self)

    def _repr_markdown_(self) -> str:
        return as_markdown(self)

    @property
    def exit_code(self) -> int:
        """0 proved, 1 refuted, 3 undecided."""
        return EXIT_CODES[self.verdict]

    def as_json(self) -> dict[str, Any]:
        """Exactly these fields. ``assuming`` and ``asked``: the formulas as they were read;
        ``reason``: see ``code``; a counterexample is a dictionary of exact numbers as text, or
        None; ``evidence``: line by line; ``suggestion``: a bound with which the claim is proved;
        ``steps``: by kind what the search spent of the ``effort``."""
        point = self.counterexample
        return {
            "assuming": [write(c) for c in self.question.assume],
            "asked": [write(c) for c in self.question.claim],
            "verdict": self.verdict,
            "reason": self.code,
            "method": self.method,
            "counterexample": point and {name: coordinate(x) for name, x in point.items()},
            "certified": self.certified,
            "evidence": evidence(self, PLAIN),
            "suggestion": self.suggestion and write(self.suggestion),
            "effort": self.effort,
            "steps": self.steps,
            "seconds": round(self.seconds, 3),
        }

    @property
    def code(self) -> str:
        """Why this verdict: "proved", "assumptions contradict each other", "false", "undefined
        somewhere"; and of an undecided one "no steps left", "one solver only", "no time",
        "no memory", "error" or "unsupported"."""
        if self.reason is not None:
            return CODES.get(self.reason, self.reason)
        if self.verdict == "proved":
            return "assumptions contradict each other" if "contradict" in self.method else "proved"
        return "undefined somewhere" if "undefined" in self.method else "false"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {latex(self.question)} \qquad\text{{{self.verdict}}}$"


def recheck(result: Result) -> bool:
    """Check the evidence of a result again, from the question and the evidence alone.

    A kernel certificate: its proof is built again and every obligation put to both solvers in fresh
    contexts. A proof on boxes: its checker. A counterexample: evaluated again. False for an
    undecided result, and for evidence that does not carry the verdict. Raises LyingSolver,
    SolverDisagreement or SolverFailed where a solver can't be believed."""
    question = result.question
    if result.verdict == "refuted":
        point = result.counterexample or {}
        complete = set(point) == set(variables(question))
        return complete and refutes(question.assume, question.claim, point)
    if result.verdict == "undecided":
        return False
    return _proves(question, result.certificate)


def _proves(question: Question, certificate: Any) -> bool:
    if isinstance(certificate, Evaluated):
        return holds_by_value(question)
    if isinstance(certificate, CaseCertificate):
        parts = cases(question)
        pairs = zip(parts, certificate.parts, strict=False)
        return len(parts) == len(certificate.parts) and all(_proves(*pair) for pair in pairs)
    if isinstance(certificate, KernelCertificate):
        from theory.inequality import kernel_route

        return kernel_route.recheck(question, certificate)
    if isinstance(certificate, Certificate):
        from theory.inequality import checker

        return bool(checker.check(question, certificate))
    return False


# -- shown -----------------------------------------------------------------------------------------


DIGITS = 12
BITS = 256
LONG = 24  # a fraction with more characters than this is also given in decimals
SYMBOL = {"proved": "✓", "refuted": "✗", "undecided": "?"}


def as_text(result: Result) -> str:
    """Several lines, without colour."""
    question = result.question
    lines = [f"asked     {chain(question.claim, UNICODE)}"]
    lines += [f"assuming  {chain((a,), UNICODE)}" for a in question.assume]
    lines += [f"verdict   {result.verdict}: {result.method}"]
    lines += [f"          {line}" for line in evidence(result, UNICODE)]
    spent = [f"{count:g} {unit}" for unit, count in result.steps.items()]
    lines += [f"searched  {', '.join(spent)}"] if spent else []
    if result.suggestion is not None:
        lines += [f"suggests  proved if also {chain((result.suggestion,), UNICODE)} is assumed"]
    return "\n".join([*lines, f"time      {result.seconds:.2f} s"])


def as_markdown(result: Result) -> str:
    """For a notebook: formulas in LaTeX, the evidence as a list."""
    question = result.question
    asked = [f"${chain(question.claim, LATEX)}$"]
    given = [f"${chain((a,), LATEX)}$" for a in question.assume]
    head = f"{SYMBOL[result.verdict]} **{result.verdict}** &ensp; {asked[0]}"
    head += f" &ensp; assuming {', '.join(given)}" if given else ""
    style = LATEX if result.verdict != "proved" or _by_kernel(result) else UNICODE
    items = (line.replace(line.lstrip(), f"- {line.lstrip()}") for line in evidence(result, style))
    return "\n".join([head, "", result.method, "", *items])


def _by_kernel(result: Result) -> bool:
    return isinstance(result.certificate, KernelCertificate)


def evidence(result: Result, style: Style) -> list[str]:
    """The certificate or the counterexample, line by line."""
    certificate = result.certificate
    if result.counterexample is not None:
        return list(_at_point(result, result.counterexample, style))
    if isinstance(certificate, KernelCertificate):
        return list(_from_facts(result, certificate, style))
    if isinstance(certificate, Evaluated):
        return [line for c in result.question.claim for line in _both_sides(c, {})]
    if isinstance(certificate, CaseCertificate):
        return list(_by_cases(result, certificate, style))
    if isinstance(certificate, Certificate):
        return [f"boxes: {certificate.boxes()}", *certificate.lines()]
    return []


def _maths(text: str, style: Style) -> str:
    return f"${text}$" if style is LATEX else text


def _by_cases(result: Result, certificate: CaseCertificate, style: Style) -> Iterator[str]:
    for case, part in zip(cases(result.question), certificate.parts, strict=True):
        yield _maths(written_in(case, style), style)
        for line in evidence(replace(result, question=case, certificate=part), style):
            yield f"    {line}"


# -- a proof in the kernel -----------------------------------------------------------------------


def _from_facts(result: Result, certificate: KernelCertificate, style: Style) -> Iterator[str]:
    """What each part of the claim follows from."""
    translation = translate(result.question)
    context = tuple(map(assume, translation.hypotheses))
    roots = {root: inside for inside, root in translation.roots.items()}
    goals = () if certificate.contradiction else translation.goals
    parts = [written(part, roots, style) for goal in goals for part in parts_of(goal)]
    for part, facts in zip(parts or ["0 < 0"], certificate.facts, strict=True):
        source = "the facts below" if facts else "real arithmetic"
        yield f"{_maths(part, style)} by {source}"
        for one in facts:
            conclusion = written(proof_of(one, context).conclusion, roots, style)
            yield f"    {one.name}: {_maths(conclusion, style)}"
    count = len(certificate.obligations)
    yield f"{count} question{'s' if count > 1 else ''} to Z3 and cvc5, each answered unsat by both"
    yield "rests on " + (", ".join(certificate.modulo) or "real arithmetic alone")


# -- a counterexample ----------------------------------------------------------------------------


def coordinate(number: Coordinate, style: Style = PLAIN) -> str:
    """As text, exactly."""
    return written_in(number, style) if isinstance(number, Expr) else str(number)


def _at_point(result: Result, point: dict[str, Coordinate], style: Style) -> Iterator[str]:
    """The point, and both sides of each comparison that does not hold there."""
    for name, number in point.items():
        text = f"{style.name(name)} = {coordinate(number, style)}"
        yield _maths(text, style) + _decimals(number)
    for comparison in result.question.claim:
        told = truth(comparison, point)
        text = _maths(chain((comparison,), style), style)
        if told == "undefined":
            yield f"{text} is undefined there: {why_undefined(comparison, point)}"
        if told == "fails":
            yield f"{text} fails there"
            yield from _both_sides(comparison, point)


def _both_sides(comparison: Comparison, point: dict[str, Coordinate]) -> Iterator[str]:
    with ctx.workprec(BITS), suppress(Undefined, Unknown):
        left, right = sides(comparison, point, True)
        yield f"    left side   {digits(left)}"
        yield f"    right side  {digits(right)}"


def digits(number: Number) -> str:
    """An exact number as it is if it is short; else its first digits."""
    if isinstance(number, Fraction) and len(str(number)) <= LONG:
        return f"{number} exactly"
    if isinstance(number, Fraction):
        number = arb(number.numerator) / arb(number.denominator)
    number = ball(number)
    return str(number.str(DIGITS, radius=False))


def _decimals(number: Coordinate) -> str:
    if isinstance(number, Fraction) and len(str(number)) <= LONG:
        return ""
    with ctx.workprec(BITS):
        return f" (about {digits(coordinate_value(number, False))})"
