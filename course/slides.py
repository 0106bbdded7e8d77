"""Ten lectures as slides: parts of the chapters, chosen and timed by proofs_notes/lectures.toml.

Pandoc makes of the same Markdown a beamer deck, which TeX checks for text that does not fit, and
a reveal.js deck in one file, with formulas as MathML and a presenter's view. Speaker notes begin
with the minutes of the slide and the time on the clock when it should end.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

from theory.paper.chapters import (
    FENCED,
    LEAD,
    LINK,
    NAMED,
    NOTES,
    SLUGS,
    Chapter,
    broken_displays,
    chapter,
    in_ascii,
    pandoc,
)
from theory.statements import STATEMENTS

OUTLINE = NOTES / "lectures.toml"
REVEAL = "reveal.js@5.2.1"
CAPACITY = 10.5  # lines of a slide
WIDTH = 58  # letters of a line
BEAMER = r"""\setbeamertemplate{navigation symbols}{}
\setbeamertemplate{footline}{\hfill\usebeamercolor[fg]{footline}\small\insertframenumber\quad\vspace{4pt}}
\setbeamerfont{frametitle}{series=\bfseries}
\usepackage{amssymb,lmodern}
\sloppy\lineskip=4pt\lineskiplimit=3pt
\pdfinfoomitdate=1\pdftrailerid{}\pdfsuppressptexinfo=-1
"""
TYPED = re.compile(r"\\texttt\{[^{}]*\}")
BREAKS = re.compile(r"\\_|[./](?=\w)")
OF = re.compile(r"\s*\((?:`\w+`(?:,\s)?)+\)")  # the claims that a sentence is about
PROGRAM = re.compile(rf"(?:^(?:[^\n]+\n)*[^\n]*:\n\n)?{FENCED.pattern}", FENCED.flags)
"""With the paragraph that leads to it and ends with a colon."""
CENTRED = r"\centering\includegraphics[height=0.66\textheight,width=\linewidth,keepaspectratio]"
NOTES_TOO = "\\setbeameroption{show notes}\n\\setbeamertemplate{note page}[compressed]\n"
CSS = (
    "<style>.reveal{font-size:32px}.reveal p,.reveal li{text-align:left}"
    ".reveal h1,.reveal h2{text-transform:none;font-size:1.3em}</style>"
)


class BadOutline(ValueError):
    """The outline asks for what is not there; the message says where."""


class NpmMissing(RuntimeError):
    """There is no npm here; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Slide:
    """``take``: what it shows, as the outline says it; ``minutes`` on it; what to ``say``."""

    take: str
    minutes: float
    say: str


@dataclass(frozen=True, slots=True)
class Lecture:
    title: str
    slides: tuple[Slide, ...]

    @property
    def minutes(self) -> float:
        return sum(slide.minutes for slide in self.slides)


def lectures(text: str | None = None) -> list[Lecture]:
    """Those of the outline. Raises BadOutline."""
    try:
        found = tomllib.loads(OUTLINE.read_text("utf-8") if text is None else text)["lecture"]
        return [Lecture(x["title"], tuple(Slide(*row) for row in x["slides"])) for x in found]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BadOutline(f"{OUTLINE.name}: {error}") from error


# -- what a slide shows ----------------------------------------------------------------------------


def page(name: str) -> Chapter:
    """A chapter, or another page of the notes, by its name. Raises BadOutline."""
    for path in (NOTES / "chapters" / f"{name}.md", NOTES / f"{name}.md"):
        if path.is_file():
            return chapter(name, path.read_text("utf-8"))
    raise BadOutline(f"there is no page {name!r}")


def taken(take: str, to: str) -> tuple[str, str]:
    """Title and Markdown of what an entry of the outline asks for; ``to`` is beamer or revealjs.

    Raises BadOutline."""
    if take.startswith("$ "):
        command = " \\\n    ".join(wrap(take, WIDTH - 6, break_on_hyphens=False))
        return "On the screen", f"```\n{command}\n```"
    name, part, *lead = take.split("/", 2)
    source = page(name)
    if part == "picture":
        if not source.pictures:
            raise BadOutline(f"{take!r}: the page has no picture")
        picture = source.pictures[0]
        file = NOTES / "figures" / f"{picture.file}.png"
        return picture.alt, f"`{CENTRED}{{{file}}}`{{=latex}}" if to == "beamer" else f"![]({file})"
    if part in ("question", "idea"):
        return f"The {part}", _paragraph(source.sections[""], f"The {part}", take)[1]
    for heading, text in source.sections.items():
        if heading and heading.startswith(part):
            if lead:
                return _paragraph(text, lead[0], take)
            return re.sub(r"^\d+\. ", "", heading), text
    return _paragraph("\n\n".join(source.sections.values()), part, take)


def _paragraph(text: str, lead: str, take: str) -> tuple[str, str]:
    """The block that begins with a bold lead, without it, and the lead as a title."""
    for block in re.split(r"\n\n(?=\*\*)", text):
        if block.startswith(f"**{lead}"):
            found = LEAD.match(block)
            if found is None:
                raise BadOutline(f"{take!r}: no lead that ends in a full stop or colon")
            text = OF.sub("", block[found.end() :]).lstrip(" ,.:\n")
            return _title(found[0]), text[:1].upper() + text[1:]
    raise BadOutline(f"{take!r}: no paragraph there begins with **{lead}")


def _title(lead: str) -> str:
    """A lead as a title: without its claims, or named by the first one."""
    named = [slug for slug in SLUGS.findall(lead) if slug in STATEMENTS]
    said = SLUGS.sub("", NAMED.sub("", lead)).replace("*", "").replace("()", "").strip(" .:,\n")
    return said if said or not named else STATEMENTS[named[0]].title


