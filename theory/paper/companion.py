r"""The companion paper: the main claims as numbered theorems, with the proofs of the chapters.

Statements, proofs and pictures are those of the course, verdicts those of the ledger; here is the
choice, the introduction, and what is said once for all theorems. A claim that is not chosen has a
line at the end of its section, and its statement and proof in the archive.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from theory.kernel.statement import Hypothesis, Notation, Statement
from theory.kernel.terms import Term
from theory.ledger.run import Ledger
from theory.paper.archive import table
from theory.paper.chapters import LEAD, NAMED, NOTES, SLUGS, Chapter, Picture, as_tex_each, chapters
from theory.paper.glossary import NOTATION
from theory.paper.items import all_items
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
\usepackage[hmargin=23mm,vmargin=20mm]{geometry}
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
MAIN = frozenset(
    re.findall(
        r"\w+",
        """
    normalisation alignment_decomposition gradient_identity jensen_exp hoeffding_lemma
    smoothness_remainder log_success_step sharp_step lemma_1_sharp worst_case lemma_1
    expansion expansion_printed eta_safe theorem_1a_printed theorem_1a theorem_1b theorem_1b_limit
    corollary_1 theorem_1b_sharp fixed_step_floor fixed_step_floor_attained multi_prompt
    constant_rate tree_sum token_regularity token_supermartingale token_moment lemma_2_sharp
    lemma_2 token_variance token_sharp_step token_eta_safe theorem_3
    theorem_3_sharp grpo_gradient grpo_length_covariance grpo_along_gap_printed effective_step
    grpo_versus_dr_grpo group_dr_grpo group_direction group_grpo all_wrong first_signal
    noisy_verifier penalty_ceiling theorem_2 theorem_2_scope overshooting_sharp fixed_direction
    theorem_4 tabular_ascent exploitation_stage exploration_lasts binary_control negative_only
        """,
    )
)
"""The claims that are stated and proved here."""
DRAWN = re.compile(r"\s(?:Drawn|Made) by\s`gradgap figures`.*", re.DOTALL)
ALSO = "Also in the archive:"
NUMBERED = re.compile(r"eqs?\. \(|Theorem|Lemma|Corollary|Assumption")
SUMS = "Of {} claims, {}. All of them are in the archive, with every item of both papers.\n"
ASKED = ("**The question.**", "**The idea.**")


def companion(ledger: Ledger) -> dict[str, bytes | str]:
    """The files of the paper: the source, its references and its pictures. Raises NotInChapters,
    PandocMissing."""
    said, standing = setting()
    sections = [
        _section("Introduction", *as_tex_each([INTRODUCTION.read_text("utf-8")], refer)),
        said,
    ]
    verdicts = {entry.slug: entry.verdict for entry in ledger.entries}
    course = [c for c in chapters().values() if c.claims]
    drawn: dict[str, Picture] = {}  # a picture that two chapters have stands in the first
    for c in course:
        fresh = tuple(p for p in c.pictures if p.file not in drawn)
        drawn |= {p.file: p for p in fresh}
        sections.append(_chapter(replace(c, pictures=fresh), standing, verdicts))
    measured = (NOTES / "measured.md").read_text("utf-8").split("\n## ")[0].partition("\n\n")[2]
    text, shown = as_tex_each([measured.split("![")[0], MEASURED_CAPTION], refer)
    sections.append(_section("What was measured", _figure("phase_length", shown) + text))
    sections.append(_section("What became of the printed claims", printed(ledger)))
    body = "\n\n".join(sections)
    files = {f"{file}.png": NOTES / "figures" / f"{file}.png" for file in (*drawn, "phase_length")}
    source = (
        f"{STYLE}{PREAMBLE}\\title{{{TITLE}}}\\author{{}}\\date{{}}\n\\begin{{document}}\n\\maketitle\n"
        f"\\begin{{abstract}}\n{prose(ABSTRACT)}\n\\end{{abstract}}\n\n{body}\n\n"
        "\\footnotesize\\bibliographystyle{plain}\n\\bibliography{references}\n\\end{document}\n"
    )
    return {"companion.tex": source, **{key: path.read_bytes() for key, path in files.items()}}


def refer(slug: str) -> str:
    """A claim by its kind and number; one that is not chosen by its name, where it is listed."""
    if slug not in MAIN:
        return rf"{{\hyperref[also:{label(slug)}]{{{name(slug)}}}}}"
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
    for s in (STATEMENTS[slug] for slug in STATEMENTS if slug in MAIN):
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
    said = (abbreviation(s, n) for s, n in reversed(notations))
    told = "; ".join(reversed({text.partition(" = ")[0]: text for text in said if text}.values()))
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


def _chapter(chapter: Chapter, standing: Standing, verdicts: Mapping[str, str]) -> str:
    """The question, the pictures, each chosen claim with its proof, and a line for each other."""
    opening = "\n\n".join(p for p in chapter.sections[""].split("\n\n") if p.startswith(ASKED))
    captions = [DRAWN.sub("", picture.caption) for picture in chapter.pictures]
    blocks = [(named, block) for named, block in chapter.proofs() if MAIN & {*named}]
    leads = [_lead(block) for _, block in blocks]
    bodies = [LEAD.sub("", block, count=1) for _, block in blocks]
    opened, *texts = as_tex_each([opening, *captions, *leads, *bodies], refer)
    n = len(captions)
    figures = [_figure(p.file, c) for p, c in zip(chapter.pictures, texts, strict=False)]
    m = len(blocks)
    proofs = [
        ({*named} & MAIN, _proof(named, lead, body))
        for (named, _), lead, body in zip(blocks, texts[n:], texts[n + m :], strict=False)
    ]
    parts, stated = [opened, *figures], set[str]()
    for slug in (slug for slug in chapter.claims if slug in MAIN):
        stated.add(slug)
        parts.append(theorem(STATEMENTS[slug], standing, verdicts.get(slug, "not verified here")))
        parts += [proof for of, proof in proofs if slug in of and of <= stated]
    return _section(chapter.title, "\n\n".join([*parts, _also(chapter, verdicts)]))


def _also(chapter: Chapter, verdicts: Mapping[str, str]) -> str:
    """The claims that are not chosen, each with its verdict unless it is proved."""
    lines = []
    for slug in (slug for slug in chapter.claims if slug not in MAIN):
        verdict = verdicts.get(slug, "not verified here")
        title = prose(STATEMENTS[slug].title, name)
        known = "" if verdict == "proved" else f" ({verdict})"
        lines.append(
            rf"\phantomsection\label{{also:{label(slug)}}}{name(slug)}{known}, \emph{{{title}}}"
        )
    return rf"\medskip\noindent\textbf{{{ALSO}}} {'; '.join(lines)}." if lines else ""


def _lead(block: str) -> str:
    """What the lead says besides the claims that it names."""
    found = LEAD.match(block)
    said = NAMED.sub("", found[0]) if found else ""
    said = said.replace("**", "").strip().rstrip(".")
    without = SLUGS.sub("", said).replace("()", "").strip(" ,")
    return without or "Proof"


def _proof(named: tuple[str, ...], lead: str, body: str) -> str:
    of = joined_by_and(map(refer, named))
    title = f"Proof of {of}" if lead.strip() == "Proof" else f"{lead.strip()}: {of}"
    return f"\\begin{{proof}}[{{{title}}}]\n{body}\n\\end{{proof}}"


def _figure(file: str, caption: str) -> str:
    return (
        "\n\\begin{figure}[tb]\n\\centering\\includegraphics[width=0.8\\linewidth,"
        f"height=0.19\\textheight,keepaspectratio]{{{file}.png}}\n\\caption{{{caption.strip()}}}\n\\end{{figure}}"
    )


# -- the end ---------------------------------------------------------------------------------------


def printed(ledger: Ledger) -> str:
    """How many claims have which verdict, and one line for each numbered item of the papers."""
    count = Counter(entry.verdict for entry in ledger.entries)
    sums = joined_by_and(f"{n} {verdict}" for verdict, n in sorted(count.items()))
    columns = r"@{}P{0.38\linewidth}@{\quad}P{0.12\linewidth}@{\quad}P{0.42\linewidth}@{}"
    rows = (
        (prose(item.where, name), item.kind, joined_by_and(map(refer, item.claims)))
        for _, items in all_items()
        for item in items
        if NUMBERED.search(item.where) and item.kind in ("reproduction", "repair", "sharpening")
    )
    listed = table(columns, ("Printed", "Here", "By"), rows)
    return f"{SUMS.format(len(ledger.entries), sums)}{{\\small {listed}}}"
