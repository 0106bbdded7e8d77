"""Laws of derivations: every step is checked in two ways, and every planted error is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from tests.laws.derived import ZERO, Anything, derivation, rng
from theory.derivations import DERIVATIONS, SLUGS
from theory.derivations._derivation import Derivation, Rejected, Step
from theory.derivations._relation import Equivalence, Relation

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Linked:
    """Cites what a rule cites, and checks nothing."""

    rule: Any

    @property
    def restarts(self) -> bool:
        return bool(self.rule.restarts)

    @property
    def cites(self) -> tuple[str, ...]:
        return tuple(self.rule.cites)

    def justify(self, claim: Any, context: Any) -> None:
        return None


def names(whole: Derivation) -> tuple[str, ...]:
    return tuple(step.name for step in whole.steps)


# -- the derivations -------------------------------------------------------------------------------


LONG = ("sharp_step", "expansion", "lemma_2_sharp", "expansion_printed", "eta_safe", "theorem_3")


@pytest.mark.parametrize(
    "slug", [pytest.param(s, marks=[pytest.mark.slow] * (s in LONG)) for s in SLUGS]
)
def test_every_step_holds_by_algebra_and_in_balls(slug: str) -> None:
    found = DERIVATIONS[slug]
    assert found.slug == slug
    checked = found.check(rng())
    assert [c.step for c in checked] == [s.name for s in found.steps]
    assert all(c.points > 0 for c in checked)


def changed(step: Step) -> list[tuple[str, Step]]:
    """The step with a wrong coefficient, a flipped sign or a missing factor."""
    claim = step.claim
    if isinstance(claim, Equivalence):
        solved = claim.solved
        twice = Relation(2 * solved.left, solved.sign, solved.right)
        turned = Relation(-claim.condition.left, claim.condition.sign, -claim.condition.right)
        return [
            ("coefficient", replace(step, claim=replace(claim, solved=twice))),
            ("sign", replace(step, claim=replace(claim, condition=turned))),
        ]
    if claim.right == sp.oo:
        return [("value", replace(step, claim=replace(claim, right=ZERO)))]
    more = claim.right + sp.Rational(1, 7)
    changes = [("term", replace(step, claim=replace(claim, right=more)))]
    if claim.right != 0:
        changes.append(("coefficient", replace(step, claim=replace(claim, right=2 * claim.right))))
        changes.append(("sign", replace(step, claim=replace(claim, right=-claim.right))))
    return changes


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_a_changed_step_is_refused(slug: str) -> None:
    """Each step in turn, one kind of change after the other, after steps that are taken as given:
    so it is the step itself that is refused, and not one that follows from it."""
    whole = DERIVATIONS[slug]
    survivors = []
    for number, step in enumerate(whole.steps):
        kind, wrong = changed(step)[number % len(changed(step))]
        before = given(whole.steps[:number])
        planted = derivation(*before, replace(wrong, begins=True), domain=whole.domain)
        try:
            planted.check(rng(), points=1)
            survivors.append((step.name, kind))
        except Rejected as refusal:
            assert refusal.step == step.name
    assert survivors == []


def given(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(replace(step, rule=Anything(), begins=True) for step in steps)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_step_that_is_left_out_is_missed(slug: str) -> None:
    """Unless it is a result that nothing else uses; then the list of results misses it."""
    whole = DERIVATIONS[slug]
    for number in range(len(whole.steps)):
        gap = replace(whole, steps=(*whole.steps[:number], *whole.steps[number + 1 :]))
        gap = replace(gap, steps=tuple(replace(s, rule=Linked(s.rule)) for s in gap.steps))
        with pytest.raises(Rejected):
            gap.check(rng(), points=0)


@pytest.mark.parametrize("slug", [s for s in SLUGS if DERIVATIONS[s].stated])
def test_another_statement_is_refused(slug: str) -> None:
    whole = DERIVATIONS[slug]
    for name, stated in whole.stated[:1]:
        other = (name, replace(stated, right=stated.right * 2 + 1))
        planted = replace(whole, steps=given(whole.steps), stated=(other,), results=names(whole))
        with pytest.raises(Rejected, match="statement says something else"):
            planted.check(rng(), points=0)


# -- text ------------------------------------------------------------------------------------------

PRINT_ALL = (
    "from theory.derivations import DERIVATIONS\n"
    "for d in DERIVATIONS.values(): print(d, d.latex(), d._repr_latex_())"
)


def output(code: str, seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


@pytest.mark.slow
def test_the_text_is_the_same_in_every_process() -> None:
    here = "".join(f"{d} {d.latex()} {d._repr_latex_()}\n" for d in DERIVATIONS.values())
    assert output(PRINT_ALL, "1") == here


def test_importing_the_theory_does_not_load_sympy() -> None:
    code = (
        "import sys, theory, theory.derivations, theory.statements; print('sympy' in sys.modules)"
    )
    assert output(code, "0").strip() == "False"


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_latex_is_plain_and_balanced(slug: str) -> None:
    found = DERIVATIONS[slug]
    for text in (found.latex(), found._repr_latex_()):
        assert text.isascii()
        unescaped = text.replace(r"\{", "").replace(r"\}", "")
        assert unescaped.count("{") == unescaped.count("}")
        assert text.count(r"\begin{align*}") == text.count(r"\end{align*}") > 0
        assert text.count("$") % 2 == 0
    for step in found.steps:
        assert step.reason.isascii() and step.reason.endswith(".")
        assert step.name in str(found)


def test_every_file_is_listed_and_every_listed_slug_loads() -> None:
    folder = ROOT / "theory" / "derivations"
    files = {path.stem for path in folder.glob("*.py") if not path.name.startswith("_")}
    assert files == set(SLUGS)
    assert list(DERIVATIONS) == list(SLUGS)
    with pytest.raises(KeyError):
        DERIVATIONS["lemma_99"]
