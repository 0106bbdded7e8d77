"""The fused form is the eager one, to rounding; the study counts what ran and stops at a fault."""

import json
from dataclasses import replace

import pytest
import torch

from gpu_checks.constructions import constructions, fused
from gpu_checks.constructions.constructions import (
    COLUMNS,
    FAMILIES,
    ROUNDING,
    SAFE,
    UNIFORMS,
    resting,
)
from gpu_checks.constructions.fused import (
    Unavailable,
    Violated,
    compiled_pass,
    eager_pass,
    shares,
    study,
    take_steps,
)
from numeric.core.record import as_text

COSINE, SHARP = FAMILIES["cosine"], FAMILIES["triangle"]


def drawn(side, theorem, family=SHARP, rows=2, device="cpu"):
    generator = torch.Generator().manual_seed(11)
    u = torch.rand(rows * COLUMNS, UNIFORMS, generator=generator, dtype=torch.float64)
    return fused.draw(side, theorem, family, u.to(device), 20)


def compiled(side, i, per_pass):
    """The fused form, or a skip that says why there is none."""
    try:
        return compiled_pass(side, i, per_pass)
    except Unavailable as reason:
        pytest.skip(str(reason))


def agree(side, i, per_pass, pass_):
    """State and tally of the two forms after one pass.

    Elementary functions may differ in the last place (on CUDA products and sums contract as well),
    so each change of log odds is right to the budget of a step in both, and a difference of phases
    grows by at most 1 + L eta in a step: a factor of 100 covers a few steps."""
    at = shares(0, per_pass, i.gap)
    (state, tally), (right, right_tally) = (
        pass_(i, resting(i), at),
        eager_pass(side)(i, resting(i), at),
    )
    moved = (right.periods + right.phase - i.phase).abs() + per_pass
    allowed = 100 * ROUNDING * moved * i.period * (i.top + 2 * i.amplitude)
    assert ((state.climb - right.climb).abs() <= allowed).all()
    apart = state.periods - right.periods + state.phase - right.phase
    assert (apart.abs() <= 1e-10 * moved).all()
    assert (tally.violations == 0).all() and (right_tally.violations == 0).all()
    assert ((tally.decided - right_tally.decided).abs() <= 2).all()
    return state, right


# -- the fused form --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("theorem", list(SAFE))
@pytest.mark.parametrize("side", ["above", "below"])
@pytest.mark.parametrize("family", [COSINE, SHARP], ids=["cosine", "triangle"])
def test_fused_and_eager_agree(theorem, side, family):
    i = drawn(side, theorem, family)
    agree(side, i, 2, compiled(side, i, 2))


@pytest.mark.gpu
@pytest.mark.parametrize("theorem", list(SAFE))
@pytest.mark.parametrize("side", ["above", "below"])
@pytest.mark.parametrize("family", [COSINE, SHARP], ids=["cosine", "triangle"])
def test_fused_and_eager_agree_on_cuda(theorem, side, family):
    i = drawn(side, theorem, family, rows=64, device="cuda")
    agree(side, i, 16, compiled(side, i, 16))


@pytest.mark.slow
def test_the_fused_form_finds_violations_and_gives_the_same_bits_where_no_function_is_called():
    """Triangle waves move by +, -, * and / alone, and on a CPU none of these are contracted."""
    i = drawn("above", "theorem_2")
    pass_ = compiled("above", i, 1)
    state, right = agree("above", i, 1, pass_)
    assert all((x == y).all() for x, y in zip(state, right, strict=True))
    for name, wrong in (("gap", 1e40), ("phase", 0.5), ("top", float("nan"))):
        values = getattr(i, name).clone()
        values[1, 17] = wrong
        broken = replace(i, **{name: values})
        _, tally = pass_(broken, resting(broken), shares(0, 1, i.gap))
        assert tally.violations.tolist() == [0, 1]
        with pytest.raises(Violated, match=f"instance {COLUMNS + 17}, step 0"):
            take_steps("above", broken, 3, pass_, 1)


@pytest.mark.slow
def test_a_study_in_the_fused_form_agrees_with_the_eager_one(monkeypatch):
    monkeypatch.setitem(fused.PER_PASS, "cpu", 1)  # quicker to compile
    quick, slow = (study(3 * COLUMNS, 8, seed=2, fused=form) for form in (True, False))
    if quick["form"] != "fused":
        pytest.skip(quick["form"])
    for name, found in quick["claims"].items():
        right = slow["claims"][name]
        assert found.keys() == right.keys()
        for key in found:
            assert found[key] == pytest.approx(right[key], rel=2e-3, abs=2e-2), (name, key)


