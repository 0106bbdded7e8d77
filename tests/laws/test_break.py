"""Course mode: a weakened claim is refuted by a policy that one can run, or left undecided."""

import json
import re
import runpy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.attack.break_claim import BrokenClaimError, as_json, as_text, broken_by, show, survives
from numeric.attack.necessity import RESULTS
from numeric.attack.pool import Candidate, explicit, small_policies
from numeric.attack.search import DRAWN, kept, violates
from numeric.checks._base import check, examined
from numeric.checks._instances import Instance
from numeric.checks._paths import Path
from theory.attack.weaken import changed, constants, dropped, occurrences, parse, written
from theory.statements import STATEMENTS

RECORDED = {
    slug: found["needed"]
    for slug, found in json.loads(RESULTS.read_text(encoding="utf-8")).items()
    if slug in STATEMENTS
}
NEEDED = [
    (slug, name)
    for slug, answers in RECORDED.items()
    for name, answer in answers.items()
    if answer == "needed"
]


@pytest.fixture
def printed_by(tmp_path, capsys):
    """The lines that a snippet prints."""

    def run_it(snippet):
        file = tmp_path / "snippet.py"
        file.write_text(snippet)
        runpy.run_path(str(file))
        return capsys.readouterr().out.splitlines()

    return run_it


def relations(broken):
    return {c["holds"] for c in broken.comparisons}


# -- hypotheses that are dropped -------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("slug", RECORDED)
def test_without_a_needed_hypothesis_the_claim_is_refuted_and_the_others_are_kept(slug):
    for name in [name for claim, name in NEEDED if claim == slug]:
        broken = broken_by(slug, drop=name)
        assert broken.verdict == "refuted", name
        assert False in relations(broken) or broken.counterexample.meaningless, name
        assert list(broken.kept) == [h.name for h in STATEMENTS[slug].hypotheses if h.name != name]
        assert all(broken.kept.values())


