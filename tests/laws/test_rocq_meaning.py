"""Python and Rocq read terms, formulas and models alike, and every rule is a proof in Rocq."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from tests.kernel.small_models import World, proofs, truth
from tests.laws.rocq import accepts, needs_rocq, refused_at
from theory.evaluate import RATIONALS, evaluate
from theory.kernel import proof as p
from theory.kernel.models import Model, Numbered, interpret
from theory.kernel.rules import RULES
from theory.kernel.terms import (
    FORMULAS,
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
    negate,
    prefix_sum,
    sin,
    total,
    var,
)
from theory.ledger.run import build
from theory.rocq.files import ROOM, header, questions_of
from theory.rocq.models import RocqModel
from theory.rocq.rules import Translator
from theory.rocq.terms import Item, Sharing, Writer
from theory.statements import STATEMENTS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the library compiled."""
    made = tmp_path_factory.mktemp("rocq")
    shutil.copy(ROOM / "GradGap.v", made)
    subprocess.run(["coqc", "-q", "GradGap.v"], cwd=made, check=True)
    return made


@pytest.fixture
def short_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every term of some letters gets a definition of its own."""
    monkeypatch.setattr("theory.rocq.terms.LONG", 20)


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


def operators(term: Term) -> set[str]:
    return {term.op}.union(*map(operators, term.args))


def definitions_of_model(writer: Writer) -> str:
    model = RocqModel(MODEL, "Sides", writer)
    text = header(["GradGap"]) + model.definitions()
    text += f"Definition {writer.identifier(SIDE)} := Sides.Side.\n"
    for symbol in (weight, other):
        text += f"Definition {writer.identifier(symbol)} := {model.value(symbol)}.\n"
    return text


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
    folder: Path, short_terms: None
) -> None:
    """Also in the model: what ``interpret`` writes out is what Rocq computes; and with definitions
    of its parts."""
    writer, rng = Writer(), np.random.default_rng(16)
    text, used = definitions_of_model(writer) + VALUES, set()
    definitions: list[str] = []

    def define(_: Term, binders: str, value: str) -> str:
        definitions.append(f"Definition t_{len(definitions)} {binders} : R := {value}.\n")
        return f"t_{len(definitions) - 1}"

    sharing = Sharing(writer, define)
    for _ in range(60):
        term = random_term(rng, 2)
        used |= operators(term)
        value = const(in_python(term))
        text += f"Goal {writer.formula(eq(term, value))}. Proof. value. Qed.\n"
        written_out = writer.real(interpret(term, MODEL))
        text += f"Goal {writer.real(term)} = {written_out}. Proof. reflexivity. Qed.\n"
        before, shared = len(definitions), sharing.real(term)
        text += "".join(definitions[before:])
        text += f"Goal {shared} = {written_out}. Proof. reflexivity. Qed.\n"
        text += f"Goal {writer.formula(eq(term, value + 1))}. Proof. Fail value. Abort.\n"
    assert any("(n : R)" in definition for definition in definitions)
    formers = "const var apply add mul neg div pow max min abs sum prefix exp log sin cos"
    assert used == set(formers.split())
    assert accepts(folder, "values", text)


@needs_rocq
@pytest.mark.slow
def test_connectives_and_elements_mean_the_same_in_a_model(
    folder: Path,
) -> None:
    """A formula and what ``interpret`` makes of it imply each other, by the tactics up and down."""
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
    text = definitions_of_model(writer)
    for formula in formulas:
        inside, outside = writer.formula(interpret(formula, MODEL)), writer.formula(formula)
        for sides, tactic in (
            (f"{inside} -> {outside}", model.up(formula, "H")),
            (f"{outside} -> {inside}", model.down(formula, "H")),
        ):
            text += f"Goal forall x : R, {sides}. Proof. intros x H. {tactic}. Qed.\n"
    assert accepts(folder, "formulas", text)


LINE = Sort("Line")
START, RUN = "start", "run"
last, j, here, there = var("last", NAT), var("j", NAT), var("o", LINE), var("q", LINE)
height, after = Symbol("height", (LINE,)), Symbol("after", (LINE,), LINE)
RUNNING = Model(
    {LINE: (START, RUN)},
    {height: {(START,): Lambda((), const(5)), (RUN,): Lambda((j,), j * j + 1)}},
    maps={
        after: {
            (START,): Numbered(RUN, Lambda((), const(0))),
            (RUN,): Numbered(RUN, Lambda((j,), j + 1)),
        }
    },
    runs={RUN: last},
    parameters=frozenset((last,)),
)


def with_definitions(model: RocqModel, symbols: tuple[Symbol, ...]) -> str:
    """The parameter is a variable of a section, the index set and the symbols are definitions."""
    writer = model.writer
    text = f"Section Runs. Variable {writer.identifier(last)} : nat.\n"
    text += f"Definition {writer.identifier(LINE)} : Index := {model.value(LINE)}.\n"
    for symbol in symbols:
        kind, value = writer.type_of(symbol), model.value(symbol)
        text += f"Definition {writer.identifier(symbol)} : {kind} := {value}.\n"
    told: tuple[Item, ...] = (LINE, *symbols)
    names = ", ".join(map(writer.identifier, told))
    return text + f"Ltac told := unfold {names} in *.\n"


@needs_rocq
@pytest.mark.slow
def test_a_set_whose_size_is_a_parameter_means_the_same_in_both_worlds(
    folder: Path,
) -> None:
    """Sums over it have the values of Python for small sizes; and what ``interpret`` makes of a
    formula, sums and quantifiers over numbers, implies the formula for every size."""
    writer = Writer()
    model = RocqModel(RUNNING, "Running", writer)
    text = header(["GradGap"]) + with_definitions(model, (height, after))
    formulas = [
        forall(here, 0 <= height(here)),
        forall(here, implies(x <= 0, x <= height(after(here)))),
        forall(here, forall(there, Term("or", (eq(after(here), there), x <= height(here))))),
        eq(total(here, height(here) * x), x),
        total(here, height(after(here))) <= x * total(here, height(here)),
    ]
    assert model.definitions() == ""
    for formula in formulas:
        inside = interpret(formula, RUNNING)
        sides = f"{writer.formula(inside)} -> {writer.formula(formula)}"
        up = model.up(formula, "H")
        text += f"Goal forall x : R, {sides}. Proof. told. intros x H. {up}. Qed.\n"
        weaker = f"{writer.formula(implies(x <= 1, inside))} -> {writer.formula(formula)}"
        text += f"Goal forall x : R, {weaker}. Proof. told. intros x H. Fail solve [{up}]. Abort.\n"
    text += "End Runs.\n"
    text += "Ltac sums := unfold Line; rewrite ?Sum_union, ?Sum_run, ?Sum_point; cbn; lra.\n"
    body = height(here) * 2 + 1
    for size in range(4):
        values = {"Line": range(size + 2), "height": lambda e: 5 if e == 0 else (e - 1) ** 2 + 1}
        value = const(Fraction(evaluate(total(here, body), values, RATIONALS)))
        total_in_rocq = f"Sum (Line {size}) (fun o => height {size} o * 2 + 1)"
        text += f"Goal {total_in_rocq} = {writer.real(value)}. Proof. sums. Qed.\n"
        text += f"Goal {total_in_rocq} = {writer.real(value)} + 1. Proof. Fail sums. Abort.\n"
    assert accepts(folder, "runs", text)


class Fixed(World):
    """MODEL, for the evaluator of formulas that shares nothing with the kernel."""

    def domain(self, sort: Sort) -> range:
        return range(2)

    def apply(self, symbol: Symbol, args: list[Any]) -> Any:
        if symbol == other:
            return 1 - args[0]
        side, (value, _) = args
        return (value * value + 1 if side == 0 else value / 3 - 2), None


def random_formula(rng: np.random.Generator, depth: int, elements: tuple[Term, ...] = ()) -> Term:
    """A closed formula about MODEL, true or false, with every connective and quantifier."""
    if depth == 0:
        number = random_term(rng, 0)
        left = weight(elements[0], number) if elements else number * number
        relation = ("le", "lt", "eq")[int(rng.integers(3))]
        atoms = [Term("true"), Term(relation, (left, random_term(rng, 0)))]
        atoms += [eq(other(e), elements[-1]) for e in elements[:1]]
        return atoms[int(rng.integers(len(atoms)))]
    a, b = (random_formula(rng, depth - 1, elements) for _ in "ab")
    element = var(f"e{depth}", SIDE)
    formers: tuple[Callable[[], Term], ...] = (
        lambda: Term("not", (a,)),
        lambda: Term("and", (a, b)),
        lambda: Term("or", (a, b)),
        lambda: implies(a, b),
        lambda: forall(element, random_formula(rng, depth - 1, (element, *elements))),
        lambda: forall(element, random_formula(rng, depth - 1, (element, *elements))),
    )
    return formers[int(rng.integers(len(formers)))]()


DECIDES = r"""
Ltac holds := lazymatch goal with
  | |- _ /\ _ => split; holds
  | |- _ \/ _ => first [left; holds | right; holds]
  | |- ~ _ => let H := fresh in intros H; fails H
  | |- ?P -> ?Q => first [intros _; holds | let H := fresh in intros H; exfalso; fails H]
  | |- forall _, _ => intros []; holds
  | |- _ => first [exact I | reflexivity | value]
  end
