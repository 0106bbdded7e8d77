"""Laws of the safe step sizes that ``gradgap threshold`` prints.

The formulas are written out here a second time, in floats. On the domain that is drawn a float
evaluation has relative error below 1e-12: the largest loss is 1 - J, with J up to 1 - 1e-3.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from theory import token_thresholds as module
from theory.kernel.statement import Hypothesis
from theory.kernel.terms import const, eq, minimum
from theory.statements import _tree_trajectory as claims
from theory.statements._common import F, J, gap
from theory.statements._grpo import STEP_DR_GRPO, STEP_GRPO, T_inf, T_psi, sigma
from theory.statements.grpo_safe_rate import peak
from theory.statements.token_eta_safe import moment_branch
from theory.thresholds import OutOfDomain, thresholds
from theory.token_thresholds import (
    EARLY,
    FIRST,
    LATE,
    SECOND,
    thresholds_of_level,
    token_thresholds,
)
from theory.vocabulary import G, L, alpha, eta, k, positive_part, steps

CLOSE = 1e-12


def factors(low, high):
    return st.floats(math.log(low), math.log(high)).map(math.exp)


@st.composite
def constants(draw):
    """J, gap, L, G, T_inf, T_psi, E+[len], alpha, with lengths from one token to 10^5."""
    T = draw(st.integers(1, 10) | st.integers(1, 10**5))
    least, most = 1 / math.log(2), T / math.log(2)
    share, mean = draw(st.floats(0, 1)), draw(st.floats(0, 1))
    T_psi = min(max(least, least + share * (most - least)), most)
    mean_length = min(1 + mean * (T - 1), T)
    J = draw(st.floats(1e-3, 1 - 1e-3))
    L, G, alpha = (draw(factors(1e-3, 1e3)) for _ in range(3))
    largest_gap = G * min(mean_length / (1 - J), T / J)
    gap = draw(factors(1e-6, 1 - 1e-9)) * largest_gap
    return J, gap, L, G, T, T_psi, mean_length, alpha


def by_hand(J, gap, L, G, T, T_psi, mean_length, alpha):
    """Every number of the table, from the formulas of the paper and of the sharp claims."""
    first = gap / 2 / (L * T + G**2 * min(T_psi / (1 - J), 8 * T**2))
    second = 1 / (2 * math.sqrt(L * T + G**2 * T_psi))
    failure = 2 * (1 - J) * gap / (L * mean_length)
    success = 2 * J * gap / (L * T + G**2 * T**2)
    both = gap / (L * T + G**2 * T**2 / 2)
    moment = gap / (L * T + 4 * (2**0.25 - 1) * G**2 * T_psi / (1 - J))
    moment = min(moment, 1 / (2 * G * math.sqrt(T_psi)))
    paper, safe = min(first, second), max(failure, success, both, moment)
    grpo = alpha * gap * math.sqrt(J * (1 - J)) / T_psi
    dr_grpo = alpha * gap * J * (1 - J)
    return {
        "first": first,
        "second": second,
        "paper": paper,
        "converges": (1 - J) * gap / (L * mean_length),
        "failure": failure,
        "success": success,
        "both": both,
        "moment": moment,
        "safe": safe,
        "grpo": grpo,
        "grpo to paper": grpo / paper,
        "grpo to safe": grpo / safe,
        "dr_grpo": dr_grpo,
        "dr_grpo to paper": dr_grpo / paper,
        "dr_grpo to safe": dr_grpo / safe,
        "crossing": 1 - T_psi / (8 * T**2),
        "safe_rate": 1 / (L * T / T_psi + 2 * G**2 * T * math.sqrt(8 / T_psi)),
    }


def printed(found):
    """The same numbers as the command prints them."""
    names = ("failure", "success", "both", "moment")
    return {
        "first": found.paper_branches[FIRST],
        "second": found.paper_branches[SECOND],
        "paper": found.paper,
        "converges": found.converges,
        **dict(zip(names, found.branches.values(), strict=True)),
        "safe": found.safe,
        "grpo": found.grpo.step,
        "grpo to paper": found.grpo.to_paper,
        "grpo to safe": found.grpo.to_safe,
        "dr_grpo": found.dr_grpo.step,
        "dr_grpo to paper": found.dr_grpo.to_paper,
        "dr_grpo to safe": found.dr_grpo.to_safe,
        "crossing": found.crossing,
        "safe_rate": found.safe_rate,
    }


def differences(case):
    """Names of the numbers that are not the ones computed by hand."""
    expected = by_hand(*case)
    found = printed(token_thresholds(*case))
    assert found.keys() == expected.keys()
    return {x for x in expected if not math.isclose(found[x], expected[x], rel_tol=CLOSE)}


EARLY_CASE = (0.6, 0.5, 2.0, 1.5, 100, 50.0, 30.0, 0.01)  # T_psi/(1-J) is the smaller arm
LATE_CASE = (0.99, 0.5, 2.0, 1.5, 2, 2.5, 1.5, 0.3)  # 8 T^2 is
WIDE_CASE = (0.01, 20.0, 0.05, 1.0, 100, 50.0, 90.0, 0.01)  # a gap that allows any step


@given(constants())
@example(EARLY_CASE)
@example(LATE_CASE)
@example(WIDE_CASE)
def test_every_number_is_the_formula_written_by_hand(case) -> None:
    assert differences(case) == set()


FACTOR_4 = minimum(claims.T_psi / claims.F(k), 4 * claims.T**2)
ALIGNED = positive_part(claims.gap(k))
PLANTED = {
    "ADAPTED": claims.every_step(
        "4 T^2, not 8 T^2", steps(k) <= ALIGNED / 2 / (L * claims.T + G**2 * FACTOR_4), ""
    ),
    "SHORT": claims.every_step(
        "2, not 4", 2 * ((L * claims.T + G**2 * claims.T_psi) * steps(k) ** 2) <= 1, ""
    ),
    "ADAPTED_SHARP": claims.every_step(
        "no 1-J", steps(k) <= ALIGNED / (L * claims.length_plus(k)), ""
    ),
    "DEVIATION": Hypothesis("J, not J(1-J)", eq(sigma**2, J), ""),
    "PEAK": Hypothesis("T_inf, not T_inf^2", eq(peak**2 * T_psi, 8 * T_inf), ""),
    "RATE": Hypothesis("no G", alpha * (L * T_inf / T_psi) <= 1, ""),
    "STEP_GRPO": replace(STEP_GRPO, body=alpha * gap * sigma),
    "STEP_DR_GRPO": replace(STEP_DR_GRPO, body=alpha * gap * (J * F) / T_psi),
    "BRANCHES": {**module.BRANCHES, "2(1-J) gap/(L E+[len])": 2 * F * gap / L},
    "MODERATE": Hypothesis("T_inf for T_psi", 4 * (G**2 * T_inf * eta**2) <= 1, ""),
    "MOMENT_BRANCH": moment_branch(const(1)),
    "second_arm": 8 * T_inf,
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_wrong_formula_is_noticed(name, monkeypatch) -> None:
    monkeypatch.setattr(module, name, PLANTED[name])
    assert any(map(differences, (EARLY_CASE, LATE_CASE, WIDE_CASE)))


@given(constants())
def test_the_binding_branch_attains_the_threshold_and_half_of_a_branch_converges(case) -> None:
    found = token_thresholds(*case)
    assert found.paper == found.paper_branches[found.paper_binding]
    assert found.paper == min(found.paper_branches.values()) <= found.safe
    assert found.safe == found.branches[found.binding] == max(found.branches.values())
    failure, *_ = found.branches.values()
    assert 2 * found.converges == failure and found.converges < found.safe


@given(constants())
def test_the_sharp_step_is_not_below_the_first_branch_while_J_is_at_most_one_half(case) -> None:
    assume(case[0] <= 0.5)
    found = token_thresholds(*case)
    assert found.paper_branches[FIRST] <= found.converges


def test_near_one_it_is_the_branch_of_lemma_2_that_keeps_it_there() -> None:
    found = token_thresholds(0.99, 1, 1, 0.22, 1000, psi_1=150, mean_length=100)
    assert found.binding == module.MOMENT
    assert found.paper > 1.4 * sorted(found.branches.values())[-2]


@given(constants())
def test_the_regimes_cross_where_the_table_says(case) -> None:
    J, gap, L, G, *others = case
    found = token_thresholds(*case)
    assume(abs(J - found.crossing) > CLOSE)
    assert found.paper_arm == (EARLY if found.crossing > J else LATE)
    assert 0.8 < found.crossing <= 1
    others = [min(gap, G), L, G, *others]  # a gap that a policy has at every J
    before = token_thresholds(0.99 * found.crossing, *others)
    assert before.paper_arm == EARLY


@given(constants())
def test_up_to_the_safe_rate_grpo_meets_the_first_branch_at_every_success_rate(case) -> None:
    J, gap, L, G, T, T_psi, mean_length, _ = case
    rate = token_thresholds(*case).safe_rate
    worst = token_thresholds(*case).crossing
    for success_rate in (J, min(worst, 1 - 1e-9)):
        small = min(gap, G)  # a gap that a policy has at every J
        found = token_thresholds(success_rate, small, L, G, T, T_psi, mean_length, rate)
        assert found.grpo.step <= found.paper_branches[FIRST] * (1 + CLOSE)


@given(constants())
def test_grpo_overshoots_by_the_odds_while_the_first_arm_binds(case) -> None:
    """The bounds of grpo_overshoot_scope and, for Dr. GRPO, of grpo_versus_dr_grpo."""
    J, _, _, G, _, T_psi, _, alpha = case
    found = token_thresholds(*case)
    assume(found.paper_arm == EARLY)
    first = found.paper_branches[FIRST] * (1 - CLOSE)
    assert found.grpo.step >= 2 * alpha * G**2 * math.sqrt(J / (1 - J)) * first
    assert found.dr_grpo.step >= 2 * alpha * G**2 * T_psi * J * first


@given(constants())
def test_a_step_is_below_a_threshold_when_the_numbers_say_so(case) -> None:
    found = token_thresholds(*case)
    for algorithm in (found.grpo, found.dr_grpo):
        assert algorithm.below_paper == (algorithm.step <= found.paper)
        assert algorithm.below_safe == (algorithm.step < found.safe)
        assert (algorithm.to_paper <= 1) >= algorithm.below_paper


@given(constants())
def test_for_responses_of_one_token_the_levels_agree(case) -> None:
    J, gap, L, G, *_ = case
    gap = min(gap, G)
    one_token = token_thresholds(J, gap, L, G, 1, 1 / math.log(2), 1)
    whole = thresholds(J, gap, L, G)
    assert list(one_token.branches.values())[:3] == list(whole.branches.values())
    assert (one_token.safe, one_token.converges) == (whole.safe, whole.converges)


@given(constants())
def test_lengths_that_are_not_given_take_their_largest_value(case) -> None:
    J, gap, L, G, T, _, _, alpha = case
    found = token_thresholds(J, gap, L, G, T, learning_rate=alpha)
    assert found == token_thresholds(J, gap, L, G, T, T / math.log(2), T, alpha)
    assert (found.T_psi, found.mean_length) == (T / math.log(2), T)


def test_without_a_learning_rate_nothing_is_said_about_algorithms() -> None:
    found = token_thresholds(*EARLY_CASE[:-1])
    assert (found.grpo, found.dr_grpo, found.crossing, found.safe_rate) == (None,) * 4
    with_rate = token_thresholds(*EARLY_CASE)
    assert found == replace(with_rate, grpo=None, dr_grpo=None, crossing=None, safe_rate=None)
    assert [len(group) for group in found.groups()] == [3, 6]
    assert [len(group) for group in with_rate.groups()] == [3, 6, 9]


def test_a_gap_of_zero_allows_no_step_and_has_no_ratios() -> None:
    found = token_thresholds(0.5, 0.0, 1, 1, 10, learning_rate=1)
    steps_allowed = (found.paper, found.converges, found.safe, *found.branches.values())
    assert set(steps_allowed) == {0}
    for algorithm in (found.grpo, found.dr_grpo):
        assert (algorithm.step, algorithm.to_paper, algorithm.to_safe) == (0, None, None)


def test_nothing_is_lost_between_the_constants_and_the_result() -> None:
    """G^2 is below the smallest float, and G^2 T^2 is not."""
    found = token_thresholds(0.5, 1e-30, 1e-300, 1e-170, 1e150)
    assert math.isclose(found.branches["2J gap/(L T + G^2 T^2)"], 1e10, rel_tol=CLOSE)


GOOD = dict(zip(("J", "gap", "L", "G", "T_inf"), (0.5, 1.0, 1.0, 1.0, 10.0), strict=True))
GOOD |= {"T_psi": 5.0, "E+[len]": 5.0, "alpha": 0.1}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", GOOD)
def test_a_constant_that_is_not_finite_is_named(name, value) -> None:
    with pytest.raises(OutOfDomain, match="must be a finite number") as error:
        token_thresholds(*{**GOOD, name: value}.values())
    assert str(error.value).startswith(name)


@pytest.mark.parametrize(
    ("name", "outside", "edge"),
    [
        ("T_inf", 0.0, 1.0),
        ("T_inf", 9.5, 10.0),
        ("T_psi", 1.44, 1 / math.log(2)),
        ("T_psi", 14.5, 10 / math.log(2)),
        ("E+[len]", 0.9, 1.0),
        ("E+[len]", 10.1, 10.0),
        ("alpha", 0.0, 1e-9),
        ("G", 0.0, 1e-9),
    ],
)
def test_the_domain_ends_where_the_hypothesis_says(name, outside, edge) -> None:
    others = {**GOOD, "gap": 1e-10} if name == "G" else GOOD
    others = {**GOOD, "T_psi": None, "E+[len]": None} if name == "T_inf" else others
    with pytest.raises(OutOfDomain, match="hypothesis violated") as error:
        token_thresholds(*{**others, name: outside}.values())
    assert f"got {name} = {outside}" in str(error.value)
    assert token_thresholds(*{**others, name: edge}.values()).paper > 0


def test_a_score_that_vanishes_is_refused_only_by_the_claims_about_grpo() -> None:
    still = {**GOOD, "gap": 0.0, "G": 0.0}
    assert token_thresholds(*{**still, "alpha": None}.values()).paper == 0
    with pytest.raises(OutOfDomain, match="the claims about GRPO"):
        token_thresholds(*still.values())


anything = st.floats()
positive = st.floats(0, exclude_min=True, allow_infinity=False, allow_nan=False)
inside = st.floats(0, 1, exclude_min=True, exclude_max=True)
whole = st.integers(1, 10**6).map(float) | positive.map(lambda x: float(math.ceil(x)))


@given(
    st.tuples(inside | anything, *[positive | anything] * 3),
    st.none() | whole | anything,
    st.none() | positive | anything,
    st.none() | positive | anything,
    st.none() | positive | anything,
)
@example((5e-324, 5e-324, 5e-324, 0.0), 1.0, None, None, None)
@example((0.5, 1.0, 1.0, 1.0), 1.7e308, None, None, 1.0)
@example((1 - 2**-53, 1.7e308, 1.7e308, 1.7e308), 1e15, None, None, 5e-324)
def test_any_floats_give_a_result_or_one_line(four, longest, psi_1, mean_length, alpha) -> None:
    try:
        found = thresholds_of_level(four, longest, psi_1, mean_length, alpha)
    except OutOfDomain as error:
        assert len(str(error).splitlines()) == 1
        return
    json.dumps(asdict(found), allow_nan=False)
    assert all(len(row) == 3 for group in found.groups() for row in group)


@given(inside, positive, positive, positive, whole, st.none() | positive)
def test_floats_of_any_size_give_a_result_or_leave_the_range(J, gap, L, G, T, alpha) -> None:
    """Constants inside the domain are refused only because a float can't hold a result."""
    try:
        found = token_thresholds(J, gap, L, G, T, learning_rate=alpha)
    except OutOfDomain as error:
        refused = ("leaves the range of floats", "no policy has a larger gap")
        assert any(words in str(error) for words in refused) or math.isinf(T / math.log(2))
        return
    assert 0 < found.paper < math.inf
    assert 0 < found.converges < found.safe < math.inf


