"""An export tampered with at random is refused, whatever the forger seals again.

The judge is the one of ``recheck``, in this process. A forger may write any file and its check sum;
both solvers answer unsat to whatever text they are given, which is more than a forger can hope for.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from theory.kernel.statement import Statement
from theory.kernel.terms import negate
from theory.ledger import recheck
from theory.ledger.export import MANIFEST, PROOFS, replay, write
from theory.ledger.recheck import BadExport, judge
from theory.ledger.run import build
from theory.statements import STATEMENTS

CLAIMS = ("normalisation", "score_mean_zero", "tree_path", "theorem_1a_printed")


@dataclass
class Export:
    """What a forger has in hand: the proofs, the questions by name, the statements of the judge."""

    document: dict[str, Any]
    files: dict[str, str]
    statements: dict[str, Statement]

    def copy(self) -> Export:
        return Export(deepcopy(self.document), dict(self.files), dict(self.statements))

    def accepted(self, folder: Path) -> bool:
        for path in folder.iterdir():
            path.unlink()
        files = {**self.files, PROOFS: json.dumps(self.document)}
        for name, text in files.items():
            (folder / name).write_text(text)
        sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
        (folder / MANIFEST).write_text(json.dumps(sums))
        unsat = dict.fromkeys(self.files, "unsat")
        try:
            return judge(folder, {"z3": unsat, "cvc5": unsat}, self.statements).accepted()
        except BadExport:
            return False

    def meaning(self) -> Any:
        """Every sequent of every claim with its rule, what is proved of each hypothesis, the
        questions and the statement. A row of a model that no formula asks about says nothing."""
        try:
            cases = replay(self.document, self.statements)
        except Exception:  # refused, in whatever way
            return None
        said = {}
        for slug, case in cases.items():
            steps = Counter((s.rule, s.sequent) for root in case.proofs() for s in root.steps())
            ends = {name: q.sequent for name, q in case.instance.hypotheses.items()}
            said[slug] = case.statement, steps, ends
        return said, self.files


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Export:
    folder = tmp_path_factory.mktemp("exports") / "original"
    write({slug: build(STATEMENTS[slug]) for slug in CLAIMS}, folder)
    files = {path.name: path.read_text() for path in folder.glob("*.smt2")}
    statements = {slug: STATEMENTS[slug] for slug in CLAIMS}
    return Export(json.loads((folder / PROOFS).read_text()), files, statements)


# -- what a forger does ----------------------------------------------------------------------------

Change = Callable[[Export, Random], None]


def some_step(export: Export, rng: Random) -> dict[str, Any]:
    step: dict[str, Any] = rng.choice(export.document["steps"])
    return step


def some_claim(export: Export, rng: Random) -> dict[str, Any]:
    claim: dict[str, Any] = export.document["claims"][rng.choice(CLAIMS)]
    return claim


def some_number(export: Export, rng: Random) -> int:
    return rng.randrange(len(export.document["steps"]))


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every spot in a JSON value that holds a text, a number or nothing."""
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
        return [place for key in keys for place in (places(value[key]) or [(value, key)])]
    return []


def edit(text: str, rng: Random) -> str:
    """Another constant, relation, operator, sort or name."""
    parts = re.split(r"([\s():,@]+)", text)
    spots = [n for n, part in enumerate(parts) if part and n % 2 == 0]
    if not spots:
        return text + "0"
    spot = rng.choice(spots)
    other = {"le": "lt", "lt": "le", "eq": "le", "add": "mul", "mul": "add", "and": "or",
             "exp": "log", "Real": "Nat", "sum": "forall", "neg": "abs", "0": "1"}  # fmt: skip
    parts[spot] = other.get(parts[spot], rng.choice(("2", "-1", f"{parts[spot]}x", "x:Real")))
    return "".join(parts)


def edit_somewhere(value: Any, rng: Random) -> None:
    holder, key = rng.choice(places(value))
    old = holder[key]
    if isinstance(old, str):
        holder[key] = edit(old, rng)
    elif type(old) is int:
        holder[key] = old + rng.choice((-1, 1))
    else:
        holder[key] = 0


