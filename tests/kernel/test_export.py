"""What ``verify --export`` writes is accepted by ``recheck``; tampered with, it is not."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gradgap import BadInput, app
from theory.kernel import proof as p
from theory.kernel.sequent import Sequent
from theory.kernel.terms import lift
from theory.kernel.verdict import Case, check_case
from theory.ledger.export import MANIFEST, PROOFS, replay, write
from theory.ledger.recheck import BadExport, ask_solver, judge, read_manifest, recheck
from theory.ledger.run import build
from theory.statements import STATEMENTS

PROVED, REFUTED = "normalisation", "theorem_1a_printed"
TRIVIAL = "(set-logic QF_NRA)\n(assert false)\n(check-sat)\n"
FALSE = lift(0) < 0
BOTH = {PROVED: "proved", REFUTED: "refuted"}


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    return {slug: build(STATEMENTS[slug]) for slug in (PROVED, REFUTED)}


@pytest.fixture(scope="module")
def original(cases: dict[str, Case], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    assert write(cases, folder) == len(list(folder.glob("*.smt2"))) > 10
    return folder


@pytest.fixture
def export(original: Path, tmp_path: Path) -> Iterator[Path]:
    yield Path(shutil.copytree(original, tmp_path / "copy"))


def reseal(folder: Path) -> None:
    """Recompute all check sums, as a forger would."""
    files = [path for path in folder.iterdir() if path.name != MANIFEST]
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    (folder / MANIFEST).write_text(json.dumps(sums))


def change_proofs(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads((folder / PROOFS).read_text())
    change(document)
    (folder / PROOFS).write_text(json.dumps(document))
    reseal(folder)


def obligations(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.smt2"))


def judged(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The verdicts and what is rejected, as if both solvers answered unsat to every file."""
    unsat = {path.name: "unsat" for path in obligations(folder)}
    found = judge(folder, {"z3": unsat, "cvc5": unsat})
    assert found.accepted(partial=True) == (bool(found.verdicts) and not found.rejected)
    return dict(found.verdicts), dict(found.rejected)


@pytest.mark.slow
def test_an_unchanged_export_is_accepted_by_three_processes(export: Path) -> None:
    count, found = len(obligations(export)), recheck(export)
    assert found.verdicts == BOTH and not found.rejected
    assert found.unsat == {"z3": count, "cvc5": count}
    assert found.accepted(partial=True) and not found.accepted()
    assert found.missing == [slug for slug in STATEMENTS if slug not in BOTH]


def test_a_claim_that_one_solver_does_not_confirm_is_undecided(export: Path) -> None:
    unsat = {path.name: "unsat" for path in obligations(export)}
    for other in ({**unsat, obligations(export)[0].name: "unknown"}, {}):
        found = judge(export, {"z3": unsat, "cvc5": other})
        assert "undecided" in found.verdicts.values() and not found.accepted(partial=True)
    assert set(judge(export, {"z3": unsat}).verdicts.values()) == {"undecided"}


def test_a_replay_makes_the_same_proofs(cases: dict[str, Case], export: Path) -> None:
    again = replay(json.loads((export / PROOFS).read_text()))
    assert again.keys() == cases.keys()
    for slug, case in cases.items():
        old, new = case.proofs(), again[slug].proofs()
        assert [(q.sequent, q.modulo) for q in old] == [(q.sequent, q.modulo) for q in new]
        assert case.obligations() == again[slug].obligations()


def test_a_folder_in_use_is_not_written_to(cases: dict[str, Case], export: Path) -> None:
    with pytest.raises(FileExistsError):
        write(cases, export)


# -- files that do not fit the manifest --------------------------------------------------------


def append_to_an_obligation(folder: Path) -> None:
    path = obligations(folder)[0]
    path.write_text(path.read_text() + "\n")


def add_a_folder(folder: Path) -> None:
    (folder / "theory").mkdir()
    sums = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**sums, "theory": ""}))


