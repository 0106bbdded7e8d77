"""Rocq accepts the theorems, and nothing that was changed; Python and Rocq read a term alike."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from theory.evaluate import RATIONALS, evaluate
from theory.kernel import proof as p
from theory.kernel.models import Model, interpret
from theory.kernel.rules import RULES
from theory.kernel.terms import (
    NAT,
    REAL,
    Lambda,
    Sort,
    Symbol,
    Term,
    absolute,
    const,
    cos,
    eq,
    exp,
    forall,
    implies,
    log,
    maximum,
    minimum,
    prefix_sum,
    sin,
    total,
    var,
)
from theory.ledger.run import build
from theory.rocq import record
from theory.rocq.check import AXIOMS, check, unsafe
from theory.rocq.command import rocq
from theory.rocq.files import ROOM, Development, development, header, scripts
from theory.rocq.models import RocqModel
from theory.rocq.rules import Hashes, Translator
from theory.rocq.terms import Writer
from theory.statements import STATEMENTS

needs_rocq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="coqc is not on this machine (apt install coq)"
)
SLUG = "smoothness_remainder"  # short, with derivatives, an implication and an absolute value


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
)


@pytest.mark.parametrize("text", PLANTED)
def test_each_way_to_admit_is_seen(text: str) -> None:
    assert unsafe(f"Lemma a : True. exact I. Qed.\n{text}\n")
    assert not unsafe(f"(* {text} (* twice *) *)")


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


# -- the command -----------------------------------------------------------------------------------


def test_without_coqc_the_command_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = CliRunner().invoke(rocq, [SLUG])
    assert "apt install coq" in str(result.exception)


def test_a_claim_without_a_script_is_left_out_and_named() -> None:
    made = development({SLUG: build(STATEMENTS[SLUG])}, {})
    assert made.left_out.keys() == {SLUG}
    assert SLUG not in made.files


# -- Rocq ------------------------------------------------------------------------------------------


def accepts(folder: Path, name: str, text: str) -> bool:
    """Whether Rocq compiles the text in the place of a file, beside the compiled others."""
    path = folder / f"{name}_changed.v"
    path.write_text(text)
    run = subprocess.run(["coqc", "-q", path.name], cwd=folder, capture_output=True)
    return run.returncode == 0


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Development, Path]:
    """The theorems of one claim, compiled."""
    folder = tmp_path_factory.mktemp("rocq")
    made = development({SLUG: build(STATEMENTS[SLUG])}, scripts())
    checked = check(made, folder, library=False)
    assert checked.failures == {}
    assert checked.accepted
    assert f"{SLUG}.{SLUG}" in checked.statements
    assert {a for names in checked.axioms.values() for a in names} <= AXIOMS.keys()
    return made, folder


@needs_rocq
@pytest.mark.slow
def test_a_claim_compiles_and_rests_on_the_axioms_of_the_reals(
    compiled: tuple[Development, Path],
) -> None:
    made, folder = compiled
    assert accepts(folder, SLUG, made.files[SLUG])


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
    text = made.files[SLUG]
    theorem = theorem_of(text)
    statement, proof = theorem.split("Proof.", 1)
    changed = CHANGES[name](statement)
    if name.startswith("without"):
        changed, proof = (*CHANGES[name](theorem).split("Proof.", 1),)
    assert changed != statement
    assert not accepts(folder, SLUG, text.replace(theorem, f"{changed}Proof.{proof}"))


@needs_rocq
@pytest.mark.slow
def test_a_tampered_script_and_swapped_obligations_do_not_compile(
    compiled: tuple[Development, Path],
) -> None:
    made, folder = compiled
    arithmetic = made.files["Arithmetic_1"]
    assert accepts(folder, "Arithmetic_1", arithmetic)
    assert not accepts(folder, "Arithmetic_1", re.sub(r"Proof\. .*? Qed", "Proof. Qed", arithmetic))
    used = re.findall(r"\bob_\w+", made.files[SLUG])
    first, second = used[0], next(name for name in used if name != used[0])
    swapped = re.sub(
        rf"\b({first}|{second})\b",
        lambda m: second if m[1] == first else first,
        made.files[SLUG],
    )
    assert not accepts(folder, SLUG, swapped)


# -- the same meaning in both worlds ---------------------------------------------------------------

SIDE = Sort("Side")
o, n, x = var("o", SIDE), var("n", NAT), var("x")
weight, other = Symbol("weight", (SIDE, REAL)), Symbol("other", (SIDE,), SIDE)
MODEL = Model(
    {SIDE: ("left", "right")},
    {
        weight: {
            ("left",): Lambda((x,), x * x + 1),
            ("right",): Lambda((x,), x / 3 - 2),
        }
    },
    maps={other: {("left",): "right", ("right",): "left"}},
)


def random_term(rng: np.random.Generator, depth: int) -> Term:
    """A closed term over the rationals, with every term former that has rational values."""
    if depth == 0:
        return const(Fraction(int(rng.integers(-6, 7)), int(rng.integers(1, 5))))
    a, b = random_term(rng, depth - 1), random_term(rng, depth - 1)
    formers: tuple[Callable[[], Term], ...] = (
        lambda: a + b,
        lambda: a * b,
        lambda: -(a + 0),
        lambda: a / (b * b + 1),
        lambda: (a + 0) ** int(rng.integers(1, 4)),
        lambda: maximum(a, b),
        lambda: minimum(a, b),
        lambda: absolute(a),
        lambda: total(o, weight(o, a) * weight(other(o), b)),
        lambda: prefix_sum(n, int(rng.integers(0, 4)), a * n + b),
        lambda: a * (exp(0) + log(1) + sin(0) + cos(0)),
    )
    return formers[int(rng.integers(len(formers)))]()


def in_python(term: Term) -> Fraction:
    def at(side: int, value: Fraction) -> Fraction:
        return value * value + 1 if side == 0 else Fraction(value) / 3 - 2

    values = {"Side": range(2), "weight": at, "other": lambda side: 1 - side}
    return Fraction(evaluate(term, values, RATIONALS))


VALUES = """
Ltac value := cbn; rewrite ?exp_0, ?ln_1, ?sin_0, ?cos_0;
  unfold Rmax, Rmin, Rabs; repeat first [destruct Rle_dec | destruct Rcase_abs];
  first [lra | field_simplify_eq; lra].