SAMPLE = NEEDED[:: len(NEEDED) // 16]


@pytest.mark.parametrize(("slug", "name"), SAMPLE)
def test_a_snippet_runs_and_prints_the_comparisons(slug, name, printed_by):
    broken = broken_by(slug, drop=name)
    lines = printed_by(broken.snippet)
    assert [line.split()[-1] for line in lines] == [str(c["holds"]) for c in broken.comparisons]


UNDECIDED = [
    ("lemma_1", "short"),
    ("theorem_1b", "positive_L"),
    ("theorem_1b_edges", "bounded"),
    ("theorem_3", "short"),
    ("logit_gradient", "nonempty"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "name"), UNDECIDED)
def test_without_a_hypothesis_not_found_necessary_the_answer_is_undecided(slug, name):
    assert RECORDED[slug][name] != "needed"
    broken = broken_by(slug, drop=name, tries=60)
    assert (broken.verdict, broken.counterexample, broken.snippet) == ("undecided", None, "")
    tried = RECORDED[slug][name] == "not found necessary"
    said = "no countermodel is known: the claim may hold" if tried else "no instance that breaks"
    assert (broken.beyond > 0) == tried
    assert broken.remark.startswith(said)


def test_the_search_meets_instances_that_break_the_dropped_hypothesis():
    broken = broken_by("lemma_1", drop="short", tries=60)
    assert 0 < broken.beyond < broken.examined


# -- changes ---------------------------------------------------------------------------------------

REFUTED = [
    ("sharp_step", "2 -> 4"),
    ("sharp_step", "2@1 -> 3"),
    ("sharp_step", "F -> J"),
    ("sharp_step", "^2 -> ^3"),
    ("lemma_1", "8 -> 1/4"),
    ("lemma_1", "8 -> 0"),
    ("lemma_1_sharp", "2@1 -> 4"),
    ("eta_safe", "2@1 -> 3"),
    ("theorem_1b", "8 -> 1/4"),
    ("theorem_1b", "J@1 -> F"),
    ("theorem_1b", "2@1 -> 1/2"),
    ("theorem_1b_sharp", "2 -> 1/2"),
    ("step_under_assumption_1", "2@2 -> 4"),
    ("hoeffding_lemma", "2 -> 4"),
    ("token_sharp_step", "2@1 -> 4"),
    ("eta_safe", "< -> >="),
]


@pytest.mark.parametrize(("slug", "change"), REFUTED)
def test_a_change_too_far_is_refuted_by_a_policy_that_runs(slug, change, printed_by):
    broken = broken_by(slug, change=change)
    assert broken.verdict == "refuted"
    assert list(broken.kept) == [h.name for h in STATEMENTS[slug].hypotheses]
    assert any(line.endswith(" False") for line in printed_by(broken.snippet))


HARMLESS = [
    ("lemma_1", "8 -> 9"),
    ("lemma_1", "8 -> 1/2"),  # lemma_1_sharp proves it
    ("sharp_step", "2 -> 1"),
    ("sharp_step", "<= -> <"),  # equality at eta = 0, which balls can't tell from "less"
    ("theorem_1b", "8 -> 1/2"),
    ("theorem_1b", "2 -> 3"),
    ("eta_safe", "2 -> 1"),
    ("corollary_1", "8 -> 7"),
    ("theorem_3", "8 -> 9"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "change"), HARMLESS)
def test_a_harmless_change_stays_undecided(slug, change):
    broken = broken_by(slug, change=change, tries=60)
    assert (broken.verdict, broken.counterexample, broken.comparisons) == ("undecided", None, ())
    assert broken.examined > 2
    assert "proved" not in as_text(broken).replace("may be true or false", "")


def test_a_claim_that_no_instance_is_known_to_keep_is_undecided_and_says_so():
    broken = broken_by("sharp_step", change="1 -> 2", tries=60)
    assert (broken.verdict, broken.examined) == ("undecided", 0)
    assert "nothing was tried" in broken.remark


def test_the_same_seed_finds_the_same_instance():
    first, again = (broken_by("grpo_overshoot_scope", change="2@2 -> 1", seed=3) for _ in range(2))
    assert as_json(first) == as_json(again)
    assert "random draw" in first.counterexample.label
    other = broken_by("grpo_overshoot_scope", change="2@2 -> 1", seed=4)
    assert other.counterexample.numbers != first.counterexample.numbers


# -- the text of a change --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "change", "conclusion"),
    [
        (
            "sharp_step",
            "2 -> 4",
            "-(L*eta^2/(4*F)) <= change - gap*eta and change - gap*eta <= L*eta^2/(4*J)",
        ),
        (
            "sharp_step",
            "2@2 -> 4",
            "-(L*eta^2/(2*F)) <= change - gap*eta and change - gap*eta <= L*eta^2/(4*J)",
        ),
        ("lemma_1", "8->0.25", "abs(change - gap*eta) <= (L + 1/4*G^2)*eta^2"),
        ("lemma_1", "^2@2 -> ^3", "abs(change - gap*eta) <= (L + 8*G^2)*eta^3"),
        ("lemma_1", "<= -> >=", "(L + 8*G^2)*eta^2 <= abs(change - gap*eta)"),
        ("theorem_1b", "J@1 -> F", "F(0)/(J(0) + F(0)*exp(-(M(K)/2))) <= J(K)"),
    ],
)
def test_a_change_rewrites_what_it_names_and_nothing_else(slug, change, conclusion):
    statement = STATEMENTS[slug]
    weakened = changed(statement, change)
    assert written(weakened.conclusion) == conclusion
    assert weakened.notation == statement.notation


