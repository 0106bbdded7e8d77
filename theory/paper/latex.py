r"""A claim as TeX to paste: statement, verdict, notation, what it rests on, its false twins.

All of it is made from the Statement and, if given, its line of the ledger. A document that has the
lines of ``PREAMBLE`` compiles every fragment.
"""

from collections.abc import Iterable, Mapping

from theory.kernel.statement import Notation, Statement
from theory.kernel.terms import Term
from theory.ledger.run import Entry, select
from theory.paper.latex_terms import formula, lines
from theory.paper.latex_words import label, link, name, prose
from theory.pretty import abbreviations

PREAMBLE = r"""\usepackage{amsmath,amssymb,xcolor}
\providecommand{\hyperref}[2][]{#2} % links, where hyperref is loaded before
\providecommand{\phantomsection}{}
\newcommand{\ggref}[2]{\hyperref[claim:#1]{#2}}
\definecolor{ggproved}{HTML}{009E73}
\definecolor{ggrefuted}{HTML}{D55E00}
\definecolor{ggwitnessed}{HTML}{0072B2}
\definecolor{ggundecided}{HTML}{666666}
\newcommand{\ggbadge}[2]{{\setlength{\fboxsep}{2.5pt}\setlength{\fboxrule}{0.8pt}%
  \fcolorbox{gg#1}{gg#1!12}{\sffamily\bfseries\footnotesize\strut #2}}}
\newenvironment{ggclaim}[4]{\par\bigskip\begingroup\raggedright\parindent=0pt
  \lineskip=3pt\lineskiplimit=2pt
  \phantomsection\label{claim:#1}%
  {\large\bfseries #3}\par\nopagebreak\smallskip
  {#2\quad\itshape #4}\par\nopagebreak\smallskip}{\par\endgroup\medskip}
\newcommand{\gghead}[1]{\par\smallskip{\sffamily\bfseries\small #1}\par\nopagebreak}
\newcommand{\ggitem}[1]{\par{\leftskip=1.5em\hangindent=1.5em\hangafter=1\noindent #1\par}}
\newcommand{\ggnote}[1]{\par\smallskip{\small\raggedright\noindent #1\par}}
"""


def fragment(slug: str, entry: Entry | None = None) -> str:
    """The claim as TeX; ``entry`` is its line of the ledger, without which the verdict is said to
    be not verified here. Raises UnknownSlug, UnknownLetter, UnknownCharacter."""
    (statement,) = select([slug])
    opening = rf"\begin{{ggclaim}}{{{label(slug)}}}{{{_heading(slug, entry)}}}"
    opening += rf"{{{prose(statement.title)}}}{{{prose(statement.paper_ref)}}}"
    parts = [
        f"% {slug}: needs amsmath, amssymb, xcolor and the \\gg commands of PREAMBLE",
        opening,
        *_printed(statement),
        *_hypotheses(statement),
        *_conclusion(statement),
        *_notation(statement),
        *([note(prose(statement.remark))] if statement.remark else []),
        *([] if entry is None else evidence(entry)),
        *_twins(statement),
        r"\end{ggclaim}",
    ]
    return "\n".join(parts) + "\n"


def _heading(slug: str, entry: Entry | None) -> str:
    verdict = "undecided" if entry is None else entry.verdict
    return rf"{badge(verdict, entry is not None)}\quad {name(slug)}"


def badge(verdict: str, verified: bool = True) -> str:
    """The verdict in a box: the colour says it again, the word says it in grey."""
    colour = verdict if verdict in ("proved", "refuted", "witnessed") else "undecided"
    return rf"\ggbadge{{{colour}}}{{{verdict if verified else 'not verified here'}}}"


# -- the parts -------------------------------------------------------------------------------------


def head(text: str) -> str:
    return rf"\gghead{{{text}}}"


def item(text: str) -> str:
    return rf"\ggitem{{{text}}}"


def note(text: str) -> str:
    return rf"\ggnote{{{text}}}"


def shown(tex: str) -> str:
    r"""A formula in a paragraph, its sums and quotients large, broken over lines where need be."""
    return rf"\(\displaystyle {tex}\)"


