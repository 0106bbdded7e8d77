"""Laws of a run's folder: a folder that is anything else is refused, and what is written."""

import json
import math
import os
import pickle
import random
from dataclasses import asdict, replace

import pytest
import torch

from gpu_checks import runs, train
from gpu_checks.runs import CHECKPOINT, LOG, SETTINGS, NotResumable
from gpu_checks.settings import Settings
from tests.gpu.run_folders import EVERY, STEPS, same, state_of

# -- what is refused -------------------------------------------------------------------------------


def refused(folder, settings, *names):
    """Refused, naming the file; and nothing in the folder is touched."""
    held = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(NotResumable) as error:
        runs.train_in_folder(folder, settings, every=EVERY)
    for name in names:
        assert str(name) in str(error.value)
    assert held == {path: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    "changes",
    [{"steps": 19}, {"seeds": (0, 2)}, {"dtype": "float32"}, {"algorithm": "gspo"}],
    ids=str,
)
def test_a_run_with_other_settings_is_refused(settings, halfway, changes):
    refused(halfway, replace(settings, **changes), halfway)


def test_a_finished_run_with_other_settings_is_refused(settings, unbroken):
    refused(unbroken, replace(settings, clip=0.1), unbroken)


def test_a_folder_with_anything_else_is_refused(settings, tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    refused(tmp_path, settings, tmp_path, SETTINGS)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"settings": 3}', '{"settings": {}}'])
def test_unreadable_settings_are_refused(settings, halfway, text):
    (halfway / SETTINGS).write_text(text)
    refused(halfway, settings, halfway / SETTINGS)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_checkpoint_that_is_cut_short_is_refused(settings, halfway, share):
    path = halfway / CHECKPOINT
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refused(halfway, settings, path)


def test_a_damaged_checkpoint_is_refused_or_read_rightly(settings, halfway):
    """A changed byte is noticed, or it was none of a tensor."""
    path, draw, noticed = halfway / CHECKPOINT, random.Random(0), 0
    content, expected = path.read_bytes(), state_of(halfway)
    for _ in range(200):
        place = draw.randrange(len(content))
        damaged = bytearray(content)
        damaged[place] ^= 1 << draw.randrange(8)
        path.write_bytes(damaged)
        try:
            state, rates = runs.restore(halfway, settings, "cpu")
        except NotResumable as error:
            assert str(path) in str(error)
            noticed += 1
            continue
        assert state is not None and rates is not None
        for name, value in asdict(state).items():
            if isinstance(value, torch.Tensor):
                assert torch.equal(value, expected[name]), (place, name)
            else:
                assert value == expected[name], (place, name)
        assert torch.equal(rates, expected["rates"])
    assert noticed > 100


def test_a_checkpoint_of_other_settings_is_refused(settings, halfway, tmp_path):
    path = halfway / CHECKPOINT
    saved = state_of(halfway)
    for changes in (
        {"of": "0" * 64},
        {"theta": saved["theta"][:1]},
        {"theta": saved["theta"][:, 1:]},
    ):
        torch.save({**saved, **changes}, path)
        refused(halfway, settings, path)


@pytest.mark.parametrize(
    "changed",
    [
        lambda saved: {name: x for name, x in saved.items() if name != "of"},
        lambda saved: {name: x for name, x in saved.items() if name != "theta"},
        lambda saved: {**saved, "more": 1},
        lambda saved: {**saved, "theta": None},
        lambda saved: [saved],
        lambda saved: 3,
    ],
    ids=["no settings", "no theta", "more", "theta is None", "list", "number"],
)
def test_a_checkpoint_with_other_contents_is_refused(settings, halfway, changed):
    torch.save(changed(state_of(halfway)), halfway / CHECKPOINT)
    refused(halfway, settings, halfway / CHECKPOINT)


class Malicious:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (os.mkdir, (str(self.mark),))


@pytest.mark.parametrize("plain", [True, False], ids=["pickle", "torch"])
@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_malicious_checkpoint_is_not_executed(settings, halfway, tmp_path, plain):
    mark, path = tmp_path / "mark", halfway / CHECKPOINT
    saved = {**state_of(halfway), "theta": Malicious(mark)}
    if plain:
        path.write_bytes(pickle.dumps(saved))
    else:
        torch.save(saved, path)
    refused(halfway, settings, path)
    assert not mark.exists()
    pickle.loads(pickle.dumps(Malicious(mark)))
    assert mark.exists(), "it would have been"


@pytest.mark.parametrize("kept", [0, 5, 7, 7.5])
def test_a_log_shorter_than_the_checkpoint_is_refused(settings, halfway, kept):
    """Eight updates are saved; of the eighth line half is there."""
    path = halfway / LOG
    lines = path.read_bytes().splitlines(keepends=True)
    whole = b"".join(lines[: int(kept)])
    path.write_bytes(whole + (lines[int(kept)][:50] if kept % 1 else b""))
    refused(halfway, settings, path, "8 updates")


def test_a_log_that_is_gone_is_refused(settings, halfway):
    (halfway / LOG).unlink()
    refused(halfway, settings, halfway / LOG)