# -- arrays ----------------------------------------------------------------------------------------


def leaves(found):
    """Every number and name in a result, by its path."""
    flat, waiting = {}, [("", asdict(found))]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{path}/{name}", inner) for name, inner in value.items()]
        else:
            flat[path] = value
    return flat


@given(st.lists(constants(), min_size=1, max_size=6))
def test_arrays_give_what_their_elements_give(cases) -> None:
    columns = [np.array(column) for column in zip(*cases, strict=True)]
    together = leaves(token_thresholds(*columns))
    for index, case in enumerate(cases):
        for path, value in leaves(token_thresholds(*case)).items():
            found = together[path] if path == "/level" else together[path][index]
            if isinstance(value, float):
                assert math.isclose(found, value, rel_tol=CLOSE)
            elif not path.endswith(("binding", "arm")) and "below" not in path:
                assert found == value
    safe = together["/safe"]
    assert (safe == np.max([together[f"/branches/{name}"] for name in ALL_BRANCHES], axis=0)).all()


ALL_BRANCHES = (*module.BRANCHES, module.MOMENT)
SCALARS = [0.1, np.float64(0.1), "0.1", Fraction(1, 10), Decimal("0.1"), np.array(0.1), "1/10"]


@pytest.mark.parametrize("J", SCALARS, ids=lambda x: f"{type(x).__name__} {x}")
def test_one_number_may_be_of_any_type(J) -> None:
    found = thresholds(J, np.int64(1), np.uint8(1), np.float32(1))
    assert type(found.safe) is float
    assert math.isclose(found.safe, 1.8, rel_tol=CLOSE)
    assert found.binding == "2(1-J) gap/L"