def edit_step(export: Export, rng: Random) -> None:
    edit_somewhere(some_step(export, rng), rng)


def edit_claim(export: Export, rng: Random) -> None:
    edit_somewhere(some_claim(export, rng), rng)


def delete_somewhere(export: Export, rng: Random) -> None:
    within = rng.choice((some_step(export, rng), some_claim(export, rng), export.document))
    holder, key = rng.choice(places(within))
    del holder[key]


def delete_a_step(export: Export, rng: Random) -> None:
    del export.document["steps"][some_number(export, rng)]


def delete_a_claim(export: Export, rng: Random) -> None:
    del export.document["claims"][rng.choice(CLAIMS)]


def drop_a_premise(export: Export, rng: Random) -> None:
    step = rng.choice([s for s in export.document["steps"] if s["premises"]])
    step["premises"].pop(rng.randrange(len(step["premises"])))


def another_premise(export: Export, rng: Random) -> None:
    step = rng.choice([s for s in export.document["steps"] if s["premises"]])
    step["premises"][rng.randrange(len(step["premises"]))] = some_number(export, rng)


def swap_premises(export: Export, rng: Random) -> None:
    rng.shuffle(
        rng.choice([s for s in export.document["steps"] if len(s["premises"]) > 1])["premises"]
    )


def swap_steps(export: Export, rng: Random) -> None:
    steps, a, b = export.document["steps"], some_number(export, rng), some_number(export, rng)
    steps[a], steps[b] = steps[b], steps[a]


def swap_claims(export: Export, rng: Random) -> None:
    a, b = rng.sample(CLAIMS, 2)
    claims = export.document["claims"]
    claims[a], claims[b] = claims[b], claims[a]


def swap_within_a_claim(export: Export, rng: Random) -> None:
    """A proof of one thing for that of another, inside the claim or from anywhere."""
    claim = some_claim(export, rng)
    rows = [
        (claim, "proof"),
        (claim, "negation"),
        *((claim["hypotheses"], h) for h in claim["hypotheses"]),
    ]
    holder, key = rng.choice(rows)
    other, name = rng.choice(rows)
    holder[key] = rng.choice((other[name], some_number(export, rng), None))


def rename_a_rule(export: Export, rng: Random) -> None:
    rules = sorted({step["rule"] for step in export.document["steps"]})
    some_step(export, rng)["rule"] = rng.choice((*rules, "trust"))


def rename_a_hypothesis(export: Export, rng: Random) -> None:
    hypotheses = some_claim(export, rng)["hypotheses"]
    old = rng.choice(list(hypotheses))
    hypotheses[rng.choice(("claim", "negation", f"{old}_"))] = hypotheses.pop(old)


def one_hypothesis_more(export: Export, rng: Random) -> None:
    some_claim(export, rng)["hypotheses"][rng.choice(("claim", "more"))] = some_number(export, rng)


def rename_a_claim(export: Export, rng: Random) -> None:
    claims = export.document["claims"]
    claims[rng.choice(("theorem_1b", "magic", rng.choice(CLAIMS)))] = claims.pop(rng.choice(CLAIMS))


def another_model(export: Export, rng: Random) -> None:
    some_claim(export, rng)["model"] = deepcopy(some_claim(export, rng)["model"])


def a_parameter(export: Export, rng: Random) -> None:
    model = some_claim(export, rng)["model"]
    model["parameters"].append(rng.choice(("eta:Real", "x:Real", "K:Nat")))


def edit_a_question(export: Export, rng: Random) -> None:
    name = rng.choice(sorted(export.files))
    lines = export.files[name].splitlines()
    spot = rng.randrange(len(lines))
    lines[spot] = rng.choice(("(assert false)", edit(lines[spot], rng), f"{lines[spot]} ", ""))
    export.files[name] = "\n".join([*lines, ""])


def swap_questions(export: Export, rng: Random) -> None:
    a, b = rng.sample(sorted(export.files), 2)
    export.files[a], export.files[b] = export.files[b], export.files[a]


