"""Laws of the worst case: certified, attained by policies, never passed, inside what is proved; and
its record over a grid."""

import json
import math
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from flint import arb, arb_series
from hypothesis import assume, given
from hypothesis import strategies as st

from numeric.checks._base import check
from numeric.checks._step import draw, measured
from numeric.core.balls import ball_precision
from numeric.experiments.worst_case import grid
from numeric.experiments.worst_case.policy import attaining_share, drift, on_the_way, smooth
from numeric.experiments.worst_case.program import (
    BITS,
    Atom,
    BadCertificate,
    Certificate,
    Update,
    closed_form,
    enclosure,
    exact,
    solve,
)
from numeric.experiments.worst_case.worst_case import (
    PROVED,
    OutOfDomain,
    as_json,
    checked,
    exactly,
    least_smoothness,
    proved_range,
    rows,
    safe_step,
    verify,
    worst_case,
)
from tests.depth import examples
from theory.evaluate import BALLS, evaluate
from theory.statements import worst_case as worst_claim
from theory.statements.eta_safe import SAFE_STEP

TYPICAL = (0.1, 0.5, 1.0, 1.0, 0.5)
LONG = (0.9, 1.0, 1.0, 1.0, 2.5)
UPDATES = [
    TYPICAL,
    LONG,
    (0.9, 0.5, 1.0, 1.0, 0.3),
    (0.1, -0.5, 1.0, 1.0, 0.5),
    (0.5, 0.0, 1.0, 0.0, 0.5),
    (0.5, 1.0, 2.0, 0.5, 1.0),
    (1e-9, 1.0, 4.0, 2.0, 0.3),
    (1 - 1e-9, 1.0, 4.0, 2.0, 0.3),
    (0.3, 1.0, 2.0, 2.0, 1e-9),
    (0.3, 1.0, 0.22, 2.0, 0.1),
    (0.5, 1.0, 0.25, 1.0, 1.0),
]
seeds = st.integers(0, 2**32 - 1)
both_ends = pytest.mark.parametrize("greatest", [False, True], ids=["least", "greatest"])


def drawn(seed):
    """A random update that some laws have, over many scales."""
    rng = np.random.default_rng(seed)
    J = 1 / (1 + math.exp(-rng.uniform(-9, 9)))
    gap = rng.choice([-1.0, 1.0]) * 10 ** rng.uniform(-1, 1)
    L = gap**2 * 10 ** rng.uniform(-1, 2)
    G = max(J, 1 - J) * abs(gap) * 10 ** rng.uniform(0, 1)
    eta = 10 ** rng.uniform(-3, 0.5) * abs(gap) / L
    try:
        return checked(J, gap, L, G, eta)
    except OutOfDomain:
        assume(False)


# -- certificates ----------------------------------------------------------------------------------


@pytest.mark.parametrize("constants", UPDATES)
def test_certificates_prove_narrow_enclosures_of_the_closed_form(constants):
    found = worst_case(*constants)
    assert verify(found)
    _, gap, _, _, eta = constants
    for end in (found.least, found.greatest):
        assert end.lower <= end.change <= end.upper
        assert 0 <= end.width < 1e-6 * abs(end.change - gap * eta) + 1e-15 * abs(end.change)


@given(seeds)
def test_the_solver_and_the_closed_form_agree(seed):
    update = drawn(seed)
    with ball_precision(BITS):
        for greatest in (False, True):
            lower, upper = enclosure(update, solve(update, greatest), greatest)
            change, _ = closed_form(update, greatest)
            assert not lower > change and not change > upper
            assert upper - lower < arb("1e-5") * abs(change - exact(update.gap * update.eta))


def certificates(found, name, **changes):
    end = getattr(found, name)
    return replace(found, **{name: replace(end, certificate=replace(end.certificate, **changes))})


