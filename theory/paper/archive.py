r"""The archive: every claim with its evidence and all steps of its proof, as a document in LaTeX.

Everything in it comes from the statements, the proof objects and the ledger. Of a ledger of some
claims it has what belongs to them. The same ledger gives the same file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from theory.derivations import DERIVATIONS
from theory.derivations._derivation import Derivation
from theory.kernel.axioms import AXIOMS
from theory.kernel.rules import FACTS
from theory.kernel.verdict import Case
from theory.ledger.run import Entry, Ledger
from theory.paper.chapters import chapters
from theory.paper.glossary import LEGEND, NOTATION
from theory.paper.items import MEANING, all_items
from theory.paper.latex import PREAMBLE, badge, fragment, item, note, numbers, shown
from theory.paper.latex_proof import Shown, argument, listing, named, reading_order
from theory.paper.latex_terms import WIDEST_QUOTIENT, formula, letters_in, lines
from theory.paper.latex_words import label, link, name, prose
from theory.pretty import abbreviations
from theory.statements import STATEMENTS
from theory.thresholds import thresholds
from theory.token_thresholds import token_thresholds

TITLE = "Gradient gaps and step sizes: the archive of proofs"
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
\renewcommand{\ggref}[2]{\ifcsname r@claim:#1\endcsname\hyperref[claim:#1]{#2}\else#2\fi}
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


def archive(ledger: Ledger, proofs: bool = True) -> str:
    """The document; without ``proofs`` the appendix is left out. Raises NotInChapters."""
    whole = len(ledger.entries) == len(STATEMENTS)
    sections = {
        "Notation": notation(),
        "What the words mean": legend(),
        "Facts that the proofs rest on": facts(ledger),
        "All claims": overview(ledger),
        "The papers, item by item": papers(ledger),
        **claims(ledger, proofs),
        "Errata": errata(ledger),
    }
    if whole:
        sections["Derivations (tested, not proved)"] = other_derivations()
        sections["Thresholds"] = threshold_tables()
    body = "\n\n".join(_section(title, text) for title, text in sections.items())
    if proofs:
        body += "\n\n\\appendix\n" + _section("Proofs", appendix(ledger))
    return (
        f"{STYLE}{PREAMBLE}{DOCUMENT_STYLE}\\title{{{prose(TITLE)}}}\\date{{}}\\author{{}}\n"
        f"\\begin{{document}}\n\\maketitle\n{prose(ABOUT)}\n\\tableofcontents\n\\clearpage\n\n"
        f"{body}\n\\end{{document}}\n"
    )


def _section(title: str, text: str) -> str:
    return rf"\section{{{prose(title)}}}" + f"\n{text}"


# -- claims and proofs -----------------------------------------------------------------------------


def claims(ledger: Ledger, proofs: bool = True) -> dict[str, str]:
    """By chapter the claims, each with its derivation if there is one, and where its proof is."""
    entries = {entry.slug: entry for entry in ledger.entries}
    found = {}
    for chapter in chapters().values():
        here = [entries[slug] for slug in chapter.claims if slug in entries]
        if here:
            found[chapter.title] = "\n\n".join(_claim(ledger, entry, proofs) for entry in here)
    return found


def _claim(ledger: Ledger, entry: Entry, proofs: bool) -> str:
    case = ledger.cases.get(entry.slug) if proofs else None
    pointer = "" if case is None else whereabouts(case)
    return fragment(entry.slug, entry) + pointer + derivation(entry.slug)


def whereabouts(case: Case) -> str:
    """The page of a proof, and the claims that it uses."""
    slug = case.statement.slug
    used = ", ".join(map(link, named(slug, argument(case)[0])))
    there = rf"\hyperref[proof:{label(slug)}]{{page~\pageref*{{proof:{label(slug)}}}}}"
    return note(f"Proof: {there}" + (f", using {used}" if used else "") + ".") + "\n"


def derivation(slug: str) -> str:
    """How the formula comes about, where theory.derivations says so."""
    if slug not in DERIVATIONS:
        return ""
    head = r"\gghead{How the formula comes about {\normalfont\small (tested, not the proof)}}"
    return f"{head}\n{derived(DERIVATIONS[slug])}\n"


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
    parts = [
        rf"\subsection*{{{prose(known.title)}}}" + f"\n{derived(known)}"
        for slug, known in DERIVATIONS.items()
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
    listed = "\n\n".join([prose(READING_PROOFS), *parts])
    return listed.replace(" + ", " +\n")  # TeX reads no line of 200,000 letters


# -- tables ----------------------------------------------------------------------------------------


def table(columns: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table that may run over pages."""
    head = " & ".join(rf"\textbf{{{h}}}" for h in heads)
    body = "\n".join(" & ".join(row) + r" \\" for row in rows)
    return (
        rf"\begin{{longtable}}{{{columns}}}\toprule {head} \\ \midrule\endhead "
        rf"\bottomrule\endfoot" + f"\n{body}\n" + r"\end{longtable}"
    )


