"""Run TeX on a document, and read in its log what a reader of the pages would stumble over."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PACKAGES = (
    "texlive-latex-base texlive-latex-recommended texlive-latex-extra texlive-fonts-recommended"
    " lmodern"
)
TOLERANCE = 2.0  # points over the margin that nobody sees
SECONDS = 300.0
RUNS = 6  # page numbers and table widths settle in three or four
OVERFULL = re.compile(r"Overfull \\([hv])box \(([\d.]+)pt too (?:wide|high)\).*")
WORTH_READING = (
    re.compile(r"LaTeX Warning: (?!There were).*(?:undefined|multiply.defined).*"),
    re.compile(r"Missing character: .*"),
    re.compile(r"pdfTeX warning.*(?:destination|dest).*"),
    re.compile(r"(?:LaTeX|Package \S+) Error.*"),
    re.compile(r"LaTeX Font Warning: (?:Some font|Font shape).*(?:not available|undefined).*"),
)
REPEATABLE = {"SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1", "max_print_line": "10000"}


class TexMissing(RuntimeError):
    """There is no TeX here; the message says what to install."""


class TexFailed(RuntimeError):
    """TeX stopped; the message has its own words."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The document, and what is wrong with its pages: nothing, if it is to be printed."""

    pdf: Path
    warnings: list[str]


def compile_document(source: Path) -> Compiled:
    """The PDF beside a source, the same bytes on every run. Raises TexMissing, TexFailed,
    FileNotFoundError."""
    folder, main = source.parent, source.name
    if not source.is_file():
        raise FileNotFoundError(f"{source} is not there; write the document first")
    require_tex()
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", main]
    before: list[bytes] = []
    for _ in range(RUNS):
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **REPEATABLE},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        log = source.with_suffix(".log")
        text = (log.read_bytes() if log.is_file() else done.stdout).decode(errors="replace")
        if done.returncode != 0:
            raise TexFailed(f"TeX stopped at {main}: {first_error(text)}")
        if r"\bibdata" in source.with_suffix(".aux").read_text() and not before:
            subprocess.run(["bibtex", source.stem], cwd=folder, capture_output=True, check=True)
        after = [path.read_bytes() for path in side_files(source)]
        if after == before:
            break
        before = after
    return Compiled(source.with_suffix(".pdf"), warnings_in(text))


def side_files(main: Path) -> list[Path]:
    """What a run leaves for the next: page numbers, the table of contents."""
    return [
        path
        for end in (".aux", ".bbl", ".toc", ".out")
        if (path := main.with_suffix(end)).is_file()
    ]


def require_tex() -> None:
    """Raises TexMissing unless pdflatex is found."""
    if shutil.which("pdflatex") is None:
        raise TexMissing(f"pdflatex is not found; on Debian: apt install {PACKAGES}")


def first_error(log: str) -> str:
    """The first line that begins with "!", and the one that says where."""
    lines = log.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("!"):
            place = next((x for x in lines[number:] if x.startswith("l.")), "")
            return f"{line[1:].strip()} {place}".strip()
    return ""


def warnings_in(log: str) -> list[str]:
    """The lines of a log that matter: text over the margin, references to nothing, signs without a
    glyph. Each once, in order."""
    found: dict[str, None] = {}
    for line in log.splitlines():
        overfull = OVERFULL.match(line)
        too_wide = overfull is not None and float(overfull[2]) > TOLERANCE
        if too_wide or any(pattern.search(line) for pattern in WORTH_READING):
            found.setdefault(line.strip())
    return list(found)
