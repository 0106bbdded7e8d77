r"""The companion paper: the course's claims as numbered theorems, with the proofs of its chapters.

Statements, proofs and pictures are those of the course, verdicts those of the ledger; here are the
introduction and what is said once for all theorems.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from theory.kernel.statement import Hypothesis, Notation, Statement
from theory.kernel.terms import Term
from theory.ledger.run import Ledger
from theory.paper.archive import table
from theory.paper.chapters import LEAD, NAMED, NOTES, SLUGS, Chapter, as_tex_each, chapters
from theory.paper.glossary import NOTATION
from theory.paper.latex_words import label, name, prose
from theory.paper.theorem import (
    PREAMBLE,
    Standing,
    abbreviation,
    assumption,
    environment,
    joined_by_and,
    theorem,
)
from theory.pretty import abbreviations
from theory.statements import STATEMENTS

TITLE = "How long may a policy-gradient step be? A machine-checked companion"
ABSTRACT = (
    "Policy gradients on pass/fail rewards converge when the step is short and can collapse when it"
    " is long. We prove, with a small kernel and two independent solvers, every claim of a paper on"
    " the gradient gap and its step size threshold, or refute it with a countermodel and prove its"
    " repair. The step that is safe near J = 0 is pinned at 2 gap/L: proved safe below it; above it"
    " there are updates, aligned with the gap at every step, that bring J to zero."
)
INTRODUCTION = Path(__file__).with_name("introduction.md")
TOOLS = (
    "Hoeffding's lemma [@hoeffding1963], its form for martingales [@azuma1967], the $\\psi_1$ norm"
    " [@vershynin2018] and the descent lemma [@nesterov2018] are proved here, for finite sums."
)
MEASURED_CAPTION = (
    "896 small transformers. Yellow converges, dark blue collapses; the line is the measured"
    " threshold, the dashed one the predicted safe step. Left Dr. GRPO, right GRPO with its 1/|o|."
)
STYLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage{lmodern,microtype}
\usepackage[hmargin=18mm,vmargin=16mm]{geometry}
\usepackage{array,booktabs,longtable,graphicx,enumitem,etoolbox}
\usepackage[colorlinks,allcolors=blue!50!black,bookmarksdepth=section]{hyperref}
\usepackage{xcolor}
\pdfinfoomitdate=1\pdftrailerid{}\pdfsuppressptexinfo=-1
\setlist{nosep,topsep=1pt,leftmargin=*}
\newcolumntype{P}[1]{>{\raggedright\arraybackslash}p{#1}}
\AtBeginDocument{\abovedisplayskip=4pt plus 2pt \belowdisplayskip=\abovedisplayskip}
\setlength{\topsep}{3pt}\setlength{\partopsep}{0pt}
\AtBeginEnvironment{proof}{\small}
\hbadness=10000 \vbadness=10000 \raggedbottom
"""
OFTEN = 3  # an assumption or abbreviation of so many claims is said once for all
ASKED = ("**The question.**", "**The idea.**")


def companion(ledger: Ledger) -> dict[str, bytes | str]:
    """The files of the paper: the source, its references and its pictures. Raises NotInChapters,
    PandocMissing."""
    said, standing = setting()
    sections = [
        _section("Introduction", *as_tex_each([INTRODUCTION.read_text("utf-8")], refer)),
        said,
    ]
    sections += [_chapter(c, standing) for c in chapters().values() if c.claims]
    measured = (NOTES / "measured.md").read_text("utf-8").split("\n## ")[0].partition("\n\n")[2]
    text, shown = as_tex_each([measured.split("![")[0], MEASURED_CAPTION], refer)
    sections.append(_section("What was measured", text + _figure("phase_length", shown)))
    sections.append(_section("All claims", overview(ledger)))
    body = "\n\n".join(sections)
    pictures = [p.file for c in chapters().values() if c.claims for p in c.pictures]
    files = {
        f"{file}.png": NOTES / "figures" / f"{file}.png" for file in (*pictures, "phase_length")
    }
    source = (
        f"{STYLE}{PREAMBLE}\\title{{{TITLE}}}\\author{{}}\\date{{}}\n\\begin{{document}}\n\\maketitle\n"
        f"\\begin{{abstract}}\n{prose(ABSTRACT)}\n\\end{{abstract}}\n\n{body}\n\n"
        "\\footnotesize\\bibliographystyle{plain}\n\\bibliography{references}\n\\end{document}\n"
    )
    return {"companion.tex": source, **{key: path.read_bytes() for key, path in files.items()}}


def refer(slug: str) -> str:
    """A claim by its kind and number."""
    return rf"{KINDS[environment(STATEMENTS[slug])]}~\ref{{thm:{label(slug)}}}"


KINDS = {
    **{kind: kind.capitalize() for kind in ("theorem", "lemma", "corollary", "proposition")},
    "refuted": "Refuted claim",
}


def _section(title: str, text: str) -> str:
    return rf"\section{{{prose(title, name)}}}" + f"\n{text}"


# -- what is said once -----------------------------------------------------------------------------