def test_occurrences_are_counted_through_the_conclusion_and_then_the_hypotheses():
    spots = occurrences(STATEMENTS["theorem_1b"], "2")
    assert [(s.where, s.context) for s in spots] == [
        ("conclusion", "M(K)/2"),
        ("adapted", "2*(L + 8*G^2)"),
    ]
    zeros = occurrences(STATEMENTS["theorem_1b"], "0")
    assert zeros and "conclusion" not in {s.where for s in zeros}  # the step in J(0) is an index
    weakened = changed(STATEMENTS["theorem_1b"], "2@2 -> 3")
    assert weakened.conclusion == STATEMENTS["theorem_1b"].conclusion
    assert "3*(L + 8*G^2)" in written(weakened.hypotheses[-1].formula)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            {"slug": "sharp_stop", "drop": "smooth"},
            "no claim is called 'sharp_stop'; near it: sharp_step",
        ),
        ({"slug": "theorem_1a_printed", "drop": "smooth"}, "break theorem_1a instead"),
        ({"slug": "theorem_2", "drop": "smooth"}, "no numeric check"),
        ({"slug": "sharp_step", "drop": "smoot"}, "it has normalised, differentiable, smooth"),
        ({"slug": "cauchy_schwarz", "drop": "smooth"}, "it has none"),
        ({"slug": "lemma_1", "change": "7 -> 1"}, "7 does not occur in lemma_1; its constants are"),
        ({"slug": "lemma_1", "change": "8@2 -> 1"}, "8 occurs 1 times, so @2 is not there"),
        ({"slug": "lemma_1", "change": "8@0 -> 1"}, "@0 is not there"),
        ({"slug": "lemma_1", "change": "8 -> 1/0"}, "1/0 divides by zero"),
        ({"slug": "lemma_1", "change": "8 -> 16/2"}, "changes nothing"),
        ({"slug": "lemma_1", "change": "8 -> <"}, "change like for like"),
        ({"slug": "lemma_1", "change": "G -> H"}, "H is no name that lemma_1 uses"),
        ({"slug": "lemma_1", "change": "^2 -> ^99"}, "powers go from ^1 to ^16"),
        ({"slug": "lemma_1", "change": ">= -> <"}, "written with <= and <"),
        ({"slug": "lemma_1", "change": "8"}, "a change reads"),
        ({"slug": "lemma_1", "change": "8 -> __import__('os')"}, "is no number, name"),
        ({"slug": "lemma_1", "change": "8 -> " + "9" * 10**7}, "a change reads"),
        ({"slug": "lemma_1"}, "either a hypothesis to drop or a change"),
        ({"slug": "lemma_1", "drop": "short", "change": "8 -> 9"}, "either a hypothesis"),
        ({"slug": "lemma_1", "drop": "short", "tries": 0}, "tries must be at least 1, got 0"),
    ],
)
def test_bad_input_is_one_line_that_says_what_is_wrong(wrong, says):
    with pytest.raises(ValueError, match=re.escape(says)) as error:
        broken_by(**wrong)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 700


NUMBERS = ["8", "2", "1/4", "-1", "0", "1/0", "١"]
NAMES = ["J", "F", "G", "L", "K", "eta", "gap", "M", "t", "o", "é", "_"]
SIDES = st.sampled_from([*NUMBERS, *NAMES, "<=", "<", "=", ">=", "^2", "^3", "@", "->"])


@given(st.sampled_from(sorted(STATEMENTS)), SIDES, st.sampled_from(["", "@1", "@7"]), SIDES)
def test_any_change_gives_a_claim_or_a_value_error(slug, old, which, new):
    try:
        weakened = changed(STATEMENTS[slug], f"{old}{which} -> {new}")
    except ValueError as error:
        assert "\n" not in str(error)
        return
    assert weakened.conclusion != STATEMENTS[slug].conclusion or any(
        a.formula != b.formula
        for a, b in zip(weakened.hypotheses, STATEMENTS[slug].hypotheses, strict=True)
    )


@given(st.text(max_size=40))
def test_any_text_is_parsed_or_a_value_error(text):
    try:
        parse(text)
    except ValueError as error:
        assert "\n" not in str(error)


def test_every_constant_of_every_claim_is_found_where_it_stands():
    for statement in STATEMENTS.values():
        for value, spots in constants(statement).items():
            for number, _ in enumerate(spots, 1):
                weakened = changed(statement, f"{value}@{number} -> {value + 1000}")
                assert len(occurrences(weakened, str(value))) == len(spots) - 1


# -- the claim itself survives, and a planted violation does not ----------------------------------


@pytest.mark.slow
def test_the_unchanged_claims_survive_their_own_instances():
    found = {slug: survives(STATEMENTS[slug]) for slug in RECORDED}
    assert sum(found.values()) > 100
    assert found["sharp_step"] == 5


def test_a_false_claim_is_stopped_loudly():
    statement = STATEMENTS["sharp_step"]
    twin = next(t for t in statement.twins if t.conclusion is not None)
    with pytest.raises(BrokenClaimError, match="sharp_step is violated although instance"):
        survives(replace(statement, conclusion=twin.conclusion))
    with pytest.raises(BrokenClaimError, match="'drop smooth'"):
        survives(dropped(statement, "smooth"))


