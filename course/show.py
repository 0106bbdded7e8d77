"""An exercise and a report, for a terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from course.exercises import Exercise
from course.submissions import Judged

SIGNS = {"right": "✓", "partly": "~", "wrong": "✗", "undecided": "?", "missing": "-"}
TEX = {
    r"\Delta\mu": "Δμ",
    r"\Delta": "Δ",
    r"\eta": "η",
    r"\mu": "μ",
    r"\pi": "π",
    r"\theta": "θ",
    r"\alpha": "α",
    r"\sigma": "σ",
    r"\varepsilon": "ε",
    r"\varphi": "φ",
    r"\psi": "ψ",
    r"\beta": "β",
    r"\nabla": "∇",
    r"\infty": "∞",
    r"\sum": "Σ",
    r"\cdot": "·",
    r"\le": "≤",
    r"\ge": "≥",
    r"\to": "→",
    r"\log": "log",
    r"\cosh": "cosh",
    r"\max": "max",
    r"\min": "min",
    "^+": "⁺",
    "^-": "⁻",
    "^2": "²",
    "^3": "³",
    r"\lbrace": "{",
    r"\rbrace": "}",
    r"\,": " ",
    r"\ ": " ",
}


def as_text(exercise: Exercise, hints: int = 0) -> str:
    """The question, the hints asked for, and what to do."""
    lines = [
        f"{exercise.id}  {exercise.title}   {'*' * exercise.stars}  {exercise.points} points",
        "",
        plain(exercise.question),
        "",
    ]
    lines += [f"Hint {n}: {plain(hint)}" for n, hint in enumerate(exercise.hints[:hints], 1)]
    lines += [f"{len(exercise.hints) - hints} hints: --hints {hints + 1}"] * (
        hints < len(exercise.hints)
    )
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
    for tex, letter in TEX.items():
        text = re.sub(re.escape(tex) + (r"(?![A-Za-z])" if tex[-1].isalpha() else ""), letter, text)
    text = re.sub(r"\\(?:frac|tfrac)\{?([^{}])\}?\{?([^{}])\}?", r"\1/\2", text)
    return text.replace("$", "")


def report_lines(one: Judged) -> Iterator[str]:
    report = one.report
    head = f"{report.exercise}  {report.title}".strip()
    yield f"{one.submission}: {head or 'not judged'}   {report.earned} of {report.points} points"
    if report.error:
        yield f"  {report.error}"
    for mark in report.marks:
        yield f"  {SIGNS[mark.verdict]} {mark.earned}/{mark.points}  {mark.about}"
        yield from (f"         {reason}" for reason in mark.reasons)