with fails H := lazymatch type of H with
  | _ /\ _ => let A := fresh in let B := fresh in destruct H as [A B]; first [fails A | fails B]
  | _ \/ _ => destruct H as [H | H]; fails H
  | ~ _ => apply H; holds
  | ?P -> ?Q => let A := fresh in first [assert (A : P) by holds | pose proof Sides.Side_left as A];
      specialize (H A); fails H
  | forall _, _ => let A := fresh in first [pose proof (H Sides.Side_left) as A; fails A |
      pose proof (H Sides.Side_right) as A; fails A]
  | _ => first [discriminate H | cbv [other] in H; cbn in H; first [discriminate H | lra]]
  end.
"""


@needs_rocq
@pytest.mark.slow
def test_a_closed_formula_is_true_in_python_and_in_rocq_or_in_neither(
    folder: Path,
) -> None:
    writer, rng = Writer(), np.random.default_rng(17)
    text, used = definitions_of_model(writer) + VALUES + DECIDES, set()
    for _ in range(60):
        formula = random_formula(rng, 3)
        used |= operators(formula)
        true = truth(formula, {}, Fixed(Random(0)))
        right, wrong = (formula, negate(formula))[:: 1 if true else -1]
        text += f"Goal {writer.formula(right)}. Proof. holds. Qed.\n"
        text += f"Goal {writer.formula(wrong)}. Proof. Fail holds. Abort.\n"
    assert used >= FORMULAS - {"deriv"}
    assert accepts(folder, "truth", text)


# -- each rule -------------------------------------------------------------------------------------

AXIOMS_OF_SMALL_MODELS = """
Lemma square x : 0 <= x ^ 2. Proof. nra. Qed.
Lemma larger_square x y : 0 <= x -> x <= y -> x ^ 2 <= y ^ 2. Proof. intros; nra. Qed.
"""


@pytest.fixture(scope="module")
def random_proofs() -> dict[str, list[p.Proof]]:
    """By rule, what random applications of it prove; all of it is true in small models."""
    found: dict[str, list[p.Proof]] = {}
    for rule, proof in proofs(8, 1500):
        found.setdefault(rule, []).append(proof)
    return found


@pytest.fixture(scope="module")
def applications(
    folder: Path, random_proofs: dict[str, list[p.Proof]]
) -> tuple[dict[str, str], dict[str, str]]:
    """For each rule, the lemma and the conclusion of an application. Rocq accepts these and eleven
    more of each rule. Arithmetic is taken for granted, as solvers answered: the claims prove all of
    theirs."""
    translator = Translator()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("theory.rocq.terms.LONG", 20)  # with definitions of most terms
        for proof in (proof for rule in RULES for proof in random_proofs[rule][:12]):
            translator.translate(proof)
        lemmas = {
            rule: translator.lemmas[translator.name(random_proofs[rule][0])].text
            for rule in RULES
            if rule != "assume"
        }
        conclusions = {
            rule: translator.sharing.formula(random_proofs[rule][0].conclusion) for rule in lemmas
        }
    questions = questions_of(translator.lemmas, translator).values()
    text = header(["GradGap"]) + AXIOMS_OF_SMALL_MODELS
    text += "".join(f"Axiom {q.name} : {q.statement}.\n" for q in questions)
    text += "\n".join(lemma.text for lemma in translator.lemmas.values())
    assert "Definition t_" in text
    assert accepts(folder, "rules", text)
    return lemmas, conclusions


@needs_rocq
@pytest.mark.slow
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "assume"])
def test_rocq_accepts_random_applications_of_a_rule_and_not_of_the_negated_conclusion(
    folder: Path, applications: tuple[dict[str, str], dict[str, str]], rule: str
) -> None:
    lemma, conclusion = (texts[rule] for texts in applications)
    again = re.sub(r"Lemma \w+", "Lemma again", lemma)
    end = f"{conclusion}.\nProof."
    assert again.count(end) == 1
    negated = again.replace("again", "negated", 1).replace(end, f"(~ {conclusion}).\nProof.")
    text = header(["GradGap", "rules_changed"]) + again
    assert refused_at(folder, rule, text + negated) > text.count("\n")


@pytest.mark.slow
def test_every_rule_is_translated() -> None:
    """These claims use all rules."""
    translator, used = Translator(), set()
    for slug in ("theorem_3_sharp", "expansion", "multi_prompt", "two_ended_step", "token_moment"):
        for proof in build(STATEMENTS[slug]).proofs():
            translator.translate(proof)
            used |= {step.rule for step in proof.steps()}
    assert used == set(RULES)