@cache
def _common() -> tuple[list[tuple[Statement, Hypothesis]], list[tuple[Statement, Notation]]]:
    """The hypotheses and the abbreviations of at least OFTEN claims, where they are met first."""
    count: Counter[Term] = Counter()
    first: dict[Term, tuple[Statement, Hypothesis | Notation]] = {}
    for s in STATEMENTS.values():
        parts: tuple[Hypothesis | Notation, ...] = (*s.hypotheses, *s.notation)
        for part in parts:
            body = s.expand(part.formula if isinstance(part, Hypothesis) else part.body)
            count[body] += 1
            first.setdefault(body, (s, part))
    often = [first[body] for body in first if count[body] >= OFTEN]
    return (
        [(s, part) for s, part in often if isinstance(part, Hypothesis)],
        [(s, part) for s, part in often if isinstance(part, Notation)],
    )


def setting() -> tuple[str, Standing]:
    """The section that has the notation and the assumptions of many theorems, and these."""
    hypotheses, notations = _common()
    known = {s.expand(h.formula): f"as:{number}" for number, (s, h) in enumerate(hypotheses, 1)}
    items = "\n".join(
        rf"\item\label{{{known[s.expand(h.formula)]}}} {assumption(h, abbreviations(s))}"
        for s, h in hypotheses
    )
    told = "; ".join(filter(None, (abbreviation(s, n) for s, n in notations)))
    signs = table(
        r"@{}l@{\quad}P{0.74\linewidth}@{}",
        ("Sign", "Meaning"),
        ((rf"\({tex}\)", prose(meaning, name)) for tex, meaning in NOTATION),
    )
    text = (
        f"{signs}\n\nThe abbreviations of many theorems are {told}.\n\n"
        "Their assumptions, numbered once for all; each theorem says which of them it needs:\n"
        f"\\begin{{enumerate}}[label=(A\\arabic*),ref=A\\arabic*]\n{items}\n\\end{{enumerate}}\n"
        f"{as_tex_each([TOOLS], refer)[0]}"
    )
    bodies = frozenset(s.expand(n.body) for s, n in notations)
    return _section("Notation and assumptions", rf"{{\small {text}\par}}"), Standing(known, bodies)


# -- a chapter -------------------------------------------------------------------------------------


def _chapter(chapter: Chapter, standing: Standing) -> str:
    opening = "\n\n".join(p for p in chapter.sections[""].split("\n\n") if p.startswith(ASKED))
    blocks = list(chapter.proofs())
    bodies = [LEAD.sub("", block, count=1) if named else block for named, block in blocks]
    leads = [_lead(block) if named else "" for named, block in blocks]
    captions = [picture.caption for picture in chapter.pictures]
    texts = as_tex_each([opening, *captions, *leads, *bodies], refer)
    opened, texts = texts[0], texts[1:]
    shown, texts = texts[: len(captions)], texts[len(captions) :]
    figures = [_figure(p.file, c) for p, c in zip(chapter.pictures, shown, strict=True)]
    stated = [theorem(STATEMENTS[slug], standing) for slug in chapter.claims]
    proved = [
        _proof(named, lead, body)
        for (named, _), lead, body in zip(
            blocks, texts[: len(blocks)], texts[len(blocks) :], strict=True
        )
    ]
    return _section(chapter.title, "\n\n".join([opened, *figures, *stated, *proved]))


def _lead(block: str) -> str:
    """What the lead says besides the claims that it names."""
    found = LEAD.match(block)
    said = NAMED.sub("", found[0]) if found else ""
    said = said.replace("**", "").strip().rstrip(".")
    without = SLUGS.sub("", said).replace("()", "").strip(" ,")
    return without or "Proof"


def _proof(named: tuple[str, ...], lead: str, body: str) -> str:
    if not named:
        return body
    of = joined_by_and(map(refer, named))
    title = f"Proof of {of}" if lead.strip() == "Proof" else f"{lead.strip()}: {of}"
    return f"\\begin{{proof}}[{{{title}}}]\n{body}\n\\end{{proof}}"


def _figure(file: str, caption: str) -> str:
    return (
        "\n\\begin{figure}[tb]\n\\centering\\includegraphics[width=0.8\\linewidth,"
        f"height=0.19\\textheight,keepaspectratio]{{{file}.png}}\n\\caption{{{caption.strip()}}}\n\\end{{figure}}"
    )


# -- the end ---------------------------------------------------------------------------------------


def overview(ledger: Ledger) -> str:
    """One line a claim: its number, what it says, where it is in the paper, its verdict."""
    verdicts: Mapping[str, str] = {entry.slug: entry.verdict for entry in ledger.entries}
    columns = r"@{}l@{\quad}P{0.42\linewidth}@{\quad}P{0.36\linewidth}@{\quad}l@{}"
    heads = ("No.", "Claim", "In the papers", "Verdict")
    return (
        r"{\footnotesize\renewcommand{\arraystretch}{0.95}"
        + table(columns, heads, _rows(verdicts))
        + "}"
    )


def _rows(verdicts: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for chapter in chapters().values():
        for slug in chapter.claims:
            s = STATEMENTS[slug]
            number = rf"\ref{{thm:{label(slug)}}}"
            verdict = verdicts.get(slug, "not verified here")
            yield number, prose(s.title, name), prose(s.paper_ref, refer), verdict