@pytest.mark.parametrize("constants", [TYPICAL, LONG])
@pytest.mark.parametrize("name", ["least", "greatest"])
def test_tampered_certificates_are_rejected(constants, name):
    found = worst_case(*constants)
    end, J = getattr(found, name), constants[0]
    size = 1e-3 * min(J, 1 - J)
    for multiplier in ("normalisation", "mean_correct", "mean_incorrect"):
        for change in (size, -size):
            value = getattr(end.certificate, multiplier) + change
            assert not verify(certificates(found, name, **{multiplier: value}))
    swapped = {"correct": end.certificate.incorrect, "incorrect": end.certificate.correct}
    assert not verify(certificates(found, name, **swapped))
    spread = tuple(Atom(s, 1, 0.5) for s in (-constants[3], constants[3]))
    outcomes = [verify(certificates(found, name, **{k: spread})) for k in swapped]
    assert not all(outcomes)
    tighter = [{"lower": end.upper}, {"upper": end.lower}, {"change": end.change + end.width}]
    for claim in tighter:
        assert not verify(replace(found, **{name: replace(end, **claim)}))


@pytest.mark.parametrize(
    "law",
    [
        (),
        (Atom(0.0, 1, 0.0),),
        (Atom(1.0 + 1e-15, 1, 1.0),),
        (Atom(0.0, 2, 1.0),),
        (Atom(0.0, 0, 1.0),),
        (Atom(0.0, 1, -1.0), Atom(0.5, 1, 2.0)),
        (Atom(math.nan, 1, 1.0),),
        (Atom(0.0, 1, math.nan),),
        (Atom(0.0, 1, math.inf),),
    ],
)
def test_what_is_no_law_is_refused(law):
    with pytest.raises(BadCertificate):
        verify(certificates(worst_case(*TYPICAL), "least", correct=law))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_multipliers_that_are_no_numbers_are_refused(value):
    with pytest.raises(BadCertificate, match="multipliers must be finite"):
        verify(certificates(worst_case(*TYPICAL), "least", normalisation=value))


@given(seeds)
def test_no_multipliers_and_no_laws_certify_anything_false(seed):
    update, rng = drawn(seed), np.random.default_rng(seed + 1)
    G, scale = float(update.G), float(update.J * update.eta)

    def law():
        return tuple(
            Atom(float(rng.uniform(-G, G)), int(rng.choice([-1, 1])), float(rng.exponential()))
            for _ in range(rng.integers(1, 5))
        )

    slopes = rng.normal(size=2) * scale * 10 ** rng.uniform(-6, 1)
    offered = Certificate(law(), law(), float(rng.normal()), *slopes.tolist())
    with ball_precision(BITS):
        least, greatest = closed_form(update)[0], closed_form(update, True)[0]
        lower, upper = enclosure(update, offered)
        assert not lower > least and not upper < least
        lower, upper = enclosure(update, offered, greatest=True)
        assert not lower > greatest and not upper < greatest


@given(seeds)
def test_the_greatest_change_is_minus_the_least_with_the_classes_exchanged(seed):
    update = drawn(seed)
    with ball_precision(BITS):
        mirrored, _ = closed_form(update.mirrored())
        assert (closed_form(update, greatest=True)[0] + mirrored).contains(0)


# -- the proved inequalities -----------------------------------------------------------------------


def values_at(update, change):
    return {name: exact(x) for name, x in exactly(update).items()} | {"change": change}


@given(seeds)
def test_the_proved_inequalities_contain_the_worst_case(seed):
    update = drawn(seed)
    with ball_precision(BITS):
        for slug, greatest in product(PROVED, (False, True)):
            if slug == "lemma_1" and 4 * update.L * update.eta**2 > 1:
                continue
            values = values_at(update, closed_form(update, greatest)[0])
            assert all(c.holds is not False for c in check(PROVED[slug], values))


@given(seeds)
def test_what_an_inequality_leaves_is_read_off_its_statement(seed):
    update = drawn(seed)
    middle = float(update.gap * update.eta)
    half = float(update.L * update.eta**2 / 2)
    below, above = proved_range(PROVED["sharp_step"], update)
    assert middle - below == pytest.approx(
        half / float(update.F), rel=1e-12, abs=1e-12 * abs(middle)
    )
    assert above - middle == pytest.approx(
        half / float(update.J), rel=1e-12, abs=1e-12 * abs(middle)
    )
    printed = proved_range(PROVED["lemma_1"], update)
    assert (printed is None) == (4 * update.L * update.eta**2 > 1)


