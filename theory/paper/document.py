r"""The whole ledger as a document: notation, claims, proofs, errata and thresholds, in LaTeX.

Everything in it comes from the statements, the proof objects and the ledger; figures and recorded
numbers are passed in. The same sources give the same files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from theory.files import write
from theory.kernel.verdict import Case
from theory.ledger.run import Ledger
from theory.paper.document_parts import (
    errata,
    facts,
    legend,
    notation,
    overview,
    papers,
    recorded,
    threshold_tables,
)
from theory.paper.latex import PREAMBLE, fragment, note
from theory.paper.latex_compile import MAIN as MAIN
from theory.paper.latex_compile import Compiled as Compiled
from theory.paper.latex_compile import TexFailed as TexFailed
from theory.paper.latex_compile import TexMissing as TexMissing
from theory.paper.latex_compile import compile_document as compile_document
from theory.paper.latex_proof import Shown, argument, listing, named, reading_order
from theory.paper.latex_terms import WIDEST_QUOTIENT, letters_in
from theory.paper.latex_words import label, link, name, prose
from theory.statements import STATEMENTS

SECTIONS: dict[str, tuple[str, ...]] = {
    "The setting": (
        *("normalisation", "score_mean_zero", "gradient_identity", "alignment_decomposition"),
        *("expectation_functional", "jensen_exp", "hoeffding_lemma", "cauchy_schwarz"),
        *("regularity_along_direction", "smoothness_remainder"),
    ),
    "One step": (
        *("log_success_step", "kl_step", "sharp_step", "mean_curvature_step"),
        *("lemma_1_sharp", "lemma_1", "step_under_assumption_1"),
    ),
    "The second order": ("expansion_printed", "expansion", "expansion_without_variance"),
    "The safe step": ("eta_safe",),
    "Trajectories": (
        *("theorem_1a_printed", "theorem_1a", "theorem_1a_sharp", "theorem_1b"),
        *("theorem_1b_under_assumption_1", "theorem_1b_limit", "theorem_1b_edges", "corollary_1"),
        *("corollary_1_sharp", "theorem_1b_sharp", "theorem_1b_sharp_limit", "theorem_1b_longer"),
        *("fixed_step_floor", "fixed_step_floor_attained"),
    ),
    "Several prompts": ("multi_prompt", "constant_rate"),
    "Response trees": (
        *("tree_sum", "tree_path", "node_expectation", "tower_property", "token_decomposition"),
        *("token_regularity", "node_hoeffding", "token_supermartingale"),
        *("psi1_norm", "psi1_moment", "psi1_length"),
    ),
    "Token level": (
        *("token_moment", "lemma_2_sharp", "lemma_2", "token_variance", "token_sharp_step"),
        *("token_eta_safe", "theorem_3_first_branch", "theorem_3", "theorem_3_under_assumption_2"),
        *("theorem_3_limit", "theorem_3_sharp", "theorem_3_sharp_limit"),
    ),
    "GRPO and Dr. GRPO": (
        *("grpo_gradient", "grpo_length_covariance", "grpo_along_gap_printed", "effective_step"),
        *("grpo_versus_dr_grpo", "grpo_overshoot_scope", "grpo_safe_rate"),
    ),
    "Groups of samples": (
        *("group_dr_grpo", "given_rewards", "group_direction", "group_grpo", "group_factor"),
    ),
    "Lower bounds": (
        *("threshold_matches", "threshold_matches_scope", "theorem_2", "theorem_2_scope"),
        *("overshooting_aligned", "overshooting_sharp", "fixed_direction", "two_ended_step"),
        *("theorem_4",),
    ),
    "Two stages": (
        *("logit_gradient", "tabular_ascent", "stage_boundary", "exploitation_stage"),
        *("exploration_stage", "binary_control", "negative_only", "negative_only_graded"),
    ),
}
"""Where each claim stands; a claim in no section is an error."""

TITLE = "Gradient gaps and step sizes: the machine-checked ledger"
ABOUT = (
    "This is a companion to the paper On the optimization dynamics of RLVR: Gradient Gap and step"
    " size thresholds. Policy-gradient training on pass/fail rewards converges when the step size"
    " is below a threshold set by the gradient gap. Each claim of the paper is here proved or"
    " refuted, from the few textbook facts of the section on facts, by a proof object whose open"
    " questions two solvers answered; where a claim is loose or false as printed, the sharper or"
    " repaired form is proved beside it."
)
READING_PROOFS = (
    "Each proof is a list of steps. A step is what its rule makes of the steps, hypotheses and"
    " claims named after it; both solvers means that Z3 and cvc5 answered unsat to the question"
    " whether it could be false where those hold. Steps that only pass a formula on (an instance of"
    " a general formula, one half of a conjunction) are not listed: the step that uses one names"
    " where it came from. A step of an earlier proof is named by its claim and number. What is"
    " assumed is a hypothesis of the steps that use it until a proof of it is given or it becomes"
    " the condition of an implication. A proof stands after the proofs that it uses; all steps are"
    " printed by the command explain with the option --steps."
)
STYLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage{lmodern}
\usepackage[margin=25mm]{geometry}
\usepackage{microtype}
\usepackage{array,booktabs,longtable,graphicx}
\usepackage[colorlinks,linkcolor=blue!50!black,bookmarksdepth=section]{hyperref}
\pdfinfoomitdate=1\pdftrailerid{}\pdfsuppressptexinfo=-1
"""
DOCUMENT_STYLE = r"""\newcolumntype{P}[1]{>{\raggedright\arraybackslash}p{#1}}
\newcommand{\ggproofref}[2]{\hyperref[proof:#1]{#2}}
\newcommand{\ggstep}[3]{\par\hangindent=2.8em\hangafter=1\noindent
  \hbox to 2.3em{\hfil\textcolor{black!60}{#1}}\hskip0.5em\(#2\)\hskip0.9em plus 0.3em
  {\scriptsize\textcolor{black!70}{[#3]}}\par}
\newcommand{\ggproof}[3]{\par\bigskip{\raggedright\phantomsection\label{proof:#1}%
  \textbf{#3}\ \hyperref[claim:#1]{#2}\par}\nopagebreak\smallskip}
\newenvironment{ggsteps}{\footnotesize\raggedright\lineskip=2pt\lineskiplimit=1pt
  \emergencystretch=2em}{\par}
\newsavebox{\ggbox}
\newcommand{\ggfit}[1]{\sbox{\ggbox}{\(\displaystyle #1\)}%
  \ifdim\wd\ggbox>\linewidth\resizebox{\linewidth}{!}{\usebox{\ggbox}}\else\usebox{\ggbox}\fi}
\setcounter{tocdepth}{1}
\setlength{\parindent}{0pt}
\renewcommand{\arraystretch}{1.15}
\hbadness=10000
"""