@pytest.mark.slow
def test_without_a_compiler_the_reason_is_given_and_the_study_runs_eagerly(monkeypatch):
    def fails(*arguments, **options):
        raise RuntimeError("\nno C++ compiler\nmore")

    monkeypatch.setattr(torch, "compile", fails)
    with pytest.raises(Unavailable, match=r"unavailable: RuntimeError: no C\+\+ compiler$"):
        compiled_pass("above", drawn("above", "theorem_2"), 1)
    found = study(1, 2, fused=True)
    assert found["form"] == "fused unavailable: RuntimeError: no C++ compiler"
    assert found["claims"] == study(1, 2, fused=False)["claims"]


def test_a_fault_of_ours_is_not_taken_for_a_missing_compiler(monkeypatch):
    monkeypatch.delitem(fused.STEPS, "above")
    with pytest.raises(KeyError):
        compiled_pass("above", drawn("above", "theorem_2"), 1)


def test_a_compiled_pass_that_disagrees_with_the_eager_one_is_named():
    i = drawn("above", "theorem_2")

    def wrong(i, state, shares):
        state, tally = eager_pass("above")(i, state, shares)
        return state, tally._replace(violations=tally.violations + 1)

    with pytest.raises(
        Violated, match=r"2 violations in steps 0 to 3 .* the compiled code is wrong"
    ):
        take_steps("above", i, 4, wrong, 4)


def test_a_violation_in_the_middle_of_a_pass_is_located(monkeypatch):
    right = fused.STEPS["below"]
    fourth = float(shares(5, 1, torch.zeros((), dtype=torch.float64)))

    def fails_at_step_5(i, state, share):
        after, seen = right(i, state, share)
        fine = seen.fine.clone()
        fine[1, 2] &= float(share) != fourth
        return after, seen._replace(fine=fine)

    monkeypatch.setitem(fused.STEPS, "below", fails_at_step_5)
    with pytest.raises(Violated, match=f"instance {COLUMNS + 2}, step 5"):
        take_steps("below", drawn("below", "theorem_2"), 8, None, 4)


def test_steps_that_do_not_fill_a_pass_are_made():
    i = drawn("below", "theorem_4")
    (one, totals), (other, other_totals) = (take_steps("below", i, 7, None, n) for n in (1, 3))
    assert all((x == y).all() for x, y in zip(one, other, strict=True))
    assert totals == other_totals

    sizes = []

    def only_whole_passes(i, state, shares):
        sizes.append(len(shares))
        return eager_pass("below")(i, state, shares)

    take_steps("below", i, 7, only_whole_passes, 3)
    assert sizes == [3, 3], "a compiled pass takes one number of steps, and the last is eager"


# -- the study -------------------------------------------------------------------------------------


def test_the_study_counts_what_ran_and_repeats_itself():
    done = []
    found = study(1000, 3, seed=5, fused=False, progress=lambda k, n: done.append((k, n)))
    assert done == [(k, 12) for k in range(1, 13)]
    assert json.loads(as_text(found)) == found
    assert set(found["claims"]) == {"theorem_2", "theorem_4", "eta_safe", "token_eta_safe"}
    for claim in found["claims"].values():
        assert claim["instances"] == 6 * COLUMNS >= 1000
        assert claim["instance_steps"] == 3 * claim["instances"]
        assert claim["violations"] == 0
        assert 0.5 < claim["fraction_decided"] <= 1
    assert study(1000, 3, seed=5, fused=False) == found
    assert study(1000, 3, seed=6, fused=False)["claims"] != found["claims"]


def test_the_study_stops_at_a_violation(monkeypatch):
    monkeypatch.setattr(constructions, "ROUNDING", 0.0)
    with pytest.raises(Violated, match="eta_safe below"):
        study(3 * COLUMNS, 20, fused=False)


@pytest.mark.parametrize(("instances", "steps"), [(0, 1), (1, 0)])
def test_the_study_refuses_to_run_nothing(instances, steps):
    with pytest.raises(ValueError, match="must be at least 1"):
        study(instances, steps)


# -- the benchmark counts --------------------------------------------------------------------------
