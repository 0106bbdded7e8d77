"""A claim as an object that shows itself: in a terminal as ``gradgap explain`` does, in a notebook
with its formulas set. Its verdict is proved with both solvers when it is first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from io import StringIO

from theory.kernel.statement import Statement
from theory.ledger.run import Entry, Ledger, verify
from theory.paper.latex import fragment
from theory.paper.latex_terms import formula, lines
from theory.pretty import abbreviations
from theory.statements import SLUGS, STATEMENTS


@dataclass(frozen=True, slots=True)
class Claim:
    """``slug`` names a claim of the ledger."""

    slug: str

    @property
    def statement(self) -> Statement:
        return STATEMENTS[self.slug]

    @property
    def entry(self) -> Entry:
        """Its line of the ledger: verdict, what it rests on, what the solvers said, the witness or
        countermodel."""
        return _proved(self.slug).entries[0]

    @property
    def verdict(self) -> str:
        """proved, refuted, witnessed or undecided."""
        return self.entry.verdict

    def latex(self) -> str:
        """To paste into a document that has the lines of ``gradgap latex --preamble``."""
        return fragment(self.slug, self.entry)

    def __repr__(self) -> str:
        statement = self.statement
        return f"<claim {self.slug}: {statement.title} ({statement.paper_ref})>"

    def __str__(self) -> str:
        from rich.console import Console

        from theory.ledger.show import show_statement, show_verdict

        out = Console(file=StringIO(), width=80, highlight=False, markup=False, emoji=False)
        with out.capture() as shown:
            show_statement(out, self.statement)
            show_verdict(out, self.entry, {})
        return shown.get().rstrip()

    def _repr_latex_(self) -> str:
        """The conclusion alone: what a front end that knows no HTML shows."""
        conclusion = r" \\ ".join(map(_for_mathjax, self._lines(self.statement)))
        return rf"$\displaystyle \begin{{gathered}} {conclusion} \end{{gathered}}$"

    def _repr_html_(self) -> str:
        """Title, verdict, hypotheses, conclusion and notation, for MathJax to set."""
        statement, entry = self.statement, self.entry
        names = abbreviations(statement)
        given = [(lines(h.formula, names), h.meaning) for h in statement.hypotheses]
        where = []
        for n in statement.notation:
            symbol = n.symbol(*n.params) if callable(n.symbol) else n.symbol
            others = {body: short for body, short in names.items() if short.data != symbol.data}
            where.append(([f"{formula(symbol)} = {formula(n.body, others)}"], n.meaning))
        asked = [f"{solver} {answer}" for solver, answer in entry.checkers.items()]
        evidence = ", ".join([f"{entry.obligations} questions", *asked])
        head = f"<b>{escape(statement.title)}</b> [{self.slug}; {escape(statement.paper_ref)}]"
        printed = f"<p>printed: {escape(statement.printed)}</p>" if statement.printed else ""
        return "".join(
            [
                f"<p>{head}: <b>{entry.verdict}</b></p>{printed}",
                _html("given", given),
                _html("then", [(self._lines(statement), statement.remark)]),
                _html("where", where),
                f"<p>{evidence}; modulo {', '.join(entry.modulo)}</p>",
            ]
        )

    @staticmethod
    def _lines(statement: Statement) -> list[str]:
        return lines(statement.conclusion, abbreviations(statement))


def _for_mathjax(tex: str) -> str:
    """Without the places where TeX may break a line, which not every MathJax knows."""
    return re.sub(r"\\allowbreak\s*", "", tex)


def _html(role: str, items: list[tuple[list[str], str]]) -> str:
    rows = []
    for formulas, meaning in items:
        tex = ", ".join(rf"\({escape(_for_mathjax(line))}\)" for line in formulas)
        rows.append(f"<li>{tex} <small>{escape(meaning)}</small></li>")
    return f"{role}<ul>{''.join(rows)}</ul>" if rows else ""


@cache
def _proved(slug: str) -> Ledger:
    return verify([slug])


class Claims(Mapping[str, Claim]):
    """The claims by slug, in the order in which one reads them."""

    def __getitem__(self, slug: str) -> Claim:
        if slug not in STATEMENTS:
            raise KeyError(slug)
        return Claim(slug)

    def __iter__(self) -> Iterator[str]:
        return iter(SLUGS)

    def __len__(self) -> int:
        return len(SLUGS)

    def __repr__(self) -> str:
        return f"<{len(self)} claims of gradgap: list(gradgap.CLAIMS) names them>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{s.slug}</td><td>{escape(s.paper_ref)}</td><td>{escape(s.title)}</td></tr>"
            for s in STATEMENTS.values()
        )
        return f"<table><tr><th>claim</th><th>in the paper</th><th>says</th></tr>{rows}</table>"