def _printed(statement: Statement) -> list[str]:
    if statement.printed is None:
        return []
    repair = ""
    if statement.corrected_by:
        repair = rf"\quad Corrected by {link(statement.corrected_by)}."
    return [note(rf"\emph{{Printed:}} {prose(statement.printed)}.{repair}")]


def _hypotheses(statement: Statement) -> list[str]:
    names = abbreviations(statement)
    found = []
    for h in statement.hypotheses:
        formulas = r",\quad ".join(shown(line) for line in lines(h.formula, names))
        found.append(item(rf"{formulas} {meant(h.meaning, h.name)}"))
    return [head("Given"), *found] if found else []


def meant(meaning: str, hypothesis: str = "") -> str:
    """What a formula means, and the name of the hypothesis, in small type."""
    called = rf"\ [{name(hypothesis)}]" if hypothesis else ""
    return rf"\hspace{{0.8em}}{{\footnotesize {prose(meaning)}{called}}}"


def _conclusion(statement: Statement) -> list[str]:
    title = "Then"
    if statement.kind == "exists":
        free = ", ".join(formula(v) for v in statement.parameters)
        title = f"For all ${free}$ of this kind there is a model with"
    names = abbreviations(statement)
    return [head(title), *(item(shown(line)) for line in lines(statement.conclusion, names))]


def _notation(statement: Statement) -> list[str]:
    found = [line for n in statement.notation if (line := _abbreviation(statement, n))]
    return [head("Where"), *found] if found else []


def _abbreviation(statement: Statement, notation: Notation) -> str:
    """One abbreviation, its body in terms of the others; nothing for 1-J = 1 - J."""
    symbol = notation.symbol
    short = symbol if isinstance(symbol, Term) else symbol(*notation.params)
    others = {b: s for b, s in abbreviations(statement).items() if s.data != short.data}
    left, right = formula(short), formula(notation.body, others)
    if left == right.replace(" ", ""):
        return ""
    return item(rf"{shown(f'{left} = {right}')}{meant(notation.meaning)}")


def evidence(entry: Entry) -> list[str]:
    """What the ledger says: the questions and answers, the facts, the model."""
    answers = ", ".join(f"{solver} {answer}" for solver, answer in entry.checkers.items())
    asked = f"{entry.obligations} questions to the solvers" + (f": {answers}" if answers else "")
    rests = ", ".join(map(name, entry.modulo)) or "nothing but arithmetic"
    found = [note(rf"\emph{{{entry.verdict.capitalize()}}}: {asked}. Modulo {rests}.")]
    if entry.reason:
        found.append(note(rf"Undecided because {prose(entry.reason)}."))
    if entry.countermodel:
        found.append(note(rf"\emph{{Countermodel:}} {numbers(entry.countermodel)}."))
    if entry.witness:
        found.append(
            note(
                rf"\emph{{Witness,}} a model in which it is not vacuous: "
                rf"{numbers(entry.witness)}."
            )
        )
    if entry.unused:
        unused = ", ".join(map(name, entry.unused))
        found.append(note(f"The proof does not use {unused}."))
    return found


def numbers(values: Mapping[str, str]) -> str:
    return ", ".join(f"{prose(key)} = {prose(value)}" for key, value in values.items())


def _twins(statement: Statement) -> list[str]:
    """The mutated versions. That a proof of the claim does not prove them is tested, not proved."""
    names = abbreviations(statement)
    found: list[str] = []
    for twin in statement.twins:
        if twin.conclusion is not None:
            text = r",\quad ".join(shown(line) for line in lines(twin.conclusion, names))
        else:
            text = rf"without {name(str(twin.drop))}"
        found.append(item(rf"{{\footnotesize {prose(twin.name)}:}}\hspace{{0.6em}}{text}"))
    return (
        [head(r"False twins {\normalfont\small (tested: the proof does not prove them)}"), *found]
        if found
        else []
    )


def standalone(fragments: Iterable[str]) -> str:
    """A small document of fragments, in letters that every TeX has."""
    body = "\n".join(fragments)
    return (
        "\\documentclass{article}\n\\usepackage[T1]{fontenc}\n\\usepackage{lmodern}\n"
        f"{PREAMBLE}\\begin{{document}}\n{body}\\end{{document}}\n"
    )
