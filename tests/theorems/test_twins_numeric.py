"""False versions of the claims are refuted by explicit instances, on which every hypothesis and the
conclusion are decided by one interpretation of the statement; an instance that is not what it says
is refused."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from numeric.attack import necessity
from numeric.attack.pool import explicit, modules
from numeric.checks._base import Refused, Truth, check, counter, examined, refuted
from theory.statements import STATEMENTS

MODULES = {slug: module for slug, module in modules().items() if hasattr(module, "COUNTERS")}
PRINTED = ("expansion_printed", "theorem_1a_printed", "grpo_along_gap_printed")
CLAIMS = [
    pytest.param(slug, marks=pytest.mark.claim(slug, aspect="refuted when weakened"))
    for slug in MODULES
]
every_claim = pytest.mark.parametrize("slug", CLAIMS)


def instance_of(slug, name):
    return MODULES[slug].COUNTERS[name].args[2]


# -- every counterexample is one -------------------------------------------------------------------


@every_claim
def test_each_instance_breaks_its_twin_or_the_claim_without_one_hypothesis(slug):
    statement = STATEMENTS[slug]
    hypotheses = {h.name for h in statement.hypotheses}
    for name, make in MODULES[slug].COUNTERS.items():
        found = make()  # raises Refused where it does not
        assert set(found.hypotheses) == hypotheses
        assert found.conclusion is Truth.FALSE or found.meaningless, name
        assert found.broken == {name.removeprefix("drop ")} & hypotheses, name


@every_claim
def test_every_twin_is_refuted_and_the_claim_survives_what_refutes_it(slug, record_property):
    statement, counters = STATEMENTS[slug], MODULES[slug].COUNTERS
    for twin in statement.twins:
        assert twin.name in counters or f"drop {twin.drop}" in counters, twin.name
        if twin.drop is None:
            found = examined(statement, instance_of(slug, twin.name))
            assert found.conclusion is not Truth.FALSE, twin.name
            assert refuted(statement, found.values, twin.conclusion), twin.name
        record_property("counterexample", twin.name)


@pytest.mark.parametrize("slug", [slug for slug, m in MODULES.items() if hasattr(m, "WITHOUT")])
def test_what_holds_without_a_hypothesis_breaks_that_one_alone(slug):
    for name, instance in MODULES[slug].WITHOUT.items():
        found = examined(STATEMENTS[slug], instance)
        assert found.broken == {name} and found.conclusion.kept
        assert all(truth.kept for h, truth in found.hypotheses.items() if h != name)


@pytest.mark.parametrize("slug", PRINTED)
def test_a_claim_that_is_false_as_printed_is_refuted_and_its_correction_is_not(slug):
    module = __import__(f"numeric.checks.{slug}", fromlist=["COUNTERS"])
    found = module.COUNTERS["printed"]()
    assert found.broken == set() and found.conclusion is Truth.FALSE
    repaired = examined(STATEMENTS[STATEMENTS[slug].corrected_by], found.instance)
    assert repaired.broken == set() and repaired.conclusion is not Truth.FALSE


# -- planted errors are refused --------------------------------------------------------------------


def flat(slug, name, **changes):
    """An instance with other numbers; those of a tree are in a table."""
    instance = instance_of(slug, name)
    if hasattr(instance, "path"):
        return slug, name, replace(instance, path=replace(instance.path, **changes))
    numbers = getattr(instance, "numbers", None)
    known = {n: x for n, x in changes.items() if numbers is not None and n in numbers}
    rest = {n: x for n, x in changes.items() if n not in known}
    if known:
        rest["numbers"] = {**numbers, **known}
    return slug, name, replace(instance, **rest)


SMALL, TWO = Fraction(1, 1000), Fraction(2)
PLANTED = {
    # one update
    "L of a step": flat("sharp_step", "sign flipped", L=SMALL),
    "reward of a step": flat("sharp_step", "sign flipped", reward=(3, 0, 0)),
    "reward that empties J": flat("log_success_step", "sign flipped", reward=(0, 0)),
    "G of a step": flat("lemma_1", "sign flipped", G=SMALL),
    "L of a dropped hypothesis": flat("lemma_1", "drop bounded", L=SMALL),
    "G that bounds after all": flat("lemma_1", "drop bounded", G=2),
    "step size": flat("lemma_1", "drop bounded", eta=-1),
    "curvature of one response": flat(
        "mean_curvature_step", "half the curvature", curvatures=(1, Fraction(1, 5))
    ),
    "length of w": flat("step_under_assumption_1", "drop unit", w=1),
    "G in vectors": flat("step_under_assumption_1", "half the curvature", G=SMALL),
    "L in vectors": flat("step_under_assumption_1", "drop unit", L=SMALL),
    "G of a scope": flat("theorem_2_scope", "it doubles", G=SMALL),
    # lengths
    "sigma": flat("grpo_gradient", "variance J", sigma=2),
    "reward of a group": flat("grpo_gradient", "variance J", reward=(1, Fraction(1, 2))),
    "length": flat("grpo_length_covariance", "no covariance", length=(8, 1, 0)),
    # trajectories
    "L of a run": flat("theorem_1b", "three times M", L=SMALL),
    "G of a run": flat("theorem_1b", "three times M", G=SMALL),
    "large G of a run": flat("theorem_1b", "three times M", G=2),
    "reward of a run": flat("theorem_1b", "three times M", rewards=(2, 0)),
    "L of an orbit": flat("theorem_1b", "drop adapted", L=SMALL),
    "G of an orbit": flat("theorem_1b", "drop verifiable", G=SMALL),
    "C1 of a leap": flat("theorem_1a", "drop smooth", constants={"C0": 0, "C1": SMALL}),
    "C0 of a run": flat(
        "theorem_1a", "constants divided by 64", constants={"C0": SMALL, "C1": TWO}
    ),
    "L of the printed theorem": flat("theorem_1a_sharp", "no room for C1", L=1),
    "eps": flat("theorem_1b_limit", "drop bounded", constants={"eps": -1}),
    "least gap": flat("corollary_1", "drop forward", constants={"eta": -1, "least_gap": 2}),
    "G of a run in vectors": flat("theorem_1b_under_assumption_1", "drop unit", G=SMALL),
    "L of a run in vectors": flat("theorem_1b_under_assumption_1", "drop unit", L=SMALL),
    # trees
    "L of a token": flat("token_sharp_step", "lengths exchanged, lower", L=SMALL),
    "reward of a token": flat("token_sharp_step", "lengths exchanged, lower", reward=(0,) * 5),
    "G of a token": flat("lemma_2", "cubic remainder", G=SMALL),
    "T_psi": flat("lemma_2", "cubic remainder", T_psi=SMALL),
    "score of a stray response": flat("token_moment", "drop rooted", G=SMALL),
    "L of a run on a tree": flat("theorem_3", "drop adapted", L=SMALL),
    "G of a run on a tree": flat("theorem_3", "three times M", G=SMALL),
    "rewards on a tree": flat("theorem_3_limit", "drop forward", rewards=(2, 0)),
    "G of a run on a tree, in vectors": flat("theorem_3_under_assumption_2", "drop unit", G=SMALL),
    # sums, prompts, tokens and scalars
    "weights": flat("psi1_norm", "half the radius", rows={"weight": (2,), "X": (1,), "Y": (1,)}),
    "value": flat("hoeffding_lemma", "half the constant", G=SMALL),
    "share": flat("multi_prompt", "curvature not weighted", share=(-1, 2)),
    "L of the prompts": flat("multi_prompt", "sign flipped", L=SMALL),
    "reward of the prompts": flat("multi_prompt", "sign flipped", reward=(2, 0)),
    "rate": flat("constant_rate", "drop lipschitz", eta=-1),
    # groups
    "response of a group": flat("group_dr_grpo", "not shortened", seen={1: 0}),
    "variance of a group": flat("group_factor", "the factor of Dr. GRPO", variance=1),
    "G of a group": flat("group_safe_rate", "not shortened", G=0),
    "law of a sequence": flat("all_wrong", "the union bound alone", law={(0, 0): 1}),
    "L of a rate": flat("constant_rate", "no curvature", L=SMALL),
    "step of the control": flat("binary_control", "the ratio halves", eta=-1),
    "reward of the control": flat("binary_control", "the ratio halves", rewards=(2, 1, 0)),
    "steps of a stage": flat("exploration_lasts", "the best token falls", eta=-1),
    "steps that sink": flat("exploration_lasts", "drop updated", eta=-1),
    "reward of a stage": flat("exploration_stage", "the best token falls", rewards=(0, 1, 1)),
    "L of an ascent": flat("mean_success_sum", "no curvature", L=SMALL),
    "slope of an angle": flat("what_is_maximised", "half of it", factor=2),
    "direction": flat("effective_step", "GRPO not divided", delta=1),
    "scalars": flat("grpo_safe_rate", "sign flipped", given={"F": 2, "peak": 2, "alpha": 1}),
    "slope of a curve": flat("fixed_direction", "no loss", reported=2),
    "curvature of a curve": flat("fixed_direction", "no loss", L=SMALL),
    "factor of an expansion": flat("expansion", "without one half", factor=2),
    "level of a gradient": flat("regularity_along_direction", "half of G", G=SMALL),
}


@pytest.mark.parametrize(("slug", "name", "planted"), PLANTED.values(), ids=PLANTED)
def test_a_planted_error_is_refused(slug, name, planted):
    statement = STATEMENTS[slug]
    assert counter(statement, name, instance_of(slug, name))
    with pytest.raises(Refused):
        counter(statement, name, planted)


def test_errors_are_planted_in_every_kind_of_instance():
    kinds = {type(c.instance) for slug in MODULES for c in explicit(slug)}
    assert {type(planted) for _, _, planted in PLANTED.values()} == kinds


def test_an_instance_may_not_break_another_hypothesis_than_it_says_nor_none():
    statement, name = STATEMENTS["lemma_1"], "drop smooth"
    for wrong in ("drop normalised", "sign flipped"):
        with pytest.raises(Refused, match="breaks"):
            counter(statement, wrong, instance_of("lemma_1", name))


# -- needed, not found necessary, not tried --------------------------------------------------------

SAMPLE = ("lemma_1", "corollary_1", "multi_prompt", "exploration_stage", "psi1_norm")


@pytest.mark.slow
def test_the_recorded_table_is_not_stale():
    assert json.loads(necessity.RESULTS.read_text(encoding="utf-8")) == necessity.table()


@pytest.mark.slow
@pytest.mark.parametrize("slug", SAMPLE)
def test_a_sample_of_the_recorded_table_is_found_again(slug):
    recorded = json.loads(necessity.RESULTS.read_text(encoding="utf-8"))[slug]
    found = necessity.necessity(STATEMENTS[slug], MODULES[slug].COUNTERS)
    assert recorded["needed"] == {name: verdict for name, (verdict, _) in found.items()}
    assert recorded["twins"] == necessity.twin_table(STATEMENTS[slug], MODULES[slug].COUNTERS)


def test_not_found_necessary_is_said_only_where_an_attack_was_tried():
    recorded = json.loads(necessity.RESULTS.read_text(encoding="utf-8"))
    words = set()
    for slug in MODULES:
        needed, tried = recorded[slug]["needed"], recorded[slug]["tried"]
        words |= set(needed.values())
        spared = {name for name, word in needed.items() if word == "not found necessary"}
        assert spared == set(tried) and all(n > 0 for n in tried.values())
    assert words == {"needed", "not found necessary", "not tried"}
    shown = necessity.recorded_necessity()
    assert set(shown["two_ended_step"].values()) == {"not tried"}
    assert shown["multi_prompt"]["normalised"] == "not found necessary"


def test_without_instances_beyond_a_hypothesis_it_is_not_tried(monkeypatch):
    monkeypatch.setattr(necessity, "candidates", lambda *_: ())
    statement = STATEMENTS["sharp_step"]
    found = necessity.necessity(statement, {})
    assert {verdict for verdict, _ in found.values()} == {"not tried"}
    monkeypatch.setattr(necessity, "explicit", lambda _: ())
    assert set(necessity.twin_table(statement, {}).values()) == {"no counterexample found"}


def test_the_comparisons_shown_are_those_that_were_decided():
    found = MODULES["sharp_step"].COUNTERS["drop smooth"]()
    sides = check(STATEMENTS["sharp_step"], found.values)
    assert [(float(c.measured), float(c.claimed), c.holds) for c in sides] == [
        (-0.01, -1.0, False),
        (-1.0, 0.01, True),
    ]