def test_an_instance_that_breaks_a_hypothesis_counts_for_nothing():
    statement = STATEMENTS["lemma_1"]
    sound = next(c for c in explicit("lemma_1") if kept(c, statement) is not None)
    assert set(kept(sound, statement).values()) <= {"true", "true as sampled", "equal in balls"}
    for wrong in ({"L": 0}, {"eta": 100}, {"reward": (2, 0, 0)}):
        bent = replace(sound, instance=replace(sound.instance, **wrong), memory={})
        assert kept(bent, statement) is None
        assert violates(bent, statement)


def test_a_draw_keeps_what_it_was_drawn_to_keep_and_what_its_numbers_say():
    statement = STATEMENTS["lemma_1"]
    numbers = examined(statement, explicit("lemma_1")[0].instance).values
    plain = {name: x for name, x in numbers.items() if not callable(x)}
    known = frozenset(statement.formal_hypotheses[h] for h in ("smooth", "bounded"))
    draw = Candidate("lemma_1", "planted", (), values=plain, known=known)
    assert kept(draw, statement) is None  # of the score it knows nothing
    rest = replace(
        statement,
        hypotheses=tuple(
            h for h in statement.hypotheses if h.name in ("smooth", "bounded", "short", "forward")
        ),
    )
    told = kept(draw, rest)
    assert told == {"smooth": DRAWN, "forward": "true", "short": "true", "bounded": DRAWN}


def test_an_instance_of_another_claim_that_is_meaningless_there_refutes_nothing_here():
    (empty,) = [c for c in explicit("theorem_1b") if "'drop interior'" in c.label]
    assert examined(STATEMENTS["theorem_1b"], empty.instance).meaningless
    assert broken_by("theorem_1b_edges", drop="bounded", tries=60).verdict == "undecided"


# -- the grid of small policies keeps what it says it keeps ----------------------------------------


@pytest.mark.parametrize(
    ("slug", "kind"), [("lemma_1", Instance), ("eta_safe", Instance), ("theorem_1b", Path)]
)
def test_small_policies_break_only_conditions_on_the_step(slug, kind):
    grid = small_policies(kind)
    assert len(grid) > 600
    for index in np.random.default_rng(1).choice(len(grid), 12, replace=False):
        found = examined(STATEMENTS[slug], grid[index].instance)
        assert found.broken <= {"short", "below_threshold", "adapted"}


def test_a_grid_policy_with_too_small_an_L_is_seen():
    instance = small_policies(Instance)[0].instance
    assert examined(STATEMENTS["lemma_1"], instance).broken == set()
    low = replace(instance, L=instance.L / 10)
    assert "smooth" in examined(STATEMENTS["lemma_1"], low).broken


# -- what is handed on -----------------------------------------------------------------------------

KEYS = {"slug", "weakened", "verdict", "counterexample", "comparisons", "kept", "snippet"}


def test_json_is_plain_and_has_the_keys_that_were_promised():
    for broken in (
        broken_by("lemma_1", change="8 -> 1/4"),
        broken_by("lemma_1", change="8 -> 9", tries=60),
    ):
        data = as_json(broken)
        assert json.loads(json.dumps(data)) == data
        assert set(data) >= KEYS
        assert (data["counterexample"] is None) == (data["verdict"] == "undecided")


def test_the_printed_numbers_are_those_of_the_instance():
    broken = broken_by("lemma_1", change="8 -> 1/4")
    weakened = changed(STATEMENTS["lemma_1"], "8 -> 1/4")
    found = next(c for c in explicit("lemma_1") if c.label == broken.counterexample.label)
    (one,) = check(weakened, found.on(weakened))
    (row,) = broken.comparisons
    assert float(row["left"]) == pytest.approx(float(one.measured), rel=1e-5)
    assert float(row["right"]) == pytest.approx(float(one.claimed), rel=1e-5)
    assert dict(show(broken))["verdict"] == "refuted"
    assert ("conclusion", "0.120115 <= 0.0910714  FAILS") in show(broken)
