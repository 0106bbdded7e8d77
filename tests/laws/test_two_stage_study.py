"""Laws of the two-stage study: it repeats, its files stand alone, and the results kept are its."""

import json
from pathlib import Path

import numpy as np
import pytest

from numeric.core import record
from numeric.experiments.two_stage.figures import draw, where
from numeric.experiments.two_stage.group_updates import enumerate_responses, response_probs
from numeric.experiments.two_stage.study import (
    COLUMNS,
    LEARNED,
    STEP_SIZES,
    WORLDS,
    as_json,
    command_line,
    factor,
    files,
    setting,
    study,
    summary,
)
from numeric.experiments.two_stage.two_stage import (
    CENTRED,
    GRADED,
    MIN,
    NORMALISED,
    ascend,
    moments,
)

RESULTS = Path(__file__).parents[2] / "numeric" / "results" / "two_stage"
SMALL = {"seeds": 2, "steps": 12, "expected_steps": 60}


@pytest.fixture(scope="module")
def small():
    """A short study, the calls of its progress function, and its files."""
    calls = []
    tables = study(**SMALL, seed=3, progress=lambda done, total: calls.append((done, total)))
    return tables, calls, files(tables, command_line(2, 3), {"seeds": 2, "seed": 3})


@pytest.fixture(scope="module")
def kept():
    return {name: record.read_csv(RESULTS / f"{name}.csv") for name in COLUMNS}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(small):
    tables, _, held = small
    again = study(**SMALL, seed=3)
    assert files(again, command_line(2, 3), {"seeds": 2, "seed": 3}) == held
    other = study(**SMALL, seed=4)
    differs = {name for name in tables if other[name] != tables[name]}
    assert differs == {"sampled", "curves", "outcomes"}


@pytest.mark.slow
def test_the_figures_need_the_files_and_nothing_else(small, tmp_path):
    record.write(tmp_path, small[2])
    images = draw(tmp_path)
    assert set(images) == {"two_stage_dynamic.png", "two_stage_algorithms.png"}
    assert all(image.startswith(b"\x89PNG") for image in images.values())
    (tmp_path / "curves.csv").unlink()
    with pytest.raises(FileNotFoundError, match="curves"):
        draw(tmp_path)


@pytest.mark.parametrize("world", WORLDS, ids=lambda w: w.name)
def test_every_world_starts_as_it_says(world):
    responses = enumerate_responses(3, 3)
    start, rewards, rare = setting(world, responses)
    pi = response_probs(responses, start[None])[0]
    assert pi[rare] == pytest.approx(world.rare) and rewards[rare] == 1.0
    assert pi[rewards == world.good].sum() >= 0.4 - 1e-12
    assert pi.sum() == pytest.approx(1)


def test_a_spread_needs_two_seeds():
    with pytest.raises(ValueError, match="at least 2 seeds, got 1"):
        study(seeds=1)


def test_the_summary_counts_what_was_not_reached(small):
    for row in summary(small[0]):
        assert row["runs"] == 2 and row["reached"] <= 2
        assert ("learned_median" in row) == (row["reached"] > 0)
    assert {row["reached"] for row in summary(small[0])} != {2}


# -- the results kept ------------------------------------------------------------------------------


def test_the_results_kept_name_their_command_and_are_small(kept):
    document = json.loads((RESULTS / "two_stage.json").read_text())
    parameters = document["parameters"]
    assert document["command"] == command_line(**parameters)
    assert parameters["seeds"] >= 20 and document["versions"]["numpy"]
    assert {**document, **as_settings()} == document
    assert sum(path.stat().st_size for path in RESULTS.glob("*.[cj]s*")) < 600_000
    assert len(set(kept["outcomes"]["run"])) == parameters["seeds"]


def as_settings():
    """What the record says of the experiment, by the code as it is now."""
    now = as_json({name: [] for name in COLUMNS}, "", {})
    return {name: now[name] for name in ("bandits", "worlds", "step_sizes", "group", "pass_at_k")}


