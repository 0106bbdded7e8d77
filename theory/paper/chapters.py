r"""The chapters of the course as data: sections, the proof of each claim, and their text as TeX.

A chapter says ``Claims: ...`` once. A proof begins with a bold lead that names its claims, in a
section whose heading begins with "The proof" or "Proofs". The chapters are in the repository, not
in a wheel. Pandoc turns Markdown into TeX.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from theory.paper.latex_terms import displayed, letters_in
from theory.paper.latex_words import character, name
from theory.statements import STATEMENTS

NOTES = Path(__file__).resolve().parents[2] / "proofs_notes"
PROOFS = re.compile(r"The proof|Proofs")
LEAD = re.compile(r"\*\*.+?\*\*(?:\s\((?:`\w+`(?:,\s)?)+\))?\.?\s", re.DOTALL)
SLUGS = re.compile(r"`(\w+)`")
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
FENCED = re.compile(r"^ *```.*?^ *```\n*", re.MULTILINE | re.DOTALL)
TABLE = re.compile(  # as pandoc writes it; a longtable cannot stand in two columns
    r"\{\\def\\LTcaptype\{none\}[^\n]*\n\\begin\{longtable\}\[\]\{(?P<columns>[^\n]*)\}\n"
    r"\\toprule\\noalign\{\}\n(?P<head>.*?)\\midrule\\noalign\{\}\n\\endhead\n"
    r"\\bottomrule\\noalign\{\}\n\\endlastfoot\n(?P<rows>.*?)\\end\{longtable\}\n\}",
    re.DOTALL,
)
CITED = re.compile(r"\[@([\w,]+)\]")
BETWEEN = "\n\nNEXTTEXT\n\n"  # a paragraph of its own between texts that pandoc reads at once
DISPLAY = re.compile(r"\\\[(.*?)\\\]", re.DOTALL)
TABULAR = r"""\\begin{center}\\small
\\begin{tabular}{\g<columns>}
\\hline
\g<head>\\hline
\g<rows>\\hline
\\end{tabular}
\\end{center}"""
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!http)[^)]+\)")
PICTURE = re.compile(
    r"!\[(?P<alt>[^\]]*)\]\(\S*?(?P<file>\w+)\.png\)\s+\*(?P<caption>.+?)\*\n\n", re.DOTALL
)
NAMED = re.compile(r"(?<=\*\*)\s\((?:`\w+`(?:,\s)?)+\)")


class NotInChapters(ValueError):
    """The chapters are not there, or none has a proof of a claim; the message says which."""


class PandocMissing(RuntimeError):
    """There is no pandoc here; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Picture:
    """``file`` is the stem of a figure; ``caption`` is Markdown."""

    file: str
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """``sections`` by heading, in order; the text before the first heading is under ''."""

    slug: str
    title: str
    claims: tuple[str, ...]
    pictures: tuple[Picture, ...]
    sections: dict[str, str]

    def proofs(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Each lead with what follows it, and the claims that it names."""
        for heading, text in self.sections.items():
            if PROOFS.match(heading):
                for block in re.split(r"\n\n(?=\*\*)", text):
                    lead = LEAD.match(block)
                    named = SLUGS.findall(lead[0]) if lead else []
                    yield tuple(slug for slug in named if slug in STATEMENTS), block


@cache
def chapters() -> dict[str, Chapter]:
    """In the reading order of the course. Raises NotInChapters."""
    if not (NOTES / "chapters").is_dir():
        raise NotInChapters("the chapters come with the repository: git clone it, and work there")
    order = re.findall(r"\]\(chapters/(\w+)\.md\)", (NOTES / "README.md").read_text("utf-8"))
    texts = {slug: (NOTES / "chapters" / f"{slug}.md").read_text("utf-8") for slug in order}
    return {slug: chapter(slug, text) for slug, text in texts.items()}


def chapter(slug: str, text: str) -> Chapter:
    opening, *rest = re.split(r"^## ", text, flags=re.MULTILINE)
    title = opening.splitlines()[0].removeprefix("# ")
    claims = re.search(r"^Claims: (.*?)\n\n", opening, re.MULTILINE | re.DOTALL)
    pictures = tuple(Picture(p["file"], p["alt"], p["caption"]) for p in PICTURE.finditer(opening))
    said = [p for p in PICTURE.sub("", opening).split("\n\n")[1:] if not p.startswith("Claims:")]
    sections = {"": "\n\n".join(said).strip()}
    sections |= {part.splitlines()[0]: part.partition("\n")[2].strip() for part in rest}
    listed = tuple(SLUGS.findall(claims[1] if claims else ""))
    return Chapter(slug, title, listed, pictures, sections)


def proof_of(slug: str) -> str:
    """The proof of a claim as its chapter has it, in Markdown; of a refuted claim its refutation.

    Raises NotInChapters."""
    blocks = [b for c in chapters().values() for named, b in c.proofs() if slug in named]
    if not blocks:
        raise NotInChapters(f"no chapter has a proof that names {slug} in its bold lead")
    if len(blocks) == 1:
        return LEAD.sub("", blocks[0], count=1)
    return "\n\n".join(NAMED.sub("", block, count=1) for block in blocks)


def as_tex(markdown: str, refer: Callable[[str], str] = name) -> str:
    """One text: see ``as_tex_each``."""
    return as_tex_each([markdown], refer)[0]


def as_tex_each(texts: Iterable[str], refer: Callable[[str], str] = name) -> list[str]:
    r"""Markdown of the chapters as TeX, claims as ``refer`` writes them and [@key] as \cite{key};
    programs, links within the notes and the sign at the end of a proof are left out. Raises
    PandocMissing, UnknownCharacter."""
    text = LINK.sub(r"\1", FENCED.sub("", BETWEEN.join(texts))).replace(r" $\square$", "")
    text = CITED.sub(r"`\\cite{\1}`{=latex}", CODE.sub(lambda code: _code(code, refer), text))
    tex = pandoc(text, "latex", "--columns=10000", "--wrap=preserve").replace("\\tightlist\n", "")
    tex = broken_displays(TABLE.sub(TABULAR, tex))
    return [part.strip() for part in in_ascii(tex).split(BETWEEN.strip())]


def broken_displays(tex: str) -> str:
    """With displays that TeX may break, where they are wide."""
    return DISPLAY.sub(lambda d: displayed(d[1].strip(), letters_in(d[1])), tex)


def in_ascii(tex: str) -> str:
    """With commands for the letters that TeX may not know. Raises UnknownCharacter."""
    return "".join(sign if sign.isascii() else character(sign) for sign in tex)


def _code(found: re.Match[str], refer: Callable[[str], str]) -> str:
    return f"`{refer(found[1])}`{{=latex}}" if found[1] in STATEMENTS else found[0]


def pandoc(text: str, to: str, *options: str) -> str:
    """Raises PandocMissing."""
    try:
        import pypandoc
    except ImportError as error:
        raise PandocMissing("pandoc is not found: pip install 'gradgap[docs]'") from error
    found: str = pypandoc.convert_text(text, to, format="commonmark_x", extra_args=list(options))
    return found