@given(seeds)
def test_the_closed_form_is_the_claim(seed):
    update = drawn(seed)
    with ball_precision(BITS):
        for greatest, end in ((False, worst_claim.LEAST), (True, worst_claim.GREATEST)):
            change, _ = closed_form(update, greatest)
            found = arb(evaluate(end, values_at(update, change), BALLS))
            odds = exact(update.J) / exact(update.F) * change.exp()
            assert found.overlaps(odds / (1 + odds)) and found.rad() < 1e-60


@pytest.mark.parametrize("J", [0.01, 0.1, 0.5])
def test_sharp_step_is_exact_at_its_own_safe_step(J):
    gap, L = 0.5, 4.0
    update = checked(J, gap, L, 2.0, 2 * (1 - J) * gap / L)
    update = replace(update, eta=2 * update.F * update.gap / update.L)
    with ball_precision(BITS):
        change, binding = closed_form(update)
        lower, _ = check(PROVED["sharp_step"], values_at(update, change))
        assert binding == "correct" and change.contains(0)
        assert lower.measured.overlaps(lower.claimed) and abs(lower.margin) < 1e-60
    assert attaining_share(update) is not None


@given(seeds)
def test_the_safe_step_is_where_the_least_change_is_zero_and_never_below_eta_safe(seed):
    update = drawn(seed)
    step = Fraction(safe_step(update))
    if update.gap <= 0:
        assert step == 0
        return
    with ball_precision(BITS):
        below, above = (
            closed_form(replace(update, eta=step * factor))[0]
            for factor in (1 - Fraction(1, 10**9), 1 + Fraction(1, 10**9))
        )
        assert below > 0 > above
    assert step >= evaluate(SAFE_STEP, exactly(update)) * (1 - Fraction(1, 10**14))


# -- domain, output, results -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "value", "message"),
    [
        (0, 0.0, "hypothesis violated: 0 < J < 1; got J = 0.0"),
        (0, 1.0, "hypothesis violated: 0 < J < 1; got J = 1.0"),
        (0, math.nan, "J must be a finite number, got nan"),
        (1, math.inf, "gap must be a finite number, got inf"),
        (1, 2.0, r"G >= max\(J, 1-J\) \|gap\| = 1.8, a mean score; got G = 1.0"),
        (2, 0.0, r"L > 0 \(Assumption 1b\); got L = 0.0"),
        (2, 0.02, "L >= 0.0240533: with less curvature probability is not conserved; got L = 0.02"),
        (3, 0.4, "a mean score; got G = 0.4"),
        (3, -1.0, "a mean score; got G = -1.0"),
        (4, 0.0, "eta > 0; got eta = 0.0"),
        (4, -0.5, "eta > 0; got eta = -0.5"),
        (4, 5.0, r"the solver's range: eta G \+ L eta\^2/2 must be at most 12, got 17.5"),
    ],
)
def test_what_no_update_has_is_refused_in_one_line(position, value, message):
    constants = list(TYPICAL)
    constants[position] = value
    with pytest.raises(OutOfDomain, match=message) as error:
        worst_case(*constants)
    assert "\n" not in str(error.value)


def test_constants_without_a_policy_on_the_way_are_refused():
    J, gap, L, G, eta = 0.3, 1.4, 0.255, 1.0, 6.3
    update = Update(*map(Fraction, (J, 1 - J, gap, L, G, eta)))
    with ball_precision(BITS):
        for greatest in (False, True):  # at eta there are laws
            lower, upper = enclosure(update, solve(update, greatest), greatest)
            assert upper - lower < 1e-4
    with pytest.raises(OutOfDomain, match=r"L >= 0.4\d*: with less curvature probability is not"):
        checked(J, gap, L, G, eta)


