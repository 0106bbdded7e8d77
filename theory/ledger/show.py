"""What ``gradgap verify`` and ``gradgap explain`` print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from theory.kernel.proof import Proof
from theory.kernel.solvers import solver_versions
from theory.kernel.statement import Statement
from theory.kernel.terms import Term
from theory.ledger.dependencies import claims_used
from theory.ledger.failure import lines_of
from theory.ledger.recheck import Recheck
from theory.ledger.run import Entry, Ledger, build, fact_as_json, select
from theory.pretty import letter, meaning_of, names_of, pretty
from theory.statements import STATEMENTS
from theory.terminal import plain_table

COLOURS = {"proved": "green", "refuted": "magenta", "witnessed": "cyan", "undecided": "red"}


# -- verify ----------------------------------------------------------------------------------------


def show_ledger(out: Console, err: Console, ledger: Ledger, seconds: float) -> None:
    """One line a claim, the facts that all of it rests on, and how many of each verdict."""
    table = plain_table("claim", "verdict", "asked", "z3", "cvc5", "in the paper")
    for entry in ledger.entries:
        verdict = Text(entry.verdict, style=COLOURS.get(entry.verdict, ""))
        answers = [entry.checkers.get(name, "-") for name in ("z3", "cvc5")]
        table.add_row(entry.slug, verdict, str(entry.obligations), *answers, entry.paper_ref)
    out.print(table)
    facts = plain_table("rests on", "which says", "source")
    for name in sorted({name for entry in ledger.entries for name in entry.modulo}):
        fact = fact_as_json(name)
        facts.add_row(name, fact["statement"], fact["source"])
    out.print(facts)
    counted = Counter(entry.verdict for entry in ledger.entries)
    for entry in ledger.entries:
        if entry.countermodel:
            out.print(refutation_line(entry))
        if entry.verdict != entry.expected:
            err.print(f"{entry.slug}: {entry.verdict}, expected {entry.expected}: {entry.reason}")
            show_failure(out, entry)
    versions = ", ".join(f"{name} {version}" for name, version in solver_versions().items())
    verdicts = ", ".join(f"{n} {verdict}" for verdict, n in counted.items())
    asked = len({d for case in ledger.cases.values() for d in case.obligations()})
    out.print(f"{len(ledger.entries)} claims: {verdicts}. {asked} questions to {versions}.")
    err.print(f"{seconds:.1f} s")


def show_failure(out: Console, entry: Entry) -> None:
    """Which step of the proof fails, what was asked, and numbers at which the answer is no."""
    for line in lines_of(entry.failure or {}):
        out.print(line, markup=False, soft_wrap=True)


def refutation_line(entry: Entry) -> str:
    numbers = ", ".join(f"{name} = {value}" for name, value in (entry.countermodel or {}).items())
    repair = f"; {entry.corrected_by} is the repair" if entry.corrected_by else ""
    return f"{entry.slug} is refuted by {numbers}{repair}."


# -- recheck ---------------------------------------------------------------------------------------


def show_recheck(out: Console, err: Console, found: Recheck, partial: bool) -> None:
    """The verdict on every claim of the ledger, or that it is missing, and what was rejected."""
    table = plain_table("claim", "verdict")
    verdicts = {slug: "rejected" for slug in found.rejected if slug in STATEMENTS}
    verdicts |= dict.fromkeys(found.missing, "missing") | dict(found.verdicts)
    for slug in STATEMENTS:
        table.add_row(slug, Text(verdicts[slug], style=COLOURS.get(verdicts[slug], "")))
    out.print(table)
    for name, reason in found.rejected.items():
        err.print(f"rejected: {name}: {reason}")
    if found.missing and not partial:
        err.print(f"missing: {len(found.missing)} claims; --partial accepts an export of some")
    counted = ", ".join(f"{n} {verdict}" for verdict, n in Counter(verdicts.values()).items())
    asked = ", ".join(f"{name} {n}" for name, n in found.unsat.items())
    out.print(f"{len(verdicts)} claims: {counted}. Questions answered unsat: {asked}.")


# -- explain ---------------------------------------------------------------------------------------


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
        table.add_row(f"where {letter(str(name))}", meaning_of(statement, n), n.meaning)
    out.print(table)


def show_verdict(out: Console, entry: Entry, needed: Mapping[str, str]) -> None:
    """``needed`` says of each hypothesis whether the claim can do without it."""
    answers = ", ".join(f"{name} {answer}" for name, answer in entry.checkers.items())
    out.print(f"\n{entry.verdict}: {entry.obligations} questions, {answers}")
    show_failure(out, entry)
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
    listed = {formula: name for name, formula in statement.formal_hypotheses.items()}
    for number, step in enumerate(proof.steps(), start=1):
        numbers[id(step)] = number
        used = ", ".join(str(numbers[id(p)]) for p in step.premises)
        by = f"{said(step, listed)} {used}".rstrip()
        line = f"{number:4}  {pretty(step.conclusion, names)}   [{by}]"
        out.print(line, markup=False, soft_wrap=True)


def said(step: Proof, listed: Mapping[Term, str]) -> str:
    """The rule of a step: an axiom and a hypothesis of the claim by name."""
    if step.rule == "axiom":
        return f"axiom {step.args[0].name}"
    if step.rule == "assume":
        name = listed.get(step.conclusion)
        return f"hypothesis {name}" if name else "assumed, and discharged later"
    return step.rule


def _grow(tree: Tree, slug: str) -> None:
    """Add the claims that a proof uses, and those that theirs use."""
    proof = build(select([slug])[0]).proof
    if proof is None:
        return
    for used in claims_used(slug, proof):
        _grow(tree.add(used), used)