class Derivation(Protocol):
    """What the document needs of a derivation."""

    @property
    def title(self) -> str: ...

    def latex(self) -> str: ...


class Misplaced(ValueError):
    """A claim of the ledger stands in no section; the message names it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture to include (pdf or png), and the sentence below it."""

    path: Path
    caption: str


def write_document(
    folder: Path,
    ledger: Ledger,
    figures: Mapping[str, Figure] | None = None,
    numbers: Mapping[str, str] | None = None,
    proofs: bool = True,
    overwrite: bool = False,
) -> list[Path]:
    """Write the document into a folder, made if need be, and return its files; ``compile_document``
    makes the PDF. ``numbers`` are recorded numbers by what they are; without ``proofs`` the
    appendix is left out.

    Raises Misplaced; FileExistsError when a file is there and ``overwrite`` is not set."""
    figures = figures or {}
    contents: dict[str, bytes | str] = {
        f"{name}{figure.path.suffix}": figure.path.read_bytes() for name, figure in figures.items()
    }
    parts = {
        "front": front(ledger),
        "claims": claims(ledger, proofs),
        "back": back(ledger, figures, numbers),
    }
    if proofs:
        parts["proofs"] = appendix(ledger)
    texts = {f"{name}.tex": text for name, text in parts.items()} | {MAIN: main(parts)}
    return write(folder, {**contents, **texts}, overwrite)


def main(parts: Mapping[str, str]) -> str:
    inputs = "\n".join(rf"\input{{{name}}}" for name in parts)
    return (
        f"{STYLE}{PREAMBLE}{DOCUMENT_STYLE}\\title{{{prose(TITLE)}}}\\date{{}}\\author{{}}\n"
        f"\\begin{{document}}\n\\maketitle\n{inputs}\n\\end{{document}}\n"
    )


def front(ledger: Ledger) -> str:
    """What the document is, and how to read it."""
    sections = {
        "Notation": notation(),
        "What the words mean": legend(),
        "Facts that the proofs rest on": facts(),
        "All claims": overview(ledger),
        "The papers, item by item": papers(),
    }
    listed = "\n\n".join(rf"\section{{{title}}}" + f"\n{text}" for title, text in sections.items())
    return f"{prose(ABOUT)}\n\\tableofcontents\n\\clearpage\n\n{listed}\n"


