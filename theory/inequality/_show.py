"""A result for a terminal and for a notebook: what was asked, the verdict, and the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from flint import arb, ctx

from theory.inequality._certificate import Certificate
from theory.inequality._exact import Number, sides, truth, why_undefined
from theory.inequality._expression import Comparison
from theory.inequality._facts import proof_of
from theory.inequality._kernel_route import KernelCertificate, parts_of
from theory.inequality._result import Result
from theory.inequality._translate import translate, written
from theory.inequality._write import LATEX, UNICODE, Style, chain
from theory.kernel.proof import assume

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
    if isinstance(certificate, Certificate):
        return [f"boxes: {certificate.boxes()}", *certificate.lines()]
    return []


def _maths(text: str, style: Style) -> str:
    return f"${text}$" if style is LATEX else text


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


def _at_point(result: Result, point: dict[str, Fraction], style: Style) -> Iterator[str]:
    """The point, and both sides of each comparison that does not hold there."""
    for name, number in point.items():
        yield _maths(f"{style.name(name)} = {number}", style) + _decimals(number)
    for comparison in result.question.claim:
        told = truth(comparison, point)
        text = _maths(chain((comparison,), style), style)
        if told == "undefined":
            yield f"{text} is undefined there: {why_undefined(comparison, point)}"
        if told == "fails":
            yield f"{text} fails there"
            yield from _both_sides(comparison, point)


def _both_sides(comparison: Comparison, point: dict[str, Fraction]) -> Iterator[str]:
    with ctx.workprec(BITS):
        left, right = sides(comparison, point)
        yield f"    left side   {digits(left)}"
        yield f"    right side  {digits(right)}"


def digits(number: Number) -> str:
    """An exact number as it is if it is short; else its first digits."""
    if isinstance(number, Fraction) and len(str(number)) <= LONG:
        return f"{number} exactly"
    if isinstance(number, Fraction):
        number = arb(number.numerator) / arb(number.denominator)
    return str(number.str(DIGITS, radius=False))


def _decimals(number: Fraction) -> str:
    if len(str(number)) <= LONG:
        return ""
    return f" (about {digits(number)})"
