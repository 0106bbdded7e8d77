"""From cases to a folder of Rocq files that ``make`` compiles.

A lemma is written once, in the file of the first claim that uses it: SLUG.v for the claim,
SLUG_instance.v for its witness or its countermodel. Arithmetic comes first, in files that do not
need each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from theory.kernel.verdict import Case
from theory.rocq.arithmetic import Arithmetic
from theory.rocq.claims import Claim
from theory.rocq.rules import Translator
from theory.statements import STATEMENTS

ROOM = Path(__file__).parent
SCRIPTS = ROOM / "scripts.json"
BY_HAND = ("SharpStepByHand", "Statements")
AT_ONCE = 60  # arithmetic lemmas in one file


@dataclass(frozen=True, slots=True)
class Development:
    """Files by name; what each needs; the theorems, as FILE.NAME; claims that are left out because
    a proof script is missing (``python -m theory.rocq.search`` looks for it)."""

    files: dict[str, str]
    needs: dict[str, list[str]]
    theorems: list[str]
    left_out: dict[str, str]

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / f"{name}.v").write_text(text)
        rules = [f"{name}.vo: {' '.join(f'{n}.vo' for n in ns)}" for name, ns in self.needs.items()]
        goal = "all: " + " ".join(f"{name}.vo" for name in self.files)
        (folder / "Makefile").write_text("\n".join([goal, "%.vo: %.v", "\tcoqc -q $<", *rules, ""]))


def development(cases: Mapping[str, Case], scripts: Mapping[str, str]) -> Development:
    """All theorems of the cases whose arithmetic has scripts."""
    translator = Translator()
    name_the_notation(translator)
    claims, left_out = [], {}
    for slug, case in cases.items():
        claim = Claim(case, translator)
        uses = [name for t in (*claim.main, *claim.instance) for name in t.uses]
        missing = questions_of(below(uses, translator), translator).keys() - scripts.keys()
        if missing:
            left_out[slug] = f"{len(missing)} arithmetic lemmas have no script, as {min(missing)}"
        else:
            claims.append(claim)
    groups = {c.slug: c.main for c in claims} | {f"{c.slug}_instance": c.instance for c in claims}
    files = {"GradGap": (ROOM / "GradGap.v").read_text()}
    needs: dict[str, list[str]] = {"GradGap": []}

    lemmas = {
        group: below([n for t in ts for n in t.uses], translator) for group, ts in groups.items()
    }
    home: dict[str, str] = {}
    for group, names in lemmas.items():
        for name in names:
            home.setdefault(name, group)

    questions = questions_of(home, translator)
    for n, start in enumerate(range(0, len(questions), AT_ONCE), start=1):
        names = sorted(questions)[start : start + AT_ONCE]
        home |= dict.fromkeys(names, f"Arithmetic_{n}")
        files[f"Arithmetic_{n}"] = arithmetic_file([questions[name] for name in names], scripts)
        needs[f"Arithmetic_{n}"] = ["GradGap"]

    for group, theorems in groups.items():
        own = [translator.lemmas[name] for name in lemmas[group] if home[name] == group]
        used = {home[n] for lemma in own for n in lemma.uses}
        used |= {home[q.name] for lemma in own for q in lemma.arithmetic}
        used |= {home[n] for theorem in theorems for n in theorem.uses}
        needs[group] = ["GradGap", *sorted(used - {group})]
        body = [*(lemma.text for lemma in own), *(t.before + t.text for t in theorems)]
        if theorems:
            files[group] = header(needs[group]) + "\n".join(body)
    proved = [f"{group}.{t.name}" for group, theorems in groups.items() for t in theorems]

    for name in BY_HAND:
        text = (ROOM / f"{name}.v").read_text()
        required = re.findall(r"^Require(?: Import)?\s([\w\s]+)\.", text, flags=re.MULTILINE)
        needs[name] = " ".join(required).split()
        if files.keys() >= set(needs[name]):
            files[name] = text
            proved += [f"{name}.{t}" for t in re.findall(r"^Theorem (\w+)", text, re.MULTILINE)]
    return Development(files, {name: needs[name] for name in files}, proved, left_out)


def questions_of(names: Iterable[str], translator: Translator) -> dict[str, Arithmetic]:
    return {q.name: q for name in names for q in translator.lemmas[name].arithmetic}


def arithmetic_of(cases: Iterable[Case]) -> dict[str, Arithmetic]:
    """The arithmetic lemmas that the theorems of any choice of these cases need, by name. (Two
    claims may prove the same step from different premises; the first of a choice is written.)"""
    found: dict[str, Arithmetic] = {}
    for case in cases:
        translator = Translator()
        claim = Claim(case, translator)
        uses = [name for t in (*claim.main, *claim.instance) for name in t.uses]
        found |= questions_of(below(uses, translator), translator)
    return found


def name_the_notation(translator: Translator) -> None:
    """Identifiers of all statements first, so that a theorem reads the same in every selection."""
    for statement in STATEMENTS.values():
        for formula in (*statement.formal_hypotheses.values(), statement.formal_conclusion):
            translator.writer.formula(formula)


def below(names: Iterable[str], translator: Translator) -> list[str]:
    """Lemmas that these need, premises first."""
    found: dict[str, None] = {}
    stack = [(name, False) for name in reversed(list(names))]
    while stack:
        name, ready = stack.pop()
        if ready:
            found.setdefault(name)
        elif name not in found:
            stack.append((name, True))
            stack += [(n, False) for n in sorted(translator.lemmas[name].uses, reverse=True)]
    return list(found)


def arithmetic_file(questions: Iterable[Arithmetic], scripts: Mapping[str, str]) -> str:
    lemmas = (
        f"Lemma {q.name} : {q.statement}.\nProof. {scripts[q.name]} Qed.\n" for q in questions
    )
    return header(["GradGap"]) + "\n".join(lemmas)


def header(needs: Iterable[str]) -> str:
    return (
        "From Coq Require Import Reals Lra Psatz Classical List.\nImport ListNotations.\n"
        f"Require Import {' '.join(needs)}.\nOpen Scope R_scope.\n\n"
    )


def scripts() -> dict[str, str]:
    """Proof scripts of arithmetic lemmas, by name: a name is a hash of the statement."""
    document = json.loads(SCRIPTS.read_text())
    plain = {name: f"intros; {by}." for by in ("lra", "nra") for name in document[by]}
    return plain | document["scripts"]