def reuse_a_digest(export: Export, rng: Random) -> None:
    """An easy question under the name of another."""
    a, b = rng.sample(sorted(export.files), 2)
    export.files[a] = rng.choice((export.files[b], "(assert false)\n(check-sat)\n"))


def delete_a_question(export: Export, rng: Random) -> None:
    export.files.pop(rng.choice(sorted(export.files)))


def one_question_more(export: Export, rng: Random) -> None:
    text = edit(export.files[rng.choice(sorted(export.files))], rng)
    export.files[f"{hashlib.sha256(text.encode()).hexdigest()}.smt2"] = text


def change_a_statement(export: Export, rng: Random) -> None:
    """The judge reads another statement than the one that was proved."""
    slug = rng.choice(CLAIMS)
    statement = export.statements[slug]
    changes: list[dict[str, Any]] = [
        {"hypotheses": statement.hypotheses[1:]},
        {"hypotheses": (replace(statement.hypotheses[0], name="other"), *statement.hypotheses[1:])},
        {"conclusion": negate(statement.conclusion)},
        {"expected": "refuted" if statement.expected == "proved" else "proved"},
    ]
    h = rng.choice(statement.hypotheses)
    denied = (replace(q, formula=negate(q.formula)) if q is h else q for q in statement.hypotheses)
    changes.append({"hypotheses": tuple(denied)})
    export.statements[slug] = replace(statement, **rng.choice(changes))


CHANGES: tuple[Change, ...] = (
    *(edit_step,) * 8, *(edit_claim,) * 6, *(delete_somewhere,) * 3, delete_a_step, delete_a_claim,
    drop_a_premise, another_premise, swap_premises, swap_steps, swap_claims, rename_a_rule,
    *(swap_within_a_claim,) * 3, rename_a_hypothesis, one_hypothesis_more, rename_a_claim,
    another_model, a_parameter, edit_a_question, swap_questions, reuse_a_digest,
    delete_a_question, one_question_more, *(change_a_statement,) * 3,
)  # fmt: skip


def tampered(
    original: Export, seed: int, wanted: int, folder: Path
) -> tuple[Counter[str], list[str]]:
    """How often each change was refused, and the changes that were accepted and change what the
    export says. A change that leaves everything as it was, is not counted."""
    rng, refused, accepted = Random(seed), Counter[str](), []
    folder.mkdir()
    meaning = original.meaning()
    while sum(refused.values()) + len(accepted) < wanted:
        export, change = original.copy(), rng.choice(CHANGES)
        change(export, rng)
        if export == original:
            continue
        if not export.accepted(folder):
            refused[change.__name__] += 1
        elif export.meaning() != meaning:
            accepted.append(change.__name__)
    return refused, accepted


def test_an_export_tampered_with_is_refused(original: Export, tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    assert original.accepted(tmp_path / "whole") and original.meaning() is not None
    refused, accepted = tampered(original, 0, 20, tmp_path / "tampered")
    assert accepted == [] and len(refused) > 8


@pytest.mark.slow
def test_of_five_hundred_tamperings_none_is_accepted(original: Export, tmp_path: Path) -> None:
    refused, accepted = tampered(original, 1, 500, tmp_path / "tampered")
    assert accepted == []
    assert refused.keys() == {change.__name__ for change in CHANGES}


def no_look_at_the_files(case: Any, texts: Mapping[str, bytes], answers: Any) -> Any:
    """A judge that believes the names of the files."""
    wanted = {f"{d}.smt2": o.text.encode() for d, o in case.obligations().items()}
    return DECISIONS(case, {**texts, **wanted}, answers)


DECISIONS = recheck._decisions


def test_a_judge_that_believes_the_names_of_files_is_fooled(
    original: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recheck, "_decisions", no_look_at_the_files)
    (tmp_path / "easy").mkdir()
    easy = original.copy()
    reuse_a_digest(easy, Random(0))
    assert easy.accepted(tmp_path / "easy") and easy.meaning() != original.meaning()