def notation() -> str:
    rows = ((rf"\({tex}\)", prose(meaning)) for tex, meaning in NOTATION)
    return table(r"@{}l@{\quad}P{0.72\linewidth}@{}", ("Sign", "Meaning"), rows)


def legend() -> str:
    rows = ((badge(word), prose(meaning) + ".") for word, meaning in LEGEND)
    return table(r"@{}l@{\quad}P{0.74\linewidth}@{}", ("Word", "What it says"), rows)


def facts(ledger: Ledger) -> str:
    """The axioms and the facts of the kernel that the proofs rest on, with their sources."""
    used, rows = {fact for entry in ledger.entries for fact in entry.modulo}, []
    for axiom in (axiom for key, axiom in AXIOMS.items() if key in used):
        given = "".join(f"\\quad if {shown(formula(c))}" for c in axiom.conditions)
        rows.append((name(axiom.name), shown(formula(axiom.conclusion)) + given,
                     prose(axiom.source)))  # fmt: skip
    rows += [
        (name(key), prose(says), prose(source))
        for key, (says, source) in FACTS.items()
        if key in used
    ]
    columns = r"@{}l@{\quad}P{0.45\linewidth}@{\quad}P{0.27\linewidth}@{}"
    return table(columns, ("Name", "Fact", "Source"), rows)


def overview(ledger: Ledger) -> str:
    """One line a claim."""
    rows = ((link(e.slug), prose(e.title), prose(e.paper_ref), e.verdict) for e in ledger.entries)
    columns = r"@{}P{0.24\linewidth}@{\quad}P{0.34\linewidth}@{\quad}P{0.23\linewidth}@{\quad}l@{}"
    return table(columns, ("Claim", "What it says", "In the paper", "Verdict"), rows)


def papers(ledger: Ledger) -> str:
    """Both papers, item by item: those that the claims of the ledger are about."""
    here = {entry.slug for entry in ledger.entries}
    whole = len(here) == len(STATEMENTS)
    kinds = "\n".join(rf"\item[{kind}] {prose(meaning)}" for kind, meaning in MEANING.items())
    parts = [f"\\begin{{description}}\n{kinds}\n\\end{{description}}"]
    columns = (
        r"@{}P{0.2\linewidth}@{\quad}P{0.17\linewidth}@{\quad}P{0.13\linewidth}"
        r"@{\quad}P{0.18\linewidth}@{\quad}P{0.2\linewidth}@{}"
    )
    for heading, items in all_items():
        rows = [
            (prose(i.where), prose(i.says), i.kind, " ".join(map(link, i.claims)), prose(i.differs))
            for i in items
            if whole or here & {*i.claims}
        ]
        heads = ("Item", "Says", "Kind", "Claims", "Difference")
        parts += [f"{prose(heading)}\n\n{table(columns, heads, rows)}"] if rows else []
    return "\n\n".join(parts)


# -- errata ----------------------------------------------------------------------------------------