# -- what fits on it -------------------------------------------------------------------------------


def pieces(markdown: str) -> Iterator[str]:
    """Paragraphs, formulas, items of lists and rows of tables: what is not divided further."""
    for block in re.split(r"\n\n+(?!\s)", LINK.sub(r"\1", markdown).strip()):
        if block.startswith("|"):
            head, rule, *rows = block.splitlines()
            if max(map(len, rows)) > WIDTH:
                yield from map(_item, rows)
            else:
                yield from ("\n".join((head, rule, row)) for row in rows)
        elif re.match(r"[-*] |\d+\. ", block):
            yield from re.split(r"\n(?=[-*] |\d+\. )", block)
        else:
            yield block


def _item(row: str) -> str:
    """A wide row of a table as an item of a list."""
    first, *others = (cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip("| ")))
    return f"- *{first}*: {'; '.join(others)}"


def lines(piece: str) -> float:
    """How many lines of a slide it takes, roughly."""
    if piece.startswith("```"):
        return len(piece.splitlines()) - 1
    if piece.startswith(("![", f"`{CENTRED}")):
        return CAPACITY
    if piece.startswith("|"):
        return 1.4 + len(piece.splitlines()[2]) // WIDTH
    displays = re.findall(r"\$\$.*?\$\$", piece, re.DOTALL)
    text = re.sub(r"\\[a-zA-Z]+|[{}$^_]", "", re.sub(r"\$\$.*?\$\$", "", piece, flags=re.DOTALL))
    return 2.6 * len(displays) + (0.5 + -(-len(text.strip()) // WIDTH) if text.strip() else 0)


def height(parts: Sequence[str]) -> float:
    """Of several pieces on one slide, a table's head among them."""
    return sum(map(lines, parts)) + 2 * any(part.startswith("|") for part in parts)


def frames(markdown: str, capacity: float = CAPACITY) -> list[str]:
    """The text on as many slides as it needs."""
    found: list[list[str]] = [[]]
    for piece in pieces(markdown):
        if found[-1] and height((*found[-1], piece)) > capacity:
            found.append([])
        found[-1].append(piece)
    return ["\n\n".join(_joined(frame)) for frame in found]


def _joined(frame: list[str]) -> Iterator[str]:
    """Rows of one table under one head again."""
    table = ""
    for piece in frame:
        if piece.startswith("|"):
            table += piece if not table else "\n" + piece.splitlines()[2]
            continue
        if table:
            yield table
            table = ""
        yield piece
    if table:
        yield table


# -- decks -----------------------------------------------------------------------------------------


def deck(lecture: Lecture, to: str) -> str:
    """A lecture as Markdown for Pandoc. Raises BadOutline."""
    parts, clock = [], 0.0
    for slide in lecture.slides:
        title, text = taken(slide.take, to)
        clock += slide.minutes
        note = f"{slide.minutes:g} minutes, until {clock:g}. {slide.say}"
        text = text if slide.take.startswith("$") else PROGRAM.sub("", text)
        text = text.replace(r" $\square$", "")
        room = CAPACITY - 1.5 * (len(title) > WIDTH - 20)
        for count, frame in enumerate(frames(text, room), start=1):
            again = f" ({count})" if count > 1 else ""
            said = f"\n\n::: notes\n{note}\n:::" if count == 1 else ""
            parts.append(f"## {title}{again}\n\n{frame}{said}\n")
    return "\n".join(parts)


def title(lecture: Lecture, number: int) -> tuple[str, ...]:
    return ("-M", f"title=Lecture {number}. {lecture.title}", "-M", "date= ")


def as_beamer(lecture: Lecture, number: int, notes: bool = False) -> str:
    """The TeX of a deck, with the speaker notes as pages of their own if asked for."""
    head = BEAMER + (NOTES_TOO if notes else "")
    tex = pandoc(
        deck(lecture, "beamer"),
        "beamer",
        *("--standalone", "--slide-level=2", "--syntax-highlighting=none", "--columns=60"),
        *("-V", "aspectratio=169", "-V", "colortheme=seahorse", "-V", "fontsize=14pt"),
        *("-V", "classoption=t", *title(lecture, number), "-V", f"header-includes={head}"),
    )
    tex = TYPED.sub(lambda span: BREAKS.sub(r"\g<0>\\allowbreak{}", span[0]), tex)
    return in_ascii(broken_displays(tex))


def as_html(lecture: Lecture, number: int, reveal: Path) -> str:
    """The deck as one HTML file; ``reveal`` is the folder of reveal.js."""
    return pandoc(
        deck(lecture, "revealjs"),
        "revealjs",
        *("--standalone", "--slide-level=2", "--mathml", "--embed-resources"),
        *("--syntax-highlighting=none", "-V", f"revealjs-url={reveal}", "-V", "theme=white"),
        *title(lecture, number),
        *("-V", "center=false", "-V", "slideNumber=true", "-V", f"header-includes={CSS}"),
    )


def reveal_js(folder: Path) -> Path:
    """Fetch reveal.js into a folder. Raises NpmMissing; CalledProcessError without a network."""
    if shutil.which("npm") is None:
        raise NpmMissing("npm is not found; on Debian: apt install npm")
    command = ["npm", "pack", REVEAL, "--silent"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def numbered(found: Iterable[Lecture]) -> Iterator[tuple[int, str, Lecture]]:
    """Each lecture with its number and the stem of its files."""
    for number, lecture in enumerate(found, start=1):
        yield number, f"lecture_{number:02}", lecture