@pytest.mark.parametrize("more", [b"", b"\n", b'{"step": 10', b'{"step": 10}\n{"st', b"\x00\xff\n"])
def test_what_the_log_has_beyond_the_checkpoint_is_made_again(settings, unbroken, halfway, more):
    with (halfway / LOG).open("ab") as log:
        log.write(more)
    runs.train_in_folder(halfway, settings, every=EVERY)
    same(halfway, unbroken)


def test_a_run_without_its_checkpoint_begins_again(settings, unbroken, halfway):
    (halfway / CHECKPOINT).unlink()
    runs.train_in_folder(halfway, settings, every=EVERY)
    same(halfway, unbroken)


# -- what is written -------------------------------------------------------------------------------


def test_the_log_says_what_was_measured_in_every_update(settings, unbroken):
    log = [*runs.read_log(unbroken)]
    assert [one["step"] for one in log] == [*range(STEPS)]
    state = train.begin(settings, train.initial_theta(settings, "cpu"))
    for one in log:
        state, measured = train.advance(settings, state)
        assert {"step", *measured} == {*one}
        for name, values in measured.items():
            for found, x in zip(one[name], values.tolist(), strict=True):
                assert found == x if math.isfinite(x) else found is None
    assert torch.equal(state.theta, state_of(unbroken)["theta"])


def test_the_settings_are_those_of_the_run(settings, unbroken):
    assert runs.settings_of(unbroken) == settings
    document = json.loads((unbroken / SETTINGS).read_text())
    assert document["versions"]["torch"].split("+")[0] == torch.__version__.split("+")[0]
    assert {*document["versions"]} == {"python", "gradgap", "torch", "numpy"}


def test_missing_numbers_are_null_and_others_are_written_in_full():
    values = torch.tensor([0.1, math.nan, math.inf, -math.inf, 1 / 3], dtype=torch.float64)
    found = runs.line(7, {"gap": values})
    assert json.loads(found) == {"step": 7, "gap": [0.1, None, None, None, 1 / 3]}


def test_the_result_has_a_row_for_each_run(settings, unbroken):
    rows, log, saved = runs.rows_of(unbroken), [*runs.read_log(unbroken)], state_of(unbroken)
    final = train.evaluate(settings, saved["theta"])
    assert len(rows) == 2
    for r, row in enumerate(rows):
        tail = log[-1:]
        expected = {
            "algorithm": "grpo",
            "task": "parity",
            "step": "adamw",
            "size": 2,
            "longest": settings.longest,
            "vocabulary": 4,
            "step_size": settings.step_sizes[r],
            "seed": settings.seeds[r],
            "steps": STEPS,
            "start": saved["rates"][r].item(),
            "final_success": final[r].item(),
            "best_success": max(one["success"][r] for one in log),
            "final_entropy": tail[0]["entropy"][r],
            "homogeneous": tail[0]["homogeneous"][r],
            "failing": tail[0]["failing"][r],
            "gradient_norm": tail[0]["gradient_norm"][r],
            "mean_length": tail[0]["length"][r],
            "cumulative_gap": saved["cumulative_gap"][r].item(),
            "missing": saved["missing"][r].item(),
            "finite": 1.0,
        }
        assert row == expected


def test_what_is_late_is_the_mean_of_what_is_known():
    tail = [{"x": [1.0, None]}, {"x": [None, None]}, {"x": [2.0, None]}]
    assert runs.late(tail, "x", 0) == 1.5
    assert math.isnan(runs.late(tail, "x", 1)) and math.isnan(runs.late([], "x", 0))


def test_the_best_is_the_best_of_as_many_updates_in_a_row():
    success = [0.0, 0.9, 0.1, 0.5, 0.6, 0.0]
    assert runs.best(success, 1) == pytest.approx(0.9)
    assert runs.best(success, 2) == pytest.approx(0.55)
    assert runs.best(success, 6) == pytest.approx(0.35)


@pytest.mark.parametrize("size", [1e30, 1e38])
def test_a_run_that_leaves_the_numbers_has_a_result_too(tiny, tmp_path, size):
    settings = tiny(seeds=(0, 0), step_sizes=(0.1, size), steps=12, dtype="float32")
    fine, lost = runs.train_in_folder(tmp_path, settings)
    assert fine["finite"] == 1.0 and all(x == x for x in fine.values())
    assert lost["steps"] == 12 and 0 <= lost["final_success"] <= 1
    log = [*runs.read_log(tmp_path)]
    assert any(one["finite"][1] == 0 for one in log)


def test_no_updates_are_a_result_too(settings, tmp_path):
    row, _ = runs.train_in_folder(tmp_path, replace(settings, steps=0))
    assert (tmp_path / LOG).read_bytes() == b""
    assert row["cumulative_gap"] == 0 and row["missing"] == 0
    assert row["start"] == state_of(tmp_path)["rates"][0]


def test_the_start_can_be_given(settings, tmp_path):
    theta = train.initial_theta(settings, "cpu") * 0.5
    rates = torch.tensor([0.25, 0.75], dtype=torch.float64)
    given: list[Settings] = []

    def start(asked, device):
        given.append(asked)
        return theta, rates

    rows = runs.train_in_folder(tmp_path, replace(settings, steps=0), start=start)
    assert [row["start"] for row in rows] == [0.25, 0.75] and len(given) == 1
    assert torch.equal(state_of(tmp_path)["theta"], theta)