def test_the_output_is_a_table_of_texts_and_valid_json():
    for constants in (TYPICAL, LONG):
        found = worst_case(*constants)
        assert all(len(line) == 3 and all(type(x) is str for x in line) for line in rows(found))
        document = json.loads(json.dumps(as_json(found), allow_nan=False))
        assert document["least"]["change"] == found.least.change
        assert document["least"]["attained"] is found.least.attained
        assert set(document["proved"]) == set(PROVED)
    assert ("lemma_1", "-", "a hypothesis fails at this step size") in rows(worst_case(*LONG))


FEW = [TYPICAL, LONG, (0.9, 0.5, 1.0, 1.0, 0.3), (0.1, -0.5, 1.0, 1.0, 0.5)]
ATTAINED = [case for case in product(FEW, (False, True)) if case != (LONG, False)]


def rational(ball):
    """The midpoint of a ball."""
    middle = arb(ball).mid().fmpq()
    return Fraction(int(middle.p), int(middle.q))


@given(seeds)
def test_no_random_policy_goes_beyond_the_worst_case(seed):
    values = measured(draw(np.random.default_rng(seed)))
    J, gap, L, G, eta = (rational(values[name]) for name in ("J", "gap", "L", "G", "eta"))
    enough = 1 + Fraction(1, 10**12)  # midpoints of balls are a little off
    update = Update(J, 1 - J, gap, L * enough, G * enough, eta)
    assume(0 < eta and update.eta * update.G + update.rho < 60)
    with ball_precision(BITS):
        for greatest in (False, True):
            change, _ = closed_form(update, greatest)
            beyond = values["change"] - change if greatest else change - values["change"]
            assert not beyond > 0
        # The constants of a policy are never refused.
        assert update.L >= update.J * update.F * update.gap**2
        assert not least_smoothness(update) > exact(update.L)


def responses(update, binding, share, t):
    """(mass at 0, score at 0, growth of log pi as a series at t, correct) of the policy that
    `attaining_share` describes, straight from its description."""
    G, x = update.G, arb_series([exact(t), 1], 3)
    A, slope, bend = drift(update, binding, share, exact(t))
    free = arb_series([A, slope, bend / 2], 3)
    fall = exact(update.L / 2) * x * x
    found = []
    classes = zip((True, False), (update.J, update.F), update.means, strict=True)
    for correct, mass, mean in classes:
        up = (G + mean) / (2 * G)
        if correct and binding == "correct":
            laws, rest = [(mean, Fraction(1))], -fall
        elif not correct and binding == "incorrect":
            laws, rest = [(G, up), (-G, 1 - up)], fall
        else:
            laws, rest = [(mean, 1 - share), (G, share * up), (-G, share * (1 - up))], free
        found += [(mass * p, s, exact(s) * x + rest, correct) for s, p in laws]
    return found


@pytest.mark.parametrize(("constants", "greatest"), ATTAINED)
def test_the_policy_found_is_a_policy_and_attains_the_extreme(constants, greatest):
    update = checked(*constants)
    with ball_precision(BITS):
        share = attaining_share(update, greatest)
        extreme, _ = closed_form(update, greatest)
        update = update.mirrored() if greatest else update
        _, binding = closed_form(update)
        for k in range(1, 41):
            t = update.eta * k / 40
            policy = responses(update, binding, Fraction(share), t)
            pi = [exact(mass) * growth[0].exp() for mass, _, growth, _ in policy]
            assert abs(sum(pi) - 1) < arb("1e-60")
            scores = [growth[1] for _, _, growth, _ in policy]
            assert abs(sum(p * s for p, s in zip(pi, scores, strict=True))) < arb("1e-60")
            for score, (_, start, _, _) in zip(scores, policy, strict=True):
                assert abs(start) <= update.G
                assert abs(score - exact(start)) < exact(update.L * t) + arb("1e-60")
        J = sum(p for p, (*_, correct) in zip(pi, policy, strict=True) if correct)
        change = (J / (1 - J)).log() - exact(update.J / update.F).log()
        assert abs(change - (-extreme if greatest else extreme)) < arb("1e-60")
        starts = [(exact(mass), exact(s), correct) for mass, s, _, correct in policy]
        plus = sum(m * s for m, s, correct in starts if correct) / exact(update.J)
        minus = sum(m * s for m, s, correct in starts if not correct) / exact(update.F)
        assert abs(plus - minus - exact(update.gap)) < arb("1e-60")