def test_the_exact_part_of_the_results_kept_comes_out_again(kept):
    again = ascend(GRADED, NORMALISED, STEP_SIZES[NORMALISED], 4000)
    rows = where(kept["moments"], bandit=GRADED.name, reading=NORMALISED)
    held = dict(zip(rows["moment"], rows["k"], strict=True))
    assert {name: held[name] for name in moments(again)} == moments(again)
    for row, miss in zip(factor(), kept["factor"]["miss"], strict=True):
        assert row["miss"] == pytest.approx(miss, rel=1e-3, abs=1e-14)


PAGE = Path(__file__).parents[2] / "proofs_notes" / "two_stage.md"


def test_the_page_gives_the_moments_of_the_results_kept(kept):
    page = PAGE.read_text()
    rows = where(kept["moments"], bandit=GRADED.name)
    k = {
        (r, m): int(i)
        for r, m, i in zip(*(rows[n] for n in ("reading", "moment", "k")), strict=True)
    }
    for words, moment in (
        ("the entropy is least (before the best token leads)", "entropy_least"),
        ("V > 0.8, by the formula", "formula"),
        ("the logit of the good token turns, observed", "good_logit_turns"),
        ("p(best) > p(good)", "best_leads"),
    ):
        assert f"| {words} | {k[CENTRED, moment]} | {k[NORMALISED, moment]} |\n" in page


def test_the_page_gives_the_entropies_of_the_results_kept():
    page, world = PAGE.read_text(), WORLDS[1].name
    steps = {"equal": ", equal rate", "matched": ", matched"}
    rows = json.loads((RESULTS / "two_stage.json").read_text())["summary"]
    shown = [r for r in rows if r["world"] == world and "GSPO-N" not in r["algorithm"]]
    assert len(shown) == 6
    for r in shown:
        name = r["algorithm"] + steps[r["step"]] * ("-N" in r["algorithm"])
        then = f"{r['entropy_then']:.2f} ± {r['entropy_then_sd']:.2f}"
        assert f"| {name} | {r['entropy']:.3f} | {r['learned_median']:g} | {then} |\n" in page


def final(kept, world, algorithm, step, column):
    rows = where(kept["outcomes"], world=world, algorithm=algorithm, step=step)
    return rows[column]


def test_what_the_page_says_of_entropy_holds_in_the_results_kept(kept):
    """0/1 rewards: more entropy at equal rate, none of it left at matched step or at equal J."""
    world, name = WORLDS[1].name, "GRPO-N, reward - 1"
    of = {
        step: final(kept, world, algorithm, step, "entropy")
        for algorithm, step in (("GRPO", "equal"), (name, "matched"))
    }
    slow = final(kept, world, name, "equal", "entropy")
    assert slow.min() > of["equal"].max()
    assert abs(of["matched"].mean() - of["equal"].mean()) < 0.05 * of["equal"].mean()
    for algorithm, step in (("GRPO-N, min(A,0)", "matched"), (name, "matched"), (name, "equal")):
        then = final(kept, world, algorithm, step, "entropy_then")
        assert then.mean() < final(kept, world, "GRPO", "equal", "entropy_then").mean() + 0.02


def test_what_the_page_says_of_the_second_stage_holds_in_the_results_kept(kept):
    """Graded rewards: every run of GRPO and GSPO learns the rare answer, no run of min(A,0)."""
    world = WORLDS[0].name
    for algorithm in ("GRPO", "GSPO"):
        assert final(kept, world, algorithm, "equal", "success_rate").min() > LEARNED
        for step in ("equal", "matched"):
            low = final(kept, world, f"{algorithm}-N, {MIN}", step, "success_rate")
            assert low.max() < 0.001


def test_the_exact_paths_kept_are_one_at_matched_steps_when_rewards_are_0_1(kept):
    for world, same in ((WORLDS[0], False), (WORLDS[1], True), (WORLDS[3], True)):
        full = where(kept["exact"], world=world.name, reading=NORMALISED, step="equal")
        low = where(kept["exact"], world=world.name, reading=MIN, step="matched")
        assert np.allclose(full["success_rate"], low["success_rate"], rtol=1e-4) == same