def test_the_headline_is_the_longest_step_that_is_proved_safe() -> None:
    low, high = thresholds(0.1, 0.5, 1, 1), thresholds(0.99, 1, 1, 1)
    assert low.exact == low.safe and "below 0.9" in str(low) and "eta_safe" in str(low)
    assert high.exact > 1.8 * high.safe and "below 1.81443" in str(high) and "safe_gap" in str(high)
    assert high.longer == 1 / 3 > high.converges and low.longer == low.converges


def test_shapes_broadcast_and_ten_thousand_points_are_one_call() -> None:
    J, G = np.linspace(0.01, 0.99, 100)[:, None], np.linspace(1, 5, 100)
    found = thresholds(J, 0.5, [1.0] * 100, G)
    assert found.safe.shape == found.binding.shape == (100, 100)
    assert found.paper.dtype == np.float64
    assert found.safe[3, 70] == pytest.approx(thresholds(J[3, 0], 0.5, 1, G[70]).safe, rel=CLOSE)


def test_a_gap_of_zero_has_no_ratio_in_an_array_either() -> None:
    found = token_thresholds(0.5, [0.0, 0.5], 1, 1, 10, learning_rate=1)
    assert found.safe[0] == 0 < found.safe[1]
    assert np.isnan(found.grpo.to_paper[0]) and not np.isnan(found.grpo.to_paper[1])


