"""False versions of the claims are refuted by explicit instances, which leave the claims alone."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from numeric.attack.necessity import RESULTS, counter_of, modules, necessity, table, twin_table
from numeric.checks._base import check, check_hypotheses, refuted
from numeric.checks._instances import Instance, counter, two_arms
from theory.statements import STATEMENTS

MODULES = {slug: module for slug, module in modules().items() if hasattr(module, "COUNTERS")}
CLAIMS = [
    pytest.param(slug, marks=pytest.mark.claim(slug, aspect="refuted when weakened"))
    for slug in MODULES
]
every_claim = pytest.mark.parametrize("slug", CLAIMS)


@cache
def counters(slug):
    return {name: make() for name, make in MODULES[slug].COUNTERS.items()}


@every_claim
def test_every_twin_is_certainly_refuted(slug, record_property):
    statement = STATEMENTS[slug]
    for twin in statement.twins:
        make = counter_of(twin, MODULES[slug].COUNTERS)
        assert make is not None, f"{twin.name}: no counterexample"
        found = make()
        assert found.meaningless or refuted(statement, found.values, twin.conclusion), twin.name
        record_property("counterexample", twin.name)


@every_claim
def test_the_claim_survives_the_instances_that_refute_its_twins(slug):
    statement = STATEMENTS[slug]
    for twin in statement.twins:
        if twin.drop is None:
            values = counters(slug)[twin.name].values
            assert not refuted(statement, values), twin.name
            for name, checks in check_hypotheses(statement, values).items():
                assert all(one.holds is not False for one in checks), (twin.name, name)


@every_claim
def test_without_a_needed_hypothesis_the_claim_is_false_or_meaningless(slug):
    statement = STATEMENTS[slug]
    for h in statement.hypotheses:
        found = counters(slug).get(f"drop {h.name}")
        if found is None:
            continue
        if found.meaningless:
            numbers = [check(statement, found.values)]
            numbers += check_hypotheses(statement, found.values).values()
            sides = [side for checks in numbers for c in checks for side in (c.measured, c.claimed)]
            assert not all(side.is_finite() for side in sides), h.name
        else:
            assert refuted(statement, found.values), h.name


@every_claim
def test_a_counter_is_about_a_twin_or_a_hypothesis_and_says_why_the_others_hold(slug):
    statement = STATEMENTS[slug]
    hypotheses = {h.name for h in statement.hypotheses}
    twins = {twin.name: twin.drop for twin in statement.twins}
    for name, found in counters(slug).items():
        dropped = twins[name] if name in twins else name.removeprefix("drop ")
        assert name in twins or dropped in hypotheses, name
        assert set(found.holds) == hypotheses - {dropped}, name
        assert all(found.holds.values()) and found.note, name


@pytest.mark.slow
def test_the_recorded_table_is_not_stale():
    assert json.loads(RESULTS.read_text(encoding="utf-8")) == table()


def test_without_counters_nothing_is_found_necessary_and_no_twin_refuted():
    statement = STATEMENTS["sharp_step"]
    assert set(necessity(statement, {}).values()) == {"not found necessary"}
    assert set(twin_table(statement, {}).values()) == {"no counterexample found"}


def test_an_instance_that_breaks_nothing_refutes_nothing():
    statement = STATEMENTS["sharp_step"]
    idle = counter(statement, Instance(two_arms(1), 1, Fraction(1, 4)), "log odds are linear")
    planted = {f"drop {h.name}": lambda: idle for h in statement.hypotheses}
    assert set(necessity(statement, planted).values()) == {"not found necessary"}


SOUND = Instance(two_arms(1), Fraction(1, 2), Fraction(1, 4), Fraction(1, 2))


@pytest.mark.parametrize(
    ("hypothesis", "instance"),
    [
        ("differentiable", replace(SOUND, line=SOUND.line.misreported(-1))),
        ("smooth", replace(SOUND, L=Fraction(1, 100))),
        ("bounded", replace(SOUND, G=Fraction(1, 4))),
        ("verifiable", replace(SOUND, reward=(Fraction(3, 2), 0))),
        ("interior", replace(SOUND, reward=(0, 0))),
        ("forward", replace(SOUND, eta=-1)),
        ("short", replace(SOUND, eta=2)),
    ],
)
def test_a_broken_hypothesis_is_seen(hypothesis, instance):
    statement = STATEMENTS["lemma_1"]
    assert SOUND.visibly_broken(statement) == set()
    assert instance.visibly_broken(statement) == {hypothesis}
    with pytest.raises(ValueError, match=hypothesis):
        counter(statement, instance, "")
    with pytest.raises(ValueError, match="normalised"):
        counter(statement, instance, "", drop="normalised")