def test_a_policy_that_is_not_smooth_is_not_accepted():
    update = checked(*TYPICAL)
    with ball_precision(BITS):
        assert smooth(update, "correct", Fraction(attaining_share(update)))
        assert smooth(update, "correct", Fraction(0))
        flat = replace(update, L=Fraction(1, 4))
        assert not smooth(flat, "correct", Fraction(1))
        assert not smooth(checked(0.9, 1.0, 1.0, 1.0, 2.5), "correct", Fraction(0))


@examples(400)
@given(seeds)
def test_what_is_accepted_as_smooth_is_smooth(seed):
    rng = np.random.default_rng(seed)
    J, share = rng.uniform(0.01, 0.99), Fraction(rng.choice([0.0, rng.uniform() ** 2]))
    L, G = 10 ** rng.uniform(-0.5, 1.5), 10 ** rng.uniform(0, 0.7)
    update = Update(*map(Fraction, (J, 1 - J, 1.0, L, G, 10 ** rng.uniform(-3, 0.7) / L)))
    with ball_precision(BITS):
        _, binding = closed_form(update)
        parts = [Fraction(k, 50) for k in range(1, 51)] + [Fraction(1, 4**k) for k in range(3, 12)]
        times = [exact(update.eta * part) for part in parts]
        slopes = [abs(drift(update, binding, share, t)[1]) / t for t in times]
        rough = any(not slope <= exact(update.L) for slope in slopes)
        calm = all(slope < exact(update.L * Fraction(9, 10)) for slope in slopes)
        accepted = smooth(update, binding, share)
    assert not (accepted and rough) and (accepted or not calm)


@both_ends
def test_one_time_on_the_way_is_the_program_of_the_laws_and_more_times_stay_inside(greatest):
    for constants in (TYPICAL, LONG):
        update = checked(*constants)
        change = float(closed_form(update, greatest)[0])
        assert on_the_way(update, 1, greatest) == pytest.approx(change, abs=1e-7)
        later = on_the_way(update, 8, greatest)
        assert (change - later if greatest else later - change) > -1e-7


def test_where_no_policy_is_found_policies_stay_short_of_the_laws():
    found = worst_case(*LONG)
    assert not found.least.attained and found.greatest.attained
    assert on_the_way(checked(*LONG), 16) > found.least.change + 1


# -- the record ------------------------------------------------------------------------------------


RECORDED = json.loads(grid.RESULTS.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_recorded_results_are_those_of_the_command():
    assert RECORDED["command"] == grid.COMMAND and RECORDED["columns"] == list(grid.COLUMNS)
    for line in RECORDED["rows"][::40]:
        J, L, square, step, *numbers = line
        again = list(grid.row(worst_case(J, 1.0, L, (square * L) ** 0.5, step / L)))
        known = [k for k, x in enumerate(numbers) if x is not None]
        assert known == [k for k, x in enumerate(again) if x is not None]
        assert [again[k] for k in known] == pytest.approx([numbers[k] for k in known], rel=1e-4)
    parts = {k: v for k, v in RECORDED["summary"].items() if "used" in k or "tightest" in k}
    again = grid.summary(RECORDED["rows"])
    assert {k: again[k] for k in parts} == parts


def test_no_recorded_worst_case_uses_more_than_is_allowed():
    for slug, side in product(PROVED, grid.SIDES):
        assert all(x is None or x <= 1 + 1e-5 for x in grid.used(RECORDED["rows"], slug, side))


@pytest.mark.slow
def test_the_figure_is_drawn(tmp_path):
    grid.draw(RECORDED, tmp_path / "worst_case.png")
    assert (tmp_path / "worst_case.png").read_bytes().startswith(b"\x89PNG")