@pytest.mark.parametrize(
    ("constants", "says"),
    [
        (([0.5, 1.5], 0.1, 1, 1), "0 < J < 1; got J = 1.5 at index (1,)"),
        (([[0.5], [np.nan]], 0.1, 1, 1), "J must be finite; got J = nan at index (1, 0)"),
        ((0.5, [0.1, 2.5], 1, 1), "no policy has a larger gap; got gap = 2.5 at index (1,)"),
        (([0.5, 0.6], [0.1] * 3, 1, 1), "do not broadcast: J (2,), gap (3,)"),
        (([0.5, 0.6], 0.1, 1, 1e200), "leaves the range of floats"),
        ((["half"], 0.1, 1, 1), "J must be an array of numbers"),
    ],
)
def test_an_array_outside_the_domain_is_refused_where_it_is(constants, says) -> None:
    with pytest.raises(OutOfDomain) as error:
        thresholds(*constants)
    assert says in str(error.value)


@pytest.mark.parametrize("J", ["0.1", "0.8"])
def test_the_largest_gap_is_the_one_that_a_mean_score_allows(J) -> None:
    edge = 1 / max(Fraction(J), 1 - Fraction(J))
    assert thresholds(J, edge, 1, 1).safe > 0
    with pytest.raises(OutOfDomain, match="no policy has a larger gap"):
        thresholds(J, edge + Fraction(1, 10**9), 1, 1)
