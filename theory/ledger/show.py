"""What ``gradgap verify`` and ``gradgap explain`` print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rich.console import Console
from rich.padding import Padding
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
from theory.ledger.trusted import summary
from theory.pretty import letter, meaning_of, names_of, pretty
from theory.rocq.record import recorded
from theory.statements import STATEMENTS
from theory.statements._joint import Joint
from theory.terminal import Cell, print_table

COLOURS = {"proved": "green", "refuted": "magenta", "witnessed": "cyan", "undecided": "red"}


# -- verify ----------------------------------------------------------------------------------------


def show_ledger(out: Console, err: Console, ledger: Ledger, seconds: float) -> None:
    """One line a claim, the facts that all of it rests on, and how many of each verdict."""
    rows: list[tuple[Cell, ...]] = []
    rocq = recorded(ledger.cases)
    for entry in ledger.entries:
        verdict = Text(entry.verdict, style=COLOURS.get(entry.verdict, ""))
        answers = [entry.checkers.get(name, "-") for name in ("z3", "cvc5")]
        answers.append(rocq.get(entry.slug, "not checked"))
        rows.append((entry.slug, verdict, str(entry.obligations), *answers, entry.paper_ref))
    print_table(out, ("claim", "verdict", "asked", "z3", "cvc5", "Rocq", "in the paper"), rows)
    out.print()
    facts = [fact_as_json(n) for n in sorted({n for entry in ledger.entries for n in entry.modulo})]
    cells = [(fact["name"], fact["statement"], fact["source"]) for fact in facts]
    print_table(out, ("rests on", "which says", "source"), cells)
    out.print()
    counted = Counter(entry.verdict for entry in ledger.entries)
    for entry in ledger.entries:
        if entry.countermodel:
            out.print(refutation_line(entry))
        if entry.verdict != entry.expected:
            err.print(f"{entry.slug}: {entry.verdict}, expected {entry.expected}: {entry.reason}")
            show_failure(out, entry)
    for joint, found in ledger.theorems():
        out.print(f"{joint.slug}: {found}, in {', '.join(joint.slugs)}. {joint.title}.")
    versions = ", ".join(f"{name} {version}" for name, version in solver_versions().items())
    verdicts = ", ".join(f"{n} {verdict}" for verdict, n in counted.items())
    asked = len({d for case in ledger.cases.values() for d in case.obligations()})
    out.print(summary())
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
    verdicts = {slug: "rejected" for slug in found.rejected if slug in STATEMENTS}
    verdicts |= dict.fromkeys(found.missing, "missing") | dict(found.verdicts)
    coloured = {slug: Text(v, style=COLOURS.get(v, "")) for slug, v in verdicts.items()}
    print_table(out, ("claim", "verdict"), [(slug, coloured[slug]) for slug in STATEMENTS])
    for name, reason in found.rejected.items():
        err.print(f"rejected: {name}: {reason}")
    if found.missing and not partial:
        err.print(f"missing: {len(found.missing)} claims; --partial accepts an export of some")
    counted = ", ".join(f"{n} {verdict}" for verdict, n in Counter(verdicts.values()).items())
    asked = ", ".join(f"{name} {n}" for name, n in found.unsat.items())
    out.print(f"{len(verdicts)} claims: {counted}. Questions answered unsat: {asked}.")


# -- explain ---------------------------------------------------------------------------------------


def show_statement(out: Console, statement: Statement) -> None:
    """Title, then every hypothesis, the conclusion and the notation, with what they mean below."""
    out.print(f"{statement.title}  [{statement.slug}; {statement.paper_ref}]")
    if statement.printed:
        out.print(f"printed: {statement.printed}")
    for role, name, formula, meaning in parts(statement):
        out.print(Text(f"{role} {name}".strip(), style="bold"))
        out.print(Padding(Text(formula, overflow="fold"), (0, 0, 0, 4), expand=False))
        if meaning:
            out.print(
                Padding(Text(meaning, style="dim", overflow="fold"), (0, 0, 0, 6), expand=False)
            )


def show_joint(out: Console, joint: Joint, ledger: Ledger) -> None:
    """The parts of a theorem one after the other, each with its statement and verdict."""
    out.print(f"{joint.title}  [{joint.slug}; {joint.paper_ref}]\n")
    entries = {entry.slug: entry for entry in ledger.entries}
    for part in joint.parts:
        out.print(Text(part.says, style="bold"))
        show_statement(out, STATEMENTS[part.slug])
        show_verdict(out, entries[part.slug], {})
        out.print()
    for theorem, verdict in ledger.theorems():
        if theorem is joint:
            out.print(f"{joint.slug}: {verdict}. {joint.remark}")


def parts(statement: Statement) -> list[tuple[str, str, str, str]]:
    """Role (given, for all, then, where), name, formula and meaning of all that a claim says."""
    names = names_of(statement)
    given = [("given", h.name, pretty(h.formula, names), h.meaning) for h in statement.hypotheses]
    where = []
    if statement.kind == "exists":
        free = ", ".join(map(pretty, statement.parameters))
        given.append(("for all", "", free, "of these there are functions and index sets with this"))
    for n in statement.notation:
        name = n.symbol.data if isinstance(n.symbol, Term) else n.symbol.name
        where.append(("where", letter(str(name)), meaning_of(statement, n), n.meaning))
    return [*given, ("then", "", pretty(statement.conclusion, names), statement.remark), *where]


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