def claims(ledger: Ledger, proofs: bool = True) -> str:
    """The claims by section, each with its derivation if there is one, and where its proof is.
    Raises Misplaced."""
    entries = {entry.slug: entry for entry in ledger.entries}
    placed = {slug for slugs in SECTIONS.values() for slug in slugs}
    for slug in entries:
        if slug not in placed:
            raise Misplaced(f"the claim {slug} is in no section of theory.paper.document.SECTIONS")
    parts = []
    for title, slugs in SECTIONS.items():
        here = [slug for slug in slugs if slug in entries]
        if here:
            parts.append(rf"\section{{{prose(title)}}}")
        for slug in here:
            pointer = whereabouts(ledger.cases[slug]) if proofs and slug in ledger.cases else ""
            parts.append(fragment(slug, entries[slug]) + pointer + derivation(slug))
    return "\n\n".join(parts) + "\n"


def whereabouts(case: Case) -> str:
    """The page of a proof, and the claims that it uses."""
    slug = case.statement.slug
    used = ", ".join(map(link, named(slug, argument(case)[0])))
    there = rf"\hyperref[proof:{label(slug)}]{{page~\pageref*{{proof:{label(slug)}}}}}"
    return note(f"Proof: {there}" + (f", using {used}" if used else "") + ".") + "\n"


def derivations() -> Mapping[str, Derivation]:
    """Those of theory.derivations, if it is there."""
    try:
        found: Mapping[str, Derivation] = import_module("theory.derivations").DERIVATIONS
    except ModuleNotFoundError as error:
        if error.name != "theory.derivations":
            raise
        return {}
    return found


def derivation(slug: str) -> str:
    """How the formula comes about, where theory.derivations says so."""
    known = derivations()
    if slug not in known:
        return ""
    head = r"\gghead{How the formula comes about {\normalfont\small (tested, not the proof)}}"
    return f"{head}\n{derived(known[slug])}\n"


def derived(found: Derivation) -> str:
    """A derivation in small type. What is one box for TeX is made to fit the line."""
    text = found.latex().replace(r"\begin{align*}", r"\[\ggfit{\begin{aligned}")
    text = text.replace(r"\end{align*}", r"\end{aligned}}\]")
    text = re.sub(r"(?<!\\)\$([^$]+)\$", _inline, text)
    return f"{{\\small\\raggedright\n{text}\\par}}"


def _inline(found: re.Match[str]) -> str:
    long = letters_in(found[1]) > WIDEST_QUOTIENT
    return rf"\ggfit{{{found[1]}}}" if long else found[0]


def other_derivations() -> str:
    """Those that belong to no claim."""
    known = derivations()
    parts = [
        rf"\subsection*{{{prose(known[slug].title)}}}" + f"\n{derived(known[slug])}"
        for slug in known
        if slug not in STATEMENTS
    ]
    return "\n\n".join(parts)


def appendix(ledger: Ledger) -> str:
    """The proofs, each after those that it uses; of a refuted claim the refutation."""
    shown, parts = Shown(), []
    for slug in reading_order(ledger.cases):
        case = ledger.cases[slug]
        proof, title = argument(case)
        steps = "\n".join(map(str, listing(case.statement, proof, shown)))
        opening = rf"\ggproof{{{label(slug)}}}{{{name(slug)}}}{{{title}}}"
        parts.append(f"{opening}\n\\begin{{ggsteps}}\n{steps}\n\\end{{ggsteps}}")
    return "\\appendix\n\\section{Proofs}\n" + prose(READING_PROOFS) + "\n\n" + "\n\n".join(parts)


def back(
    ledger: Ledger, figures: Mapping[str, Figure], numbers: Mapping[str, str] | None = None
) -> str:
    """Errata, thresholds, and what was passed in."""
    parts = [rf"\section{{Errata}}{errata(ledger)}", rf"\section{{Thresholds}}{threshold_tables()}"]
    if others := other_derivations():
        parts.insert(0, rf"\section{{Derivations (tested, not proved)}}{others}")
    if numbers:
        parts.append(rf"\section{{Measured}}{recorded(numbers)}")
    if figures:
        parts.append(r"\section{Figures}")
    parts += [
        rf"\begin{{center}}\includegraphics[width=\linewidth,height=0.42\textheight,"
        rf"keepaspectratio]{{{name}}}\par\smallskip\parbox{{0.9\linewidth}}{{\small "
        rf"{prose(figure.caption)}}}\end{{center}}"
        for name, figure in figures.items()
    ]
    return "\n\n".join(parts) + "\n"