def errata(ledger: Ledger) -> str:
    """What is refuted, with its model and its repair; then what is stated otherwise than in
    print."""
    refuted = [_erratum(e) for e in ledger.entries if e.verdict == "refuted"]
    kept = {e.slug for e in ledger.entries if e.verdict != "refuted"}
    rows = [
        (link(s.slug), prose(str(s.printed)), prose(s.remark))
        for s in STATEMENTS.values()
        if s.printed is not None and s.slug in kept
    ]
    columns = r"@{}P{0.24\linewidth}@{\quad}P{0.36\linewidth}@{\quad}P{0.33\linewidth}@{}"
    others = table(columns, ("Claim", "Printed", "Remark"), rows) if rows else "None."
    return "\n\n".join((*refuted, r"\subsection*{Stated otherwise than printed}", others))


def _erratum(entry: Entry) -> str:
    statement = STATEMENTS[entry.slug]
    parts = [
        rf"\subsection*{{{prose(statement.title)}}}",
        rf"{link(entry.slug)}, {prose(entry.paper_ref)}. {badge('refuted')}\par",
        rf"\emph{{Printed:}} {prose(statement.printed or '')}.\par",
        rf"\emph{{Countermodel:}} {numbers(entry.countermodel or {})}.\par",
        f"{prose(statement.remark)}\\par",
    ]
    if statement.corrected_by:
        repair = STATEMENTS[statement.corrected_by]
        parts.append(rf"\emph{{Repair:}} {link(repair.slug)}, {prose(repair.title)}:\par")
        names = abbreviations(repair)
        parts += [item(shown(line)) for line in lines(repair.conclusion, names)]
    return "\n".join(parts)


# -- thresholds ------------------------------------------------------------------------------------

RATES = (0.01, 0.1, 0.5, 0.9, 0.99)
BOUNDS = (1, 3)  # G, with L = 1: G^2/L is 1 and 9
LENGTHS = (10, 100, 1000)


def threshold_tables() -> str:
    """Safe steps for a few success rates, evaluated from the statements for L = 1 and a gap of
    1."""
    rows: list[tuple[str, ...]] = []
    for bound in BOUNDS:
        for rate in RATES:
            found = thresholds(rate, 1, 1, bound)
            values = (found.paper, found.converges, *found.branches.values(), found.safe)
            ratio = f"{found.safe / found.paper:.3g}"
            rows.append((str(bound**2), f"{rate:g}", *(f"{v:.4g}" for v in values), ratio))
    heads = (r"\(G^{2}/L\)", r"\(J\)", "(15a)", r"\((1-J)\)", r"\(2(1-J)\)", r"\(2J/(1+G^2)\)",
             r"\(1/(1+G^2/2)\)", r"\(\eta_{\mathrm{safe}}\)", "over (15a)")  # fmt: skip
    trajectory = table("@{}rrrrrrrrr@{}", heads, rows)
    rows.clear()
    for longest in LENGTHS:
        for rate in RATES:
            token = token_thresholds(rate, 1, 1, 1, longest)
            values = (token.paper, token.converges, token.safe)
            ratio = f"{token.safe / token.paper:.3g}"
            rows.append((str(longest), f"{rate:g}", *(f"{v:.4g}" for v in values), ratio))
    mean = r"\((1-J)\Delta\mu/(L\,\mathbb{E}^{+}[\lvert o\rvert])\)"
    safe = r"\(\eta_{\mathrm{safe}}\)"
    token_heads = (r"\(T\)", r"\(J\)", "(18a)", mean, safe, "over (18a)")
    tokens = table("@{}rrrrrr@{}", token_heads, rows)
    return (
        rf"\subsection*{{Trajectory level, {link('eta_safe')}}}"
        "\nStep sizes in units of \\(\\Delta\\mu/L\\), with \\(L=1\\) and \\(\\Delta\\mu=1\\)."
        " Below the largest of the three branches, \\(\\eta_{\\mathrm{safe}}\\), the success rate"
        f" rises.\n{trajectory}\n"
        rf"\subsection*{{Token level, {link('token_eta_safe')}}}"
        "\nHere \\(L=G=1\\), \\(\\Delta\\mu=1\\), \\(\\mathbb{E}^{+}[\\lvert o\\rvert]=T\\) and"
        " \\(T_\\psi=T/\\log 2\\), the longest lengths that Assumption 3 admits."
        f"\n{tokens}\n"
    )