"""


@needs_rocq
@pytest.mark.slow
def test_a_closed_term_has_the_same_value_in_python_and_in_rocq(
    compiled: tuple[Development, Path],
) -> None:
    """Also in the model: what ``interpret`` writes out is what Rocq computes."""
    _, folder = compiled
    writer, rng = Writer(), np.random.default_rng(16)
    model = RocqModel(MODEL, "Sides", writer)
    text = header(["GradGap"]) + model.definitions() + VALUES
    text += f"Definition {writer.identifier(SIDE)} := Sides.Side.\n"
    for symbol in (weight, other):
        text += f"Definition {writer.identifier(symbol)} := {model.value(symbol)}.\n"
    for _ in range(60):
        term = random_term(rng, 2)
        value = const(in_python(term))
        text += f"Goal {writer.formula(eq(term, value))}. Proof. value. Qed.\n"
        written_out = writer.real(interpret(term, MODEL))
        text += f"Goal {writer.real(term)} = {written_out}. Proof. reflexivity. Qed.\n"
        text += f"Goal {writer.formula(eq(term, value + 1))}. Proof. Fail value. Abort.\n"
    assert accepts(folder, "values", text)


@needs_rocq
@pytest.mark.slow
def test_connectives_and_elements_mean_the_same_in_a_model(
    compiled: tuple[Development, Path],
) -> None:
    """A formula and what ``interpret`` makes of it imply each other, by the tactics up and down."""
    _, folder = compiled
    writer = Writer()
    model = RocqModel(MODEL, "Sides", writer)
    q = var("q", SIDE)
    here = eq(weight(o, x), x * x + 1)
    formulas = [
        forall(o, p.assume(here).conclusion),
        forall(o, forall(x, implies(0 <= x, Term("or", (here, Term("not", (here,))))))),
        forall(o, eq(other(other(o)), o)),
        forall(o, forall(q, Term("or", (eq(o, q), eq(o, other(q)))))),
        forall(o, Term("and", (here, Term("not", (eq(other(o), o),))))),
        forall(o, Term("deriv", (x, weight(o, x), 2 * x + 0))),
    ]
    text = header(["GradGap"]) + model.definitions()
    text += f"Definition {writer.identifier(SIDE)} := Sides.Side.\n"
    for symbol in (weight, other):
        text += f"Definition {writer.identifier(symbol)} := {model.value(symbol)}.\n"
    for formula in formulas:
        inside, outside = writer.formula(interpret(formula, MODEL)), writer.formula(formula)
        for sides, tactic in (
            (f"{inside} -> {outside}", model.up(formula, "H")),
            (f"{outside} -> {inside}", model.down(formula, "H")),
        ):
            text += f"Goal forall x : R, {sides}. Proof. intros x H. {tactic}. Qed.\n"
    assert accepts(folder, "formulas", text)


def test_every_rule_is_translated() -> None:
    """These claims use all rules."""
    translator, used = Translator(), set()
    for slug in ("theorem_3_sharp", "expansion", "multi_prompt", "two_ended_step", "token_moment"):
        for proof in build(STATEMENTS[slug]).proofs():
            translator.translate(proof)
            used |= {step.rule for step in proof.steps()}
    assert used == set(RULES)
