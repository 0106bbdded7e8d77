r"""A claim as a theorem of a paper: amsthm, plain notation, no command that is not in ``PREAMBLE``.

The hypotheses become a list, the conclusion displays, the abbreviations a last sentence. With
``standing`` assumptions, a hypothesis that is one of them is named by its number instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from textwrap import fill

from theory.kernel.statement import Hypothesis, Notation, Statement
from theory.kernel.terms import Term
from theory.kernel.verdict import Case
from theory.ledger.run import Entry
from theory.paper.chapters import as_tex, chapters, proof_of
from theory.paper.latex_proof import argument, listing
from theory.paper.latex_terms import WIDEST_DISPLAY, Writer, chains, conjuncts, displayed, formula
from theory.paper.latex_words import label, name, prose
from theory.pretty import abbreviations
from theory.statements import STATEMENTS
from theory.statements._joint import Joint

PREAMBLE = r"""\usepackage{amsmath,amssymb,amsthm}
\ifdefined\theorem\else\newtheorem{theorem}{Theorem}\fi % beamer has its own
\ifdefined\lemma\else\newtheorem{lemma}[theorem]{Lemma}\fi
\ifdefined\corollary\else\newtheorem{corollary}[theorem]{Corollary}\fi
\ifdefined\proposition\else\newtheorem{proposition}[theorem]{Proposition}\fi
\ifdefined\refuted\else\newtheorem{refuted}[theorem]{Refuted claim}\fi
\sloppy\lineskip=4pt\lineskiplimit=3pt % room beside and between long formulas
"""
LINKS = re.compile(r"\\gg(?:proof)?ref\{[^{}]*\}\{(\\texttt\{(?:[^{}]|\{\})*\})\}")
MOST_DISPLAYS = 3  # of a conclusion; more parts are listed


@dataclass(frozen=True, slots=True)
class Standing:
    """What a document has said before its theorems: assumptions, by the label of each formula, and
    abbreviations, by their bodies."""

    assumptions: Mapping[Term, str] = field(default_factory=dict)
    notation: frozenset[Term] = frozenset()


NOTHING = Standing()


def environment(statement: Statement) -> str:
    """theorem, lemma or corollary where the paper or the slug says so; refuted; else a
    proposition."""
    if statement.expected == "refuted":
        return "refuted"
    first = statement.slug.partition("_")[0]
    if "lemma" in statement.slug.split("_"):
        return "lemma"
    return first if first in ("theorem", "corollary") else "proposition"


def theorem(statement: Statement, standing: Standing = NOTHING, verdict: str = "") -> str:
    r"""The claim between \begin and \end, with \label{thm:slug}; in its title a verdict that its
    word does not say. Raises UnknownLetter, UnknownCharacter."""
    kind = environment(statement)
    known = verdict in ("", "refuted" if kind == "refuted" else "proved")
    title = prose(statement.title, name) + ("" if known else f"; {verdict}")
    parts = [
        rf"\begin{{{kind}}}[{{{title}}}]",
        rf"\label{{thm:{label(statement.slug)}}}",
        given(statement, standing),
        conclusion(statement),
        where(statement, standing),
        rf"\end{{{kind}}}",
    ]
    return "\n".join(map(_wrapped, "\n".join(filter(None, parts)).splitlines())) + "\n"


def jointly(joint: Joint, verdict: str) -> str:
    """A joint theorem: its claims as the items of one list."""
    items = []
    for part in joint.parts:
        s = STATEMENTS[part.slug]
        texts = (given(s, NOTHING), conclusion(s), where(s, NOTHING))
        items.append("\n".join([rf"\emph{{{prose(part.says, name)}}}", *filter(None, texts)]))
    text = (
        f"% {joint.slug}: {verdict}\n\\begin{{theorem}}[{{{prose(joint.title, name)}}}]\n"
        f"\\label{{thm:{label(joint.slug)}}}\n{prose(joint.remark, name)}{itemised(items)}\n"
        "\\end{theorem}"
    )
    return "\n".join(map(_wrapped, text.splitlines())) + "\n"


def _wrapped(line: str) -> str:
    """On lines that an editor can show."""
    return fill(line, 100, break_long_words=False, break_on_hyphens=False)


def pasted(case: Case | None, entry: Entry, proof: str | None) -> str:
    """A claim to paste, its verdict in a comment; with the proof of its chapter ("chapter"), or all
    steps of the kernel ("kernel"). Raises NotInChapters, PandocMissing."""
    statement = STATEMENTS[entry.slug]
    asked = ", ".join(f"{solver} {answer}" for solver, answer in entry.checkers.items())
    verdict = f"% {entry.slug}: {entry.verdict}; {entry.obligations} questions: {asked}\n"
    text = verdict + theorem(statement)
    if proof is None:
        return text
    if proof == "chapter":
        said = as_tex(proof_of(entry.slug)).strip()
        home = next(c.slug for c in chapters().values() if entry.slug in c.claims)
        body = f"% from the chapter {home}, which explains its letters; F1 to F4: setting\n{said}"
    elif case is None:
        body = f"None: the claim is {entry.verdict} here."
    else:
        steps = listing(statement, argument(case)[0])
        body = r"\leavevmode" + itemised(rf"${s.tex}$ [{_plain(s.reason)}]" for s in steps)
    return f"{text}\\begin{{proof}}\n{body}\n\\end{{proof}}\n"


def _plain(reason: str) -> str:
    """Without links, which need commands of their own."""
    return LINKS.sub(r"\1", reason)


def given(statement: Statement, standing: Standing) -> str:
    names, named, own = abbreviations(statement), [], []
    for hypothesis in statement.hypotheses:
        key = standing.assumptions.get(statement.expand(hypothesis.formula))
        if key is None:
            own.append(assumption(hypothesis, names))
        else:
            named.append(key)
    listed = itemised(own) if own else ""
    if named:
        refs = joined_by_and(_ranges(named, [*standing.assumptions.values()]))
        return f"Assume {refs}{', and the following.' if own else '.'}{listed}"
    return f"Suppose the following.{listed}" if own else ""


def _ranges(named: Iterable[str], order: list[str]) -> Iterator[str]:
    """References in the order of the document; three in a row or more as a range."""
    runs: list[list[int]] = []
    for place in sorted(map(order.index, named)):
        if not runs or place != runs[-1][-1] + 1:
            runs.append([])
        runs[-1].append(place)
    for run in runs:
        refs = [rf"\ref{{{order[place]}}}" for place in run]
        yield from refs if len(run) < 3 else [f"{refs[0]}--{refs[-1]}"]


def assumption(hypothesis: Hypothesis, names: Mapping[Term, Term]) -> str:
    """What a hypothesis means, then its formula, where the meaning does not say it."""
    meaning, shown = prose(hypothesis.meaning, name), sentence(hypothesis.formula, names)
    meaning = meaning[:1].upper() + meaning[1:]
    said = "".join(meaning.split()).startswith("".join(shown.split()))
    return f"{meaning}." if said else f"{meaning}: {shown}."


def itemised(items: Iterable[str]) -> str:
    lines = "\n".join(rf"\item {item}" for item in items)
    return f"\n\\begin{{enumerate}}\n{lines}\n\\end{{enumerate}}"


def conclusion(statement: Statement) -> str:
    names, parts = abbreviations(statement), chains(conjuncts(statement.conclusion))
    if statement.kind == "exists":
        free = ", ".join(f"${formula(v)}$" for v in statement.parameters)
        opening = f"For all {free} of this kind there is a model with the following properties."
        return opening + itemised(f"{clause(part, names)}." for part in parts)
    opening = "Then" if statement.hypotheses else "We have"
    if len(parts) > MOST_DISPLAYS:
        return opening + itemised(f"{clause(part, names)}." for part in parts)
    shown: list[str] = []
    narrow: list[str] = []  # formulas that stand below each other without words between
    for number, part in enumerate(parts, start=1):
        ending = "." if number == len(parts) else ","
        bound, conditions, body = _quantified(part)
        pieces = [Writer(names).chain(chain) for chain in chains(body)]
        tex = r"\quad\text{and}\quad ".join(piece.tex for piece in pieces) + ending
        width = sum(piece.width + 6 for piece in pieces) - 6
        said = _for_all(bound, conditions, names)
        if narrow and (said or width > WIDEST_DISPLAY):
            shown.append(_below(narrow))
            narrow = []
        if said or width > WIDEST_DISPLAY:
            also = "and " if shown else ""
            shown.append(f"{also}{said}\n{displayed(tex, width)}".strip())
        else:
            narrow.append(tex)
    return "\n".join([opening, *shown, *([_below(narrow)] if narrow else [])])


def _below(formulas: list[str]) -> str:
    if len(formulas) == 1:
        return displayed(formulas[0], 0)
    lines = " \\\\\n".join(formulas)
    return f"\\begin{{gather*}}\n{lines}\n\\end{{gather*}}"


def _quantified(parts: list[Term]) -> tuple[list[Term], list[Term], list[Term]]:
    """The variables that a formula is about, the conditions on them, and what it says then."""
    bound: list[Term] = []
    conditions: list[Term] = []
    while len(parts) == 1 and parts[0].op in ("forall", "implies"):
        first, second = parts[0].args
        if parts[0].op == "forall":
            bound.append(first)
        else:
            conditions += conjuncts(first)
        parts = conjuncts(second)
    return bound, conditions, parts


def sentence(term: Term, names: Mapping[Term, Term]) -> str:
    """A formula within a sentence: what it says, then for whom."""
    return joined_by_and(clause(part, names) for part in chains(conjuncts(term)))


def clause(parts: list[Term], names: Mapping[Term, Term]) -> str:
    bound, conditions, body = _quantified(parts)
    said = joined_by_and(_chained(body, names))
    return " ".join(filter(None, (said, _for_all(bound, conditions, names))))


def _chained(parts: list[Term], names: Mapping[Term, Term]) -> list[str]:
    return [f"${Writer(names, display=False).chain(chain).tex}$" for chain in chains(parts)]


def _for_all(bound: list[Term], conditions: list[Term], names: Mapping[Term, Term]) -> str:
    given = joined_by_and(_chained(conditions, names))
    if bound:
        who = f"for all {', '.join(f'${formula(v)}$' for v in bound)}"
        return f"{who} with {given}" if given else who
    return f"if {given}" if given else ""


def joined_by_and(parts: Iterable[str]) -> str:
    """a, b and c."""
    *most, last = [*parts] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def where(statement: Statement, standing: Standing) -> str:
    fresh = (n for n in statement.notation if statement.expand(n.body) not in standing.notation)
    found = [text for n in fresh if (text := abbreviation(statement, n))]
    return f"Here {'; '.join(found)}." if found else ""


def abbreviation(statement: Statement, notation: Notation) -> str:
    """One abbreviation, in terms of the others, and what it means; nothing for 1-J = 1 - J."""
    symbol = notation.symbol
    short = symbol if isinstance(symbol, Term) else symbol(*notation.params)
    others = {b: s for b, s in abbreviations(statement).items() if s.data != short.data}
    left, right = formula(short), formula(notation.body, others, display=False)
    if left == right.replace(" ", ""):
        return ""
    meaning = prose(notation.meaning, name)
    return f"${left} = {right}$" + (f" ({meaning})" if meaning != f"${left}$" else "")
