"""Rocq accepts the theorems, and nothing that was changed; what is recorded and what is missing."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from hashlib import md5
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.laws.rocq import accepts, needs_rocq
from theory.kernel import proof as p
from theory.kernel.terms import (
    eq,
    var,
)
from theory.ledger.run import build
from theory.rocq import record
from theory.rocq.check import (
    AXIOMS,
    Checked,
    answers,
    assumed,
    check,
    recipes,
    report,
    shared_out,
    unchecked,
    unsafe,
)
from theory.rocq.command import rocq
from theory.rocq.files import (
    ROOM,
    Development,
    UnsafeFile,
    arithmetic_of,
    command_in,
    development,
    scripts,
)
from theory.rocq.rules import Hashes, terms_in
from theory.statements import STATEMENTS

SLUG = "smoothness_remainder"  # short, with derivatives, an implication and an absolute value
FILE = "Claims_1"


# -- nothing is admitted ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["GradGap", "SharpStepByHand", "Statements"])
def test_no_file_written_by_hand_admits_anything(name: str) -> None:
    assert unsafe((ROOM / f"{name}.v").read_text()) == []


def test_no_script_admits_anything() -> None:
    assert unsafe("\n".join(scripts().values())) == []


PLANTED = (
    "Proof. Admitted.",
    "Proof. admit. Defined.",
    "Axiom a : False.",
    "Parameters (a : False).",
    "Conjecture a : 1 = 2.",
    "Variable a : False.",
    "Hypothesis a : False.",
    "Context (a : False).",
    "Unset Guard Checking.",
    "Unset Positivity Checking.",
    "Unset Universe Checking.",
    "#[bypass_check(guard)] Fixpoint f := f.",
    'Declare ML Module "x".',
    'Definition a := "(*". Definition b := "*)".',
    "Admit Obligations.",
    "Load other.",
    "Symbol a : False.",
    "Primitive a := #int63_add.",
)


@pytest.mark.parametrize("text", PLANTED)
def test_each_way_to_admit_is_seen(text: str) -> None:
    assert unsafe(f"Lemma a : True. exact I. Qed.\n{text}\n")
    assert not unsafe(f"(* {text} (* twice *) *)")


@pytest.mark.parametrize(
    "script",
    [
        'exact I. Qed. Notation "x <= y" := True. Lemma a : True. exact I.',
        "assert (H : True). { exact I. } Qed. Definition Sum := 0. Lemma a : True. lra.",
        "lra. Undo. Ltac lra := exact I.",
        "#[export] Set Printing All. lra.",
        'idtac "(*". lra.',
    ],
)
def test_a_script_that_is_more_than_a_proof_is_refused(script: str) -> None:
    known = scripts()
    assert not any(map(command_in, known.values()))
    assert command_in(script)
    case = build(STATEMENTS[SLUG])
    name = next(iter(arithmetic_of([case])))
    with pytest.raises(UnsafeFile, match=name):
        development({SLUG: case}, {**known, name: script})


def test_whatever_print_assumptions_says_beside_the_axioms_is_one() -> None:
    known = (
        "Axioms:\nClassical_Prop.classic : forall P : Prop, P \\/ ~ P\nR.sig_not_dec\n  : True\n"
    )
    assert assumed("Closed under the global context\n") == []
    assert assumed(known) == ["classic", "sig_not_dec"]
    for more in (
        "magic' : False",
        "f is assumed to be guarded.",
        "T relies on an unsafe hierarchy.",
    ):
        assert not {*assumed(known + more)} <= AXIOMS.keys()


def test_a_variable_of_a_section_is_no_axiom_and_one_after_it_is() -> None:
    section = "Section A. Variable x : nat. End A."
    assert not unsafe(section)
    assert unsafe(f"{section} Variable x : nat.")


# -- the record ------------------------------------------------------------------------------------


def test_a_claim_counts_as_checked_only_with_the_proof_that_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "RECORD", tmp_path / "record.json")
    case, other = build(STATEMENTS[SLUG]), build(STATEMENTS["sharp_step"])
    assert record.recorded({SLUG: case}) == {SLUG: "not checked"}
    record.write({SLUG: case}, "8.16.1")
    assert record.recorded({SLUG: case}) == {SLUG: "checked"}
    assert record.recorded({SLUG: other}) == {SLUG: "not checked"}
    document = json.loads(record.RECORD.read_text())
    record.RECORD.write_text(json.dumps({**document, "rocq": "8.20.0"}))
    assert record.recorded({SLUG: case}) == {SLUG: "not checked"}
    record.RECORD.write_text(json.dumps(document))
    monkeypatch.setattr(record, "translator_digest", lambda: "another translator")
    assert record.recorded({SLUG: case}) == {SLUG: "not checked"}


def test_every_rule_of_a_proof_is_in_its_hash() -> None:
    x, y = var("x"), var("y")
    proofs = [p.assume(x <= y), p.assume(y <= x), p.solve(eq(x, x)), p.solve(eq(y, y))]
    proofs += [p.generalise(p.solve(eq(x, x)), x), p.both(*proofs[:2]), p.both(*proofs[1::-1])]
    assert len({Hashes().proof(proof) for proof in proofs}) == len(proofs)


def test_a_new_claim_is_no_fault_and_a_changed_or_lost_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "RECORD", tmp_path / "record.json")
    case, other = build(STATEMENTS[SLUG]), build(STATEMENTS["sharp_step"])
    lost = {SLUG: "a script is missing"}
    assert record.standing({SLUG: case}) == {SLUG: "new"}
    assert record.faults({SLUG: "new"}, lost) == {}
    record.write({SLUG: case}, "8.16.1")
    assert record.standing({SLUG: case}) == {SLUG: "checked"}
    assert record.faults({SLUG: "checked"}, {}) == {}
    assert record.faults({SLUG: "checked"}, lost) == lost
    assert record.standing({SLUG: other}) == {SLUG: "changed"}
    assert record.faults({SLUG: "changed"}, {}).keys() == {SLUG}


def test_what_is_recorded_of_other_claims_is_kept_and_of_no_claim_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "RECORD", tmp_path / "record.json")
    cases = {slug: build(STATEMENTS[slug]) for slug in (SLUG, "sharp_step")}
    record.write({"sharp_step": cases["sharp_step"], "no_claim": cases[SLUG]}, "8.16.1")
    record.write({SLUG: cases[SLUG]}, "8.16.1")
    assert record.on_record()["claims"].keys() == cases.keys()
    record.write({SLUG: cases[SLUG]}, "8.20.0")
    assert record.on_record()["claims"].keys() == {SLUG}


# -- the command -----------------------------------------------------------------------------------


def test_without_coqc_the_command_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = CliRunner().invoke(rocq, [SLUG])
    assert "apt install coq" in str(result.exception)


def test_a_claim_without_a_script_is_left_out_and_named() -> None:
    made = development({SLUG: build(STATEMENTS[SLUG])}, {})
    assert made.left_out.keys() == {SLUG}
    assert FILE not in made.files and not any(SLUG in name for name in made.theorems)


def test_a_file_by_hand_that_needs_such_a_claim_is_named_too() -> None:
    cases = {"sharp_step": build(STATEMENTS["sharp_step"])}
    lost = development(cases, {}).left_out
    assert lost.keys() == {"sharp_step", "SharpStepByHand"}
    assert record.faults({"sharp_step": "new"}, lost).keys() == {"SharpStepByHand"}


@pytest.mark.parametrize(
    ("scripts_left", "on_record", "options", "exit_code", "said"),
    [
        (True, "nothing", [], 0, f"{SLUG} is new"),
        (True, "nothing", ["--recorded"], 0, f"{SLUG} is new"),
        (True, "another hash", [], 0, "1 claims"),
        (True, "another hash", ["--recorded"], 1, f"FAULT: {SLUG}"),
        (True, "this run", ["--recorded"], 0, "1 claims"),
        (False, "nothing", [], 1, f"{SLUG} is NOT CHECKED"),
        (False, "nothing", ["--recorded"], 0, f"{SLUG} is NOT CHECKED"),
        (False, "this run", ["--recorded"], 1, f"FAULT: {SLUG}"),
    ],
)
def test_the_exit_status_is_1_for_what_is_missing_and_by_the_record_for_what_is_lost(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scripts_left: bool,
    on_record: str,
    options: list[str],
    exit_code: int,
    said: str,
) -> None:
    """Rocq itself is not asked here: it accepts what it is given."""
    accepted = Checked("8.16.1", {}, {f"{SLUG}.{SLUG}": "..."}, [], True)
    monkeypatch.setattr("theory.rocq.check.version", lambda: "8.16.1")
    monkeypatch.setattr("theory.rocq.check.check", lambda *_, **__: accepted)
    monkeypatch.setattr(record, "RECORD", tmp_path / "record.json")
    if on_record != "nothing":
        record.write({SLUG: build(STATEMENTS[SLUG])}, "8.16.1")
    if on_record == "another hash":
        text = record.RECORD.read_text()
        record.RECORD.write_text(re.sub(r"[0-9a-f]{64}", "0" * 64, text))
    if not scripts_left:
        monkeypatch.setattr("theory.rocq.files.scripts", dict)
    result = CliRunner().invoke(rocq, [SLUG, *options])
    assert (result.exit_code, said in result.output) == (exit_code, True), result.output


@pytest.mark.slow
def test_what_rocq_refuses_is_not_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{SLUG}.{SLUG}"
    refusals = (
        Checked("8.16.1", {SLUG: "Error"}, {}, [], False),
        Checked("8.16.1", {}, {name: "..."}, [], False),
        Checked("8.16.1", {}, {name: "..."}, ["magic"], True),
    )
    monkeypatch.setattr("theory.rocq.check.version", lambda: "8.16.1")
    monkeypatch.setattr(record, "RECORD", tmp_path / "record.json")
    for refusal in refusals:
        monkeypatch.setattr("theory.rocq.check.check", lambda *_, r=refusal, **__: r)
        for options in ([], ["--recorded"], ["--record"]):
            assert CliRunner().invoke(rocq, [SLUG, *options]).exit_code == 1
    assert not record.RECORD.exists()


# -- what coqchk has checked -----------------------------------------------------------------------

ENDED = "Modules were successfully checked\n"


def test_what_one_process_of_coqchk_takes_as_it_is_another_one_must_check() -> None:
    first = f"Admitting library: Coq.Reals\nChecking library: A\n{ENDED}"
    second = f"Admitting library: A\nChecking library: B\nChecking library: C\n{ENDED}"
    assert unchecked([first, second], ["A", "B", "C"]) == {"Coq.Reals"}
    assert unchecked([second], ["B", "C"]) == {"A"}
    assert unchecked([first, second], ["D"]) == {"Coq.Reals", "D"}
    assert unchecked([first, second.removesuffix(ENDED)], ["B"]) == {"Coq.Reals", "B"}


def test_every_file_is_in_one_share_of_coqchk_after_those_that_need_it() -> None:
    files = {f"F{n}": "x" * n * 100_000 for n in range(9)}
    made = Development(files, {name: [] for name in files}, [], {})
    shares = shared_out(files)
    assert [name for share in shares for name in share] == [*files]
    rules, logs = recipes(made, library=True)
    asked = re.findall(r"coqchk (.*) >", rules)
    assert len(asked) == len(logs) == len(shares) + 1
    named = [re.findall(r"-norec (\w+)", line) for line in asked[1:]]
    assert named == [share[::-1] for share in shares]


# -- Rocq ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Development, Path]:
    """The theorems of one claim, compiled, with definitions of terms of 40 letters."""
    folder = tmp_path_factory.mktemp("rocq")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("theory.rocq.terms.LONG", 40)
        made = development({SLUG: build(STATEMENTS[SLUG])}, scripts())
    checked = check(made, folder, library=False)
    assert checked.failures == {}
    assert checked.accepted
    assert f"{SLUG}.{SLUG}" in checked.statements
    assert not any(map(terms_in, checked.statements.values()))
    assert checked.axioms and set(checked.axioms) <= AXIOMS.keys()
    return made, folder


@needs_rocq
@pytest.mark.slow
def test_a_claim_compiles_and_rests_on_the_axioms_of_the_reals(
    compiled: tuple[Development, Path],
) -> None:
    made, folder = compiled
    assert accepts(folder, FILE, made.files[FILE])


@needs_rocq
@pytest.mark.slow
def test_an_axiom_under_a_theorem_is_seen(compiled: tuple[Development, Path]) -> None:
    made, folder = compiled
    text = "Axiom magic : 0 = 1. Theorem planted : 1 = 0. Proof. exact (eq_sym magic). Qed."
    assert accepts(folder, "magic", text)
    names = [n for n in made.theorems if n.startswith(f"{SLUG}.")]
    names.append("magic_changed.planted")
    assert accepts(folder, "Report", report([*made.files, "magic_changed"], names))
    statements, axioms = answers(folder, names)
    assert statements.keys() == {*names}
    assert "magic" in axioms and set(axioms) - {"magic"} <= AXIOMS.keys()


def theorem_of(text: str) -> str:
    return text[text.index(f"Theorem {SLUG} :") :]


CHANGES: dict[str, Callable[[str], str]] = {
    "a constant": lambda s: s.replace("/ 2", "/ 3"),
    "a sign": lambda s: re.sub(r"\+ \(- (.*?)\)", r"+ (\1)", s, count=1),
    "an exponent": lambda s: s.replace("^ 2", "^ 3"),
    "a relation": lambda s: s[::-1].replace("=<", "<", 1)[::-1],
} | {
    f"without {h.name}": lambda s, h=h: re.sub(rf"\n.*\(\* {h.name} \*\)", "", s).replace(
        f"H_{h.name}", "", 1
    )
    for h in STATEMENTS[SLUG].hypotheses
}


@needs_rocq
@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_statement_does_not_compile(
    compiled: tuple[Development, Path], name: str
) -> None:
    made, folder = compiled
    text = made.files[FILE]
    theorem = theorem_of(text)
    statement, proof = theorem.split("Proof.", 1)
    changed = CHANGES[name](statement)
    if name.startswith("without"):
        changed, proof = (*CHANGES[name](theorem).split("Proof.", 1),)
    assert changed != statement
    assert not accepts(folder, FILE, text.replace(theorem, f"{changed}Proof.{proof}"))


@needs_rocq
@pytest.mark.slow
def test_a_tampered_script_or_definition_and_swapped_obligations_do_not_compile(
    compiled: tuple[Development, Path],
) -> None:
    made, folder = compiled
    arithmetic = made.files["Arithmetic_1"]
    assert accepts(folder, "Arithmetic_1", arithmetic)
    assert not accepts(folder, "Arithmetic_1", re.sub(r"Proof\. .*? Qed", "Proof. Qed", arithmetic))
    used = re.findall(r"\bob_\w+", made.files[FILE])
    first, second = used[0], next(name for name in used if name != used[0])
    swapped = re.sub(
        rf"\b({first}|{second})\b",
        lambda m: second if m[1] == first else first,
        made.files[FILE],
    )
    assert not accepts(folder, FILE, swapped)
    defined = re.sub(r"(Definition t_.*? :=\n).*?\.\n", r"\1 0.\n", made.files[FILE], count=1)
    assert defined != made.files[FILE] and not accepts(folder, FILE, defined)


def with_another_proof(vo: bytes) -> bytes:
    """A compiled file in which one proof uses another variable, sealed again: a file of Rocq ends
    in a table of its segments, and MD5 stands both there and after each segment."""
    (table,) = struct.unpack(">q", vo[8:16])
    place = vo.index(b"opaques", table) + len(b"opaques")
    start, length = struct.unpack(">qq", vo[place : place + 16])
    proofs = bytearray(vo[start : start + length])
    variables = [m.start() + 1 for m in re.finditer(rb"\x90[\x41-\x48]", proofs)]
    at = variables[len(variables) // 2]
    proofs[at] = 0x41 if proofs[at] != 0x41 else 0x42
    seal = md5(proofs).digest()
    changed = bytearray(vo)
    changed[start : start + length + 16] = proofs + seal
    changed[place + 16 : place + 32] = seal
    return bytes(changed)


@needs_rocq
@pytest.mark.slow
@pytest.mark.parametrize("name", ["Arithmetic_1", FILE])
@pytest.mark.parametrize("how", ["a proof", "a byte"])
def test_a_tampered_compiled_file_is_caught_by_the_process_whose_share_it_is(
    compiled: tuple[Development, Path], tmp_path: Path, name: str, how: str
) -> None:
    made, folder = compiled
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    path = tmp_path / f"{name}.vo"
    vo = path.read_bytes()
    path.write_bytes(with_another_proof(vo) if how == "a proof" else vo[:-40] + b"x" + vo[-39:])

    rules, _ = recipes(made, library=False)
    commands = re.findall(r"\t(.*coqchk .*) >", rules)
    runs = [
        subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
        for command in commands
    ]
    for run, command in zip(runs, commands, strict=True):
        assert (run.returncode == 0) == (name not in command) or how == "a byte"
    assert name in unchecked((run.stderr for run in runs), made.files)
