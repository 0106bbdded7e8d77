"""What ``gradgap explain`` prints: the statement, its verdict, and what the proof uses."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from theory.dependencies import claims_used
from theory.kernel.terms import Term
from theory.ledger import Entry, Ledger, build, select
from theory.pretty import letter, names_of, pretty
from theory.statement import Statement


def show_statement(out: Console, statement: Statement) -> None:
    out.print(f"{statement.title}  [{statement.slug}; {statement.paper_ref}]")
    if statement.printed:
        out.print(f"printed: {statement.printed}")
    table = Table("", "", "", show_header=False, box=None, pad_edge=False)
    names = names_of(statement)
    for h in statement.hypotheses:
        table.add_row(f"given {h.name}", pretty(h.formula, names), h.meaning)
    table.add_row("then", pretty(statement.conclusion, names), statement.remark)
    for n in statement.notation:
        name = n.symbol.data if isinstance(n.symbol, Term) else n.symbol.name
        table.add_row(f"where {letter(str(name))}", pretty(n.body), n.meaning)
    out.print(table)


def show_verdict(out: Console, entry: Entry, needed: Mapping[str, str]) -> None:
    """``needed`` says of each hypothesis whether the claim can do without it."""
    answers = ", ".join(f"{name} {answer}" for name, answer in entry.checkers.items())
    out.print(f"\n{entry.verdict}: {entry.obligations} questions, {answers}")
    out.print(f"modulo {', '.join(entry.modulo)}")
    if entry.countermodel:
        out.print(refutation_line(entry))
    if entry.witness:
        numbers = ", ".join(f"{name} = {value}" for name, value in entry.witness.items())
        out.print(f"witness: {numbers}")
    for name in entry.unused:
        out.print(f"the proof does not use the hypothesis {name}")
    if needed:
        words = ", ".join(f"{name}: {word}" for name, word in needed.items())
        out.print(f"hypotheses: {words}")


def refutation_line(entry: Entry) -> str:
    numbers = ", ".join(f"{name} = {value}" for name, value in (entry.countermodel or {}).items())
    repair = f"; {entry.corrected_by} is the repair" if entry.corrected_by else ""
    return f"{entry.slug} is refuted by {numbers}{repair}."


def show_proof(out: Console, statement: Statement, ledger: Ledger, steps: bool) -> None:
    """The claims that the proof uses, as a tree; its steps, line by line, if asked for."""
    proof = ledger.cases[statement.slug].proof
    if proof is None:
        return
    tree = Tree(statement.slug)
    _grow(tree, statement.slug)
    out.print(tree)
    if not steps:
        return
    names, numbers = names_of(statement), {}
    for number, step in enumerate(proof.steps(), start=1):
        numbers[id(step)] = number
        used = ", ".join(str(numbers[id(p)]) for p in step.premises)
        line = f"{number:4}  {pretty(step.conclusion, names)}   [{step.rule} {used}]"
        out.print(line, markup=False, soft_wrap=True)


def _grow(tree: Tree, slug: str) -> None:
    """Add the claims that a proof uses, and those that theirs use."""
    proof = build(select([slug])[0]).proof
    if proof is None:
        return
    for used in claims_used(slug, proof):
        _grow(tree.add(used), used)
