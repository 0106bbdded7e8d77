"""A page for each claim, and one for the axioms, as MyST: what it says, what it rests on, its
counters, its proof line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from course.site.counters import counters
from theory.kernel.axioms import AXIOMS
from theory.kernel.rules import FACTS
from theory.kernel.statement import Statement
from theory.kernel.terms import Term
from theory.ledger.rests_on import CORRECTED_BY, Graph, around
from theory.ledger.run import Entry, Ledger
from theory.ledger.show import said
from theory.paper.graph import as_svg
from theory.paper.latex_terms import formula, lines
from theory.paper.latex_words import spoken
from theory.pretty import abbreviations, names_of, pretty
from theory.statements import STATEMENTS


def pages(
    ledger: Ledger,
    graph: Graph,
    necessity: Mapping[str, Mapping[str, str]],
    chapters: Mapping[str, str],
) -> dict[str, str]:
    """By name of the file. ``necessity``: claim -> hypothesis -> needed or not; ``chapters``: claim
    -> name of its chapter."""
    written = {
        f"claims/{entry.slug}.md": claim_page(
            entry, ledger, graph, necessity[entry.slug], chapters[entry.slug]
        )
        for entry in ledger.entries
    }
    return {**written, "axioms.md": axioms_page(graph), "claims/index.md": graph_page(graph)}


def claim_page(
    entry: Entry, ledger: Ledger, graph: Graph, needed: Mapping[str, str], chapter: str
) -> str:
    statement = STATEMENTS[entry.slug]
    names = abbreviations(statement)
    answers = ", ".join(f"{solver} {answer}" for solver, answer in entry.checkers.items())
    parts = [
        f"---\norphan: true\n---\n\n# {plain(statement.title)}",
        f"[Claims](index.md) · `{entry.slug}` · {plain(statement.paper_ref)}"
        f" · {verdict(entry.verdict)} · in [](../chapters/{chapter}.md)",
    ]
    if statement.printed:
        parts.append(f"Printed: {words(statement.printed)}")
    if statement.hypotheses:
        parts += ["## Given", bullets(_given(statement, names, needed))]
    parts += ["## Then", *(f"$$\n{line}\n$$" for line in lines(statement.conclusion, names))]
    parts += [words(statement.remark)] if statement.remark else []
    if statement.notation:
        parts += ["## Where", bullets(_where(statement, names))]
    parts += [
        "## How it is decided",
        f"{entry.obligations} questions: {answers}. Modulo {links(entry.modulo) or 'nothing'}.",
        *_numbers(entry),
        "## What it rests on, and what rests on it",
        _neighbours(entry.slug, graph),
        drawing(graph, entry.slug),
    ]
    parts += _counters(statement, names)
    parts += _proof(statement, ledger)
    parts += [
        "## On your own screen",
        f"```console\n$ gradgap explain {entry.slug} --steps\n$ gradgap verify {entry.slug}\n"
        f"$ gradgap break {entry.slug}\n$ gradgap latex {entry.slug}\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _given(
    statement: Statement, names: Mapping[Term, Term], needed: Mapping[str, str]
) -> Iterable[str]:
    for h in statement.hypotheses:
        word = needed.get(h.name)
        yield (
            f"`{h.name}`: {inline(lines(h.formula, names))}<br>{words(h.meaning)}"
            + (f" · *{word}*" if word else "")
        )


def _where(statement: Statement, names: Mapping[Term, Term]) -> Iterable[str]:
    for n in statement.notation:
        symbol = n.symbol(*n.params) if callable(n.symbol) else n.symbol
        others = {body: short for body, short in names.items() if short.data != symbol.data}
        short, body = formula(symbol), formula(n.body, others)
        if short != body.replace(" ", ""):  # 1 - J is written as itself
            yield f"{inline([f'{short} = {body}'])}<br>{words(n.meaning)}"


def _counters(statement: Statement, names: Mapping[Term, Term]) -> list[str]:
    """Explicit policies: beyond a hypothesis, and against a false twin."""
    made = counters(statement)
    without, against = [], []
    for h in statement.hypotheses:
        if f"drop {h.name}" in made:
            without.append(f"without `{h.name}`{_reads(*made[f'drop {h.name}'])}")
    for twin in statement.twins:
        if twin.conclusion is not None:
            says = inline(lines(twin.conclusion, names))
            reads = _reads(*made[twin.name]) if twin.name in made else ""
            against.append(f"{plain(twin.name)}: {says}{reads}")
    parts = []
    if "printed" in made:
        parts += ["## A policy on which it is false", f"Here{_reads(*made['printed'])}"]
    if without:
        parts += ["## What fails without a hypothesis"]
        parts += ["Each line is a policy that keeps all other hypotheses.", bullets(without)]
    if against:
        parts += ["## False twins", "The conclusion with something changed, and a policy that keeps"
                  " all hypotheses and shows that it is false.", bullets(against)]  # fmt: skip
    return parts


def _reads(conclusion: str, instance: str) -> str:
    """The conclusion with the numbers of an instance, and the instance."""
    reads = "has no meaning" if conclusion == "undefined" else f"reads {conclusion}"
    return f"<br>the conclusion {plain(reads)}<br><small>{plain(instance)}</small>"


def _numbers(entry: Entry) -> list[str]:
    found = []
    for kind, numbers in (("countermodel", entry.countermodel), ("witness", entry.witness)):
        if numbers:
            listed = ", ".join(f"{name} = {value}" for name, value in numbers.items())
            found.append(f"{kind.capitalize()}: {plain(listed)}.")
    if entry.corrected_by:
        found.append(f"Repaired in {links([entry.corrected_by])}.")
    return found


def _neighbours(slug: str, graph: Graph) -> str:
    below = [e.end for e in graph.edges if e.start == slug and e.kind != CORRECTED_BY]
    above = [e.start for e in graph.edges if e.end == slug and e.kind != CORRECTED_BY]
    return f"Rests on {links(below) or 'nothing'}. Used by {links(above) or 'no other claim'}."


def _proof(statement: Statement, ledger: Ledger) -> list[str]:
    """Every step, in a fold; the countermodel of a refuted claim has its own line above."""
    proof = ledger.cases[statement.slug].proof if statement.slug in ledger.cases else None
    if proof is None:
        return []
    names, numbers, rows = names_of(statement), dict[int, int](), []
    listed = {formal: name for name, formal in statement.formal_hypotheses.items()}
    for number, step in enumerate(proof.steps(), start=1):
        numbers[id(step)] = number
        used = " ".join(f'<a href="#s{numbers[id(p)]}">{numbers[id(p)]}</a>' for p in step.premises)
        shown = escape(pretty(step.conclusion, names))
        rows.append(
            f'<li id="s{number}"><code>{shown}</code> <small>{said(step, listed)} {used}</small>'
        )
    fold = f"<details><summary>{len(rows)} steps</summary><ol>{''.join(rows)}</ol></details>"
    return ["## The proof, step by step", f"```{{unsearched}}\n{fold}\n```"]


# -- the graph, and what is at its bottom ----------------------------------------------------------


def graph_page(graph: Graph) -> str:
    counted = sum(n.is_claim for n in graph.nodes)
    rows = (
        f"[{plain(n.title)}]({n.name}.md) · `{n.name}` · {plain(n.source)} · {verdict(n.look)}"
        for n in graph.nodes
        if n.is_claim
    )
    return "\n\n".join(
        [
            "# Claims",
            f"{counted} claims, and what each rests on, computed from the proof objects. Choose"
            " one: its page has the statement, the proof and the counterexamples.",
            drawing(graph, None),
            "## In words",
            bullets(rows),
        ]
    )


def axioms_page(graph: Graph) -> str:
    """Axioms with their formulas, facts of the kernel in words: all that proofs rest on."""
    parts = ["# What is taken for granted"]
    parts.append(
        "Every proof ends here: textbook facts that the kernel may use, each attacked by the tests,"
        " and none about a policy or a success rate."
    )
    for axiom in AXIOMS.values():
        given = [formula(c) for c in axiom.conditions]
        said_if = f" if {inline(given)}" if given else ""
        parts += [f"## {axiom.name}", f"$$\n{formula(axiom.conclusion)}\n$$", said_if]
        parts += [plain(axiom.source), f"Used by {links(_users(axiom.name, graph))}."]
    for name, (says, source) in FACTS.items():
        parts += [f"## {name}", f"{plain(says)} ({plain(source)})"]
        parts.append(f"Used by {links(_users(name, graph))}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _users(name: str, graph: Graph) -> list[str]:
    return [e.start for e in graph.edges if e.end == name]


def drawing(graph: Graph, slug: str | None) -> str:
    """The graph, or the part of it around a claim, every box of which leads to its page."""

    def address(name: str) -> str:
        if name in STATEMENTS:
            return f"{name}.html"
        return f"../axioms.html#{name.replace('_', '-')}"

    part = graph if slug is None else around(graph, [slug])
    # What is not drawn has no place where a search could mark it.
    svg = re.sub("<(title|desc)", r'<\1 class="nohighlight"', as_svg(part, address))
    return f'```{{unsearched}}\n<div class="graph">{svg}</div>\n```'


# -- words -----------------------------------------------------------------------------------------


def verdict(word: str) -> str:
    return f'<span class="verdict {word}">{word}</span>'


def plain(text: str) -> str:
    """Text in which no sign is an order to MyST."""
    return re.sub(r"([\\`*_\[\]<>$|~{}#])", r"\\\1", text)


def words(text: str) -> str:
    """Text with its formulas set and its claims as links."""
    return "".join(spoken(text, lambda tex: f"${tex.strip()}$", lambda slug: f"`{slug}`", plain))


def inline(formulas: Iterable[str]) -> str:
    return ", ".join(f"${one}$" for one in formulas)


def bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def links(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