BROKEN: dict[str, Callable[[Path], object]] = {
    "an obligation changed": append_to_an_obligation,
    "an obligation missing": lambda folder: obligations(folder)[0].unlink(),
    "an extra file": lambda folder: (folder / "extra.smt2").write_text(TRIVIAL),
    "proofs changed": lambda folder: (folder / PROOFS).write_text('{"steps": [], "claims": {}}'),
    "proofs missing": lambda folder: (folder / PROOFS).unlink(),
    "no manifest": lambda folder: (folder / MANIFEST).unlink(),
    "an unreadable manifest": lambda folder: (folder / MANIFEST).write_text("{"),
    "a manifest of another kind": lambda folder: (folder / MANIFEST).write_text("[1, 2]"),
    "an empty manifest": lambda folder: (folder / MANIFEST).write_text("{}"),
    "a folder listed as a file": add_a_folder,
    "proofs missing and resealed": lambda folder: ((folder / PROOFS).unlink(), reseal(folder)),
    "nothing there": shutil.rmtree,
}


@pytest.mark.parametrize("name", BROKEN)
def test_files_that_do_not_fit_the_manifest_are_noticed(name: str, export: Path) -> None:
    read_manifest(export)
    BROKEN[name](export)
    with pytest.raises(BadExport):
        read_manifest(export)
    with pytest.raises(BadExport):
        recheck(export)
    result = CliRunner().invoke(app, ["recheck", str(export)])
    assert isinstance(result.exception, BadInput)


# -- forgeries with a fitting manifest -----------------------------------------------------------


def last_conclude(document: dict[str, Any]) -> dict[str, Any]:
    number = document["claims"][PROVED]["proof"]
    step: dict[str, Any] = document["steps"][number]
    assert step["rule"] == "conclude"
    return step


def other_conclusion(document: dict[str, Any]) -> None:
    last_conclude(document)["args"] = [{"term": "(le 0 1)"}]


def other_coefficient(document: dict[str, Any]) -> None:
    step = next(s for s in document["steps"] if s["rule"] == "sum_linear")
    step["args"][1]["list"][0]["term"] = "2"


def relabel(document: dict[str, Any]) -> None:
    document["claims"]["jensen_exp"] = document["claims"].pop(PROVED)


def exchange(document: dict[str, Any]) -> None:
    claims = document["claims"]
    claims[PROVED], claims[REFUTED] = claims[REFUTED], claims[PROVED]


