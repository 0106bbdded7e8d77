"""An exercise and a report, for a terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from course.exercises import Exercise
from course.marks import printable
from course.submissions import Judged
from theory.inequality.expression import GREEK

SIGNS = {"right": "✓", "partly": "~", "wrong": "✗", "undecided": "?", "missing": "-"}
SYMBOLS = dict(
    GREEK,
    pi="π",
    varepsilon="ε",
    varphi="φ",
    ell="ℓ",
    nabla="∇",
    infty="∞",
    le="≤",
    ge="≥",
    ne="≠",
    to="→",
    pm="±",
    propto="∝",
    approx="≈",
    cdot="·",
    ldots="...",
    lbrace="{",
    rbrace="}",
    sum="Σ",
    bar="\u0304",
    tilde="\u0303",
    hat="\u0302",
)
REWRITTEN = (
    (r"\\(?:text|mathrm)\{([^{}]*)\}", r"\1"),
    (r"\\sqrt\{([^{}]*)\}", r"√(\1)"),
    (r"\\sqrt ?(\w)", r"√\1"),
    (r"\^\{([^{}]*)\}", r"^(\1)"),
    (r"_\{([^{}]*)\}", r"_\1"),
    (r"\\frac(\w)(\w)", r"\1/\2"),
    (r"\\frac ?(\w)\{([^{}]*)\}", r"\1/(\2)"),
    (r"\\frac\{(\w)\}\{(\w+)\}", r"\1/\2"),
    (r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1)/(\2)"),
    (r"\\frac (\w) ?(\w)", r"\1/\2"),
)
"""In this order, again and again from the inside out."""
RAISED = {"^2": "²", "^3": "³", "^+": "⁺", "^-": "⁻"}


def as_text(exercise: Exercise, hints: int = 0) -> str:
    """The question, the hints asked for, and what to do."""
    lines = [
        f"{exercise.id}  {exercise.title}   {'*' * exercise.stars}  {exercise.points} points",
        "",
        plain(exercise.question),
        "",
    ]
    lines += [f"Hint {n}: {plain(hint)}" for n, hint in enumerate(exercise.hints[:hints], 1)]
    lines += [f"More hints: --hints {hints + 1}"] * (hints < len(exercise.hints))
    if exercise.claims:
        lines.append(f"About {', '.join(exercise.claims)}: gradgap explain {exercise.claims[0]}")
    for check in exercise.checks:
        if "hole" in check:
            from course.kinds.hole import given_lines

            lines += ["One line of this step is missing, the ?:", *given_lines(check)]
    if exercise.checks:
        lines += [f"{check['points']} for {plain(check['about'])}" for check in exercise.checks]
        lines.append(f"Copy {os.path.relpath(exercise.path)}, fill in [answer], and run")
        lines.append("    gradgap course check YOUR_COPY")
    else:
        lines.append(f"On paper: {exercise.why}")
    return "\n".join(lines)


def plain(text: str) -> str:
    """The text with its TeX in letters of a terminal."""
    return re.sub(r"\$([^$]*)\$", lambda formula: _plain_formula(formula[1]), text)


def _plain_formula(formula: str) -> str:
    before = ""
    while before != formula:
        before = formula
        for pattern, replacement in REWRITTEN:
            formula = re.sub(pattern, replacement, formula)
    formula = re.sub(r"\\[,! ]", " ", formula)
    formula = re.sub(r"\\(bar|tilde|hat) ?(\w)", r" \2\\\1", formula)
    formula = re.sub(r"\\([A-Za-z]+)", lambda name: SYMBOLS.get(name[1], name[1]), formula)
    for tex, letter in RAISED.items():
        formula = formula.replace(tex, letter)
    return formula


def report_lines(one: Judged) -> Iterator[str]:
    return map(printable, _report_lines(one))


def _report_lines(one: Judged) -> Iterator[str]:
    report = one.report
    head = f"{report.exercise}  {report.title}".strip()
    yield f"{one.submission}: {head or 'not judged'}   {report.earned} of {report.points} points"
    if report.error:
        yield f"  {report.error}"
    for mark in report.marks:
        yield f"  {SIGNS[mark.verdict]} {mark.earned}/{mark.points}  {mark.about}"
        yield from (f"         {line}" for line in (*mark.reasons, mark.said) if line)


def summary(results: Sequence[Judged]) -> str:
    """Of a class, in one line."""
    reports = [one.report for one in results]
    earned, points = sum(r.earned for r in reports), sum(r.points for r in reports)
    unread = sum(bool(r.error) for r in reports)
    return (
        f"{len(reports)} submissions: {sum(r.full for r in reports)} in full, {unread} not judged; "
        f"{earned} of {points} points"
    )
