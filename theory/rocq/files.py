"""From cases to a folder of Rocq files that ``make`` compiles.

A claim is a module named by its slug. Lemmas that two claims use come before, and arithmetic before
these. Rocq takes a second to load its reals, so a file holds many claims; they do not need each
other.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
AT_ONCE = 250  # arithmetic lemmas in one file
LETTERS = 500_000  # of claims in one file, at most, but for one claim that is longer


class UnsafeFile(ValueError):
    """A file could admit what is not proved, or change what is said."""


@dataclass(frozen=True, slots=True)
class Development:
    """Files by name; what each needs; the theorems, as SLUG.NAME, or FILE.NAME of those written by
    hand; what is left out because a proof script is missing (``python -m theory.rocq.search`` looks
    for it): claims, and files by hand that need one of these."""

    files: dict[str, str]
    needs: dict[str, list[str]]
    theorems: list[str]
    left_out: dict[str, str]

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / f"{name}.v").write_text(text)


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
    files = {"GradGap": (ROOM / "GradGap.v").read_text()}
    needs: dict[str, list[str]] = {"GradGap": []}
    below_claim = {
        c.slug: below([n for t in (*c.main, *c.instance) for n in t.uses], translator)
        for c in claims
    }
    users = Counter(name for names in below_claim.values() for name in names)
    home = {name: "" for names in below_claim.values() for name in names}
    shared = [name for name in home if users[name] > 1]

    questions = questions_of(home, translator)
    for n, start in enumerate(range(0, len(questions), AT_ONCE), start=1):
        names = [*questions][start : start + AT_ONCE]
        home |= dict.fromkeys(names, f"Arithmetic_{n}")
        files[f"Arithmetic_{n}"] = arithmetic_file([questions[name] for name in names], scripts)
        needs[f"Arithmetic_{n}"] = ["GradGap"]

    parts = [Part("Shared", (), [name], translator.lemmas[name].text) for name in shared]
    for c in claims:
        own = [name for name in below_claim[c.slug] if users[name] == 1]
        theorems = [*c.main, *c.instance]
        body = [translator.lemmas[name].text for name in own]
        body += [t.before + t.text for t in theorems]
        text = f"Module {c.slug}.\n" + "\n".join(body) + f"\nEnd {c.slug}. Export {c.slug}.\n"
        parts.append(Part("Claims", [n for t in theorems for n in t.uses], [*own, c.slug], text))
    for file, together in bundles(parts).items():
        home |= dict.fromkeys((name for part in together for name in part.names), file)
        lemmas = [translator.lemmas[n] for p in together for n in p.names if n in users]
        used = {n for lemma in lemmas for n in (*lemma.uses, *(q.name for q in lemma.arithmetic))}
        used |= {n for part in together for n in part.uses}
        needs[file] = ["GradGap", *sorted({home[n] for n in used} - {file})]
        files[file] = header(needs[file]) + "\n".join(part.text for part in together)
    proved = [f"{c.slug}.{t.name}" for c in claims for t in (*c.main, *c.instance)]

    for name in BY_HAND:
        text = (ROOM / f"{name}.v").read_text()
        required = re.compile(r"^Require (?!Import)([\w\s]+)\.", flags=re.MULTILINE)
        required_slugs = {slug for found in required.findall(text) for slug in found.split()}
        slugs = required_slugs or {"sharp_step"}  # the proof by hand goes with its claim
        if slugs <= cases.keys() and (missing_claims := sorted(slugs & left_out.keys())):
            left_out[name] = f"it needs {missing_claims[0]}"
        elif slugs <= cases.keys():
            needs[name] = ["GradGap", *sorted({home[slug] for slug in required_slugs})]
            files[name] = required.sub(f"Require Import {' '.join(needs[name])}.", text)
            proved += [f"{name}.{t}" for t in re.findall(r"^Theorem (\w+)", text, re.MULTILINE)]
    return Development(files, {name: needs[name] for name in files}, proved, left_out)


@dataclass(frozen=True, slots=True)
class Part:
    """Of a file of this kind: text, the lemmas in it (and the slug, of a claim), and what its
    theorems use."""

    kind: str
    uses: Sequence[str]
    names: list[str]
    text: str


def bundles(parts: Iterable[Part]) -> dict[str, list[Part]]:
    """Files KIND_1, KIND_2, ... of at most ``LETTERS``."""
    files: dict[str, list[Part]] = {}
    numbers: Counter[str] = Counter()
    length, file = 0, ""
    for part in parts:
        if not file.startswith(part.kind) or length + len(part.text) > LETTERS:
            numbers[part.kind] += 1
            file, length = f"{part.kind}_{numbers[part.kind]}", 0
        files.setdefault(file, []).append(part)
        length += len(part.text)
    return files


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
    """Raises UnsafeFile for a script that is more than a proof."""
    text = header(["GradGap"])
    for q in questions:
        if command := command_in(scripts[q.name]):
            raise UnsafeFile(f"the script of {q.name} has more than tactics: {command}")
        text += f"Lemma {q.name} : {q.statement}.\nProof. {scripts[q.name]} Qed.\n\n"
    return text.removesuffix("\n")


def command_in(script: str) -> str:
    """A sentence that is no tactic: those begin with a small letter, commands with a capital."""
    tactic = re.compile(r"[{}\s]*(\d+: )?[{\s]*([a-z][^\"]*)?", re.DOTALL)
    sentences = re.split(r"\.(?:\s+|$)", script)
    return next((s for s in sentences if not tactic.fullmatch(s)), "")


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