def drop(slug: str, root: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["claims"][slug].update({root: None})


def weaken(document: dict[str, Any]) -> None:
    """The claim from one more hypothesis: itself."""
    conclusion = last_conclude(document)["args"][0]
    document["steps"].append({"rule": "assume", "premises": [], "args": [conclusion]})
    number = len(document["steps"])
    document["steps"].append({"rule": "conclude", "premises": [number - 1], "args": [conclusion]})
    document["claims"][PROVED]["proof"] = number


def unknown_axiom(document: dict[str, Any]) -> None:
    step = next(s for s in document["steps"] if s["rule"] == "axiom")
    step["args"][0]["axiom"] = "magic"


FORGED: dict[str, Callable[[dict[str, Any]], object]] = {
    "another conclusion": other_conclusion,
    "another argument of a rule": other_coefficient,
    "another rule": lambda document: last_conclude(document).update(rule="solve"),
    "a rule that does not exist": lambda document: last_conclude(document).update(rule="trust"),
    "fewer premises": lambda document: last_conclude(document).update(premises=[]),
    "one more hypothesis": weaken,
    "an axiom that does not exist": unknown_axiom,
    "relabelled as another claim": relabel,
    "two claims exchanged": exchange,
    "a proof taken away": drop(PROVED, "proof"),
    "a hypothesis of the witness taken away": lambda d: d["claims"][PROVED]["hypotheses"].popitem(),
    "a refutation taken away": drop(REFUTED, "negation"),
    "another model": lambda d: d["claims"][REFUTED]["model"].update(values=[]),
    "an empty index set": lambda d: d["claims"][REFUTED]["model"]["domains"].update(Response=[]),
    "no such claim": lambda d: d["claims"].update(magic=d["claims"][PROVED]),
    "no claims": lambda d: d["claims"].clear(),
    "no steps": lambda d: d["steps"].clear(),
    "nothing": lambda d: d.clear(),
}


def test_proofs_that_are_only_sealed_again_are_accepted(export: Path) -> None:
    change_proofs(export, lambda document: None)
    assert judged(export) == (BOTH, {})


@pytest.mark.parametrize("name", FORGED)
def test_forged_proofs_are_rejected_though_the_sums_are_right(name: str, export: Path) -> None:
    change_proofs(export, FORGED[name])
    verdicts, rejected = judged(export)
    assert rejected and len(verdicts) < 2


@pytest.mark.parametrize("every", [False, True], ids=["one", "all"])
def test_an_obligation_made_trivial_is_rejected_though_the_sums_are_right(
    every: bool, export: Path
) -> None:
    for path in obligations(export) if every else obligations(export)[:1]:
        path.write_text(TRIVIAL)
    reseal(export)
    verdicts, rejected = judged(export)
    assert len(verdicts) < 2
    assert "is not the obligation of that name" in " ".join(rejected.values())


def test_a_missing_or_extra_obligation_is_rejected_though_the_sums_are_right(export: Path) -> None:
    (export / "extra.smt2").write_text(TRIVIAL)
    reseal(export)
    assert judged(export) == (BOTH, {"extra.smt2": "no proof asks this"})
    obligations(export)[0].unlink()
    reseal(export)
    assert len(judged(export)[0]) < 2


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_a_false_obligation_is_rejected_by_each_solver(solver: str, export: Path) -> None:
    name = obligations(export)[0].name
    (export / name).write_text(TRIVIAL.replace("false", "true"))
    reseal(export)
    assert {n: a for n, a in ask_solver(solver, export).items() if a != "unsat"} == {name: "sat"}


@pytest.mark.slow
def test_an_empty_export_is_not_clean(tmp_path: Path) -> None:
    assert write({}, tmp_path / "empty") == 0
    assert judged(tmp_path / "empty") == ({}, {})
    result = CliRunner().invoke(app, ["recheck", str(tmp_path / "empty"), "--partial", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["accepted"] is False


@pytest.mark.slow
def test_a_program_left_in_an_export_is_not_run(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when recheck is started in that folder."""
    lie = 'print(\'{"accepted": 999, "rejected": {}}\')\nraise SystemExit\n'
    for name in ("theory.py", "json.py"):
        (export / name).write_text(lie)
    reseal(export)
    monkeypatch.chdir(export)
    found = recheck(Path())
    assert found.verdicts == BOTH
    assert found.rejected == dict.fromkeys(("json.py", "theory.py"), "no proof asks this")


def test_a_proof_object_changed_from_inside_is_caught_from_outside(
    cases: dict[str, Case], tmp_path: Path
) -> None:
    """Python can't stop this in its own process, so trust rests on the replay."""
    case = cases[PROVED]
    made = p.conclude(lift(0) <= 1)
    object.__setattr__(made, "sequent", Sequent(frozenset(), case.statement.formal_conclusion))
    forged = replace(case, proof=made)
    check_case(forged)
    write({PROVED: forged}, tmp_path / "forged")
    verdicts, rejected = judged(tmp_path / "forged")
    assert not verdicts and "the proof ends in" in rejected[PROVED]

    honest = p.conclude(case.statement.formal_conclusion)
    object.__setattr__(honest, "own", ())
    write({PROVED: replace(case, proof=honest)}, tmp_path / "forgetful")
    verdicts, rejected = judged(tmp_path / "forgetful")
    assert not verdicts and "is not the obligation" in rejected[PROVED]
    assert honest.conclusion != FALSE
