"""The monitor on logs of real TRL runs (tests/gpu/trl_logs.py), in every format, and on symptoms of
published collapses. No torch is needed."""

from __future__ import annotations

import csv
import json
import math
from io import StringIO
from pathlib import Path

import pytest

from gpu_checks.lm import commands, diagnosis, logs, page
from gpu_checks.lm.diagnosis import diagnose
from tests.command_line import assert_refused, gradgap

LOGS = Path(__file__).parent / "logs"
FATES = {
    "converge-0": ("converged", None),
    "converge-1": ("converged", None),
    "converge-2": ("converged", None),
    "stagnate-0": ("stagnation", None),
    "stagnate-1": ("stagnation", None),
    "stagnate-2": ("stagnation", None),
    "long-0": ("converged", None),  # by luck: one answer, which is right
    "long-1": ("collapsed", 11),
    "long-2": ("collapsed", 4),
}
HARMLESS = ("groups all right",)


def found(name: str, **more):
    return diagnose(logs.read(LOGS / f"{name}.json"), **more)


def faults(one) -> list[str]:
    return [finding.name for finding in one.findings if finding.name not in HARMLESS]


# -- real runs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FATES)
def test_the_fate_of_each_run_is_told_and_where_it_was_lost(name):
    one = found(name)
    assert (one.fate, one.lost_from) == FATES[name]


def test_no_healthy_run_raises_an_alarm():
    assert {name: faults(found(name)) for name, (_, lost) in FATES.items() if lost is None} == {
        name: [] for name, (_, lost) in FATES.items() if lost is None
    }


def test_the_collapsed_run_was_stepping_far_above_the_safe_step():
    one = found("long-1")
    assert faults(one)[:2] == ["steps longer than the safe one", "groups all wrong"]
    assert one.findings[0].claim == "mean_curvature_step"
    assert one.findings[0].since == 1
    assert one.series["step_over_safe"][0][1] > 64


def test_what_a_log_cannot_show_is_said_and_not_guessed():
    one = found("long-2")  # without the callback
    assert "step_over_safe" not in one.series
    assert any("KL(old || new) is not logged" in text for text in one.missing)
    assert "gap_bound" not in one.series
    assert "gap_bound" in found("converge-2", group=8).series
    bare = diagnose([{"step": 1.0, "reward": -3.0}])
    assert bare.fate == "unknown"
    assert any("--success" in text for text in bare.missing)


# -- formats ---------------------------------------------------------------------------------------

ENTRIES = json.loads((LOGS / "long-1.json").read_text())["log_history"]


def as_jsonl() -> str:
    return "".join(json.dumps(one) + "\n" for one in ENTRIES) + '{"step": 101, "rew'


def as_csv() -> str:
    names = sorted({name for one in ENTRIES for name in one} - {"step"})
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["Step", *(f"my - run - train/{n}" for n in names), "my - run - reward__MIN"])
    writer.writerows([one["step"], *(one.get(n, "") for n in names), -1] for one in ENTRIES)
    return text.getvalue()


VERL = {
    "reward": "critic/score/mean",
    "entropy": "actor/entropy",
    "completions/mean_length": "response_length/mean",
    "completions/clipped_ratio": "response_length/clip_ratio",
    "grad_norm": "actor/grad_norm",
}


def as_console() -> str:
    lines = ["(TaskRunner pid=77) starting", "step: 3 of nothing"]
    for one in ENTRIES:
        pairs = (f"{VERL.get(k, k)}:np.float64({v})" for k, v in one.items() if k != "step")
        lines.append(f"(TaskRunner pid=77) step:{one['step']} - " + " - ".join(pairs))
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("file", "text"),
    [("log.jsonl", as_jsonl()), ("wandb.csv", as_csv()), ("verl.log", as_console())],
)
def test_the_same_run_is_the_same_in_every_format(tmp_path, file, text):
    (tmp_path / file).write_text(text)
    expected = logs.read(LOGS / "long-1.json")
    assert logs.read(tmp_path / file) == expected
    assert logs.read(tmp_path) == expected  # a folder with one log


def test_tensorboard_events_are_read(tmp_path):
    pytest.importorskip("tensorboard", reason="needs tensorboard: the extra lm")
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(str(tmp_path))
    for one in ENTRIES:
        values = [
            Summary.Value(tag=f"train/{k}", simple_value=v) for k, v in one.items() if k != "step"
        ]
        writer.add_event(Event(step=one["step"], summary=Summary(value=values)))
    writer.close()
    read, expected = logs.read(tmp_path), logs.read(LOGS / "long-1.json")
    assert [row["step"] for row in read] == [row["step"] for row in expected]
    assert all(
        row[k] == pytest.approx(v, rel=1e-6, abs=1e-9)
        for row, other in zip(read, expected, strict=True)
        for k, v in other.items()
    )


def test_a_log_of_several_runs_gives_the_one_asked_for(tmp_path):
    path = tmp_path / "log.jsonl"
    rows = [{"step": k, "success": [0.5, 0.1 * k], "gap": [None, 2.0]} for k in range(4)]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert [row["success"] for row in logs.read(path, run=1)] == pytest.approx([0, 0.1, 0.2, 0.3])
    assert "gap" not in logs.read(path)[0]
    with pytest.raises(logs.Unreadable):
        logs.read(path, run=2)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("trainer_state.json", "{}", "log_history"),
        ("a.json", "[", "a.json"),
        ("a.jsonl", '{"step": 1, "reward": 1}\nnot json\n{"step": 2}', "line 2"),
        ("a.log", "nothing here", "no updates"),
        ("a.csv", "Step,reward\n", "no updates"),
        ("a.jsonl", '{"step": 1, "note": "text"}', "no updates with a measure"),
    ],
)
def test_what_is_no_log_is_one_line(tmp_path, file, text, says):
    (tmp_path / file).write_text(text)
    assert_refused(gradgap("monitor", str(tmp_path / file)), says)


def test_an_unknown_success_rate_or_an_empty_folder_is_one_line(tmp_path):
    log = str(LOGS / "long-2.json")
    assert_refused(gradgap("monitor", log, "--success", "accuracy"), "has no accuracy", "reward")
    assert_refused(gradgap("monitor", str(tmp_path)), "has no trainer_state.json")
    assert_refused(gradgap("monitor", str(tmp_path / "nowhere.json")), "nowhere.json")


# -- the ratio from a KL ---------------------------------------------------------------------------


def logistic(ratio: float, gain: float = 0.02, count: int = 40):
    """A run whose updates gain `gain` in log J at first order, at this ratio, with KL logged."""
    J, rows = 0.2, []
    for k in range(count):
        rows.append({"step": float(k), "success": J, "kl_token": ratio * gain / 5, "length": 5.0})
        J = min(1.0, J * math.exp(gain * (1 - ratio)))
    return rows


@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.9, 1.5, 3.0])
def test_the_ratio_is_found_from_the_kl_and_the_change_of_j(ratio):
    one = diagnose(logistic(ratio))
    assert one.series["step_over_safe"][-1][1] == pytest.approx(ratio, rel=1e-6)
    assert any("approximation" in text for text in one.missing)


def test_on_real_runs_the_approximation_is_near_what_was_measured():
    """Within a factor 2.2 at all 27 places where J < 0.95 and the step is below the safe one; far
    above it, where it saturates, it says so. Near J = 1 there is too little of the wrong."""
    measured = [
        (row["success_measured"], row["safe_ratio"], diagnosis.ratio(row["kl"], row["gain"]))
        for name in FATES
        for row in logs.read(LOGS / f"{name}.json")
        if "safe_ratio" in row
    ]
    near = [(true, found) for J, true, found in measured if J < 0.95 and true < 1]
    assert len(near) == 27
    assert all(true / 2.2 < found < 2.2 * true for true, found in near)
    far = [found for J, true, found in measured if J < 0.95 and true > 64]
    assert len(far) == 2 and all(found > 1 for found in far)


def test_without_the_measured_ratio_the_gain_of_each_update_gives_it():
    rows = [
        {k: v for k, v in row.items() if k != "safe_ratio"}
        for row in logs.read(LOGS / "long-1.json")
    ]
    one = diagnose(rows)
    assert one.series["step_over_safe"][0] == (1, pytest.approx(3.8, rel=0.05))
    assert one.findings[0].name == "steps longer than the safe one"


def test_a_kl_of_zero_or_to_the_reference_gives_no_ratio():
    for changes in ({"kl_token": 0.0}, {"kl_reference": 0.3}):
        rows = [{"step": k, "success": 0.5, "length": 5.0} | changes for k in range(20)]
        one = diagnose(rows)
        assert "step_over_safe" not in one.series
        assert any("no safe step" in text for text in one.missing)


# -- all right and all wrong -----------------------------------------------------------------------


@pytest.mark.parametrize(("right", "wrong"), [(0.5, 0.5), (0.0, 1.0), (1.0, 0.0), (0.25, 0.0)])
def test_all_right_and_all_wrong_are_told_apart(right, wrong):
    """Mixed groups of 2 are half right: then the two shares follow from J and their sum."""
    J = right + (1 - right - wrong) / 2
    rows = [{"step": float(k), "success": J, "homogeneous": right + wrong} for k in range(3)]
    one = diagnose(rows, group=2)
    assert one.series["all_right"][-1][1] == pytest.approx(right)
    assert one.series["all_wrong"][-1][1] == pytest.approx(wrong)


# -- published symptoms ----------------------------------------------------------------------------


def ramp(*points: float, count: int = 60) -> list[float]:
    """Straight lines through the points."""
    at = [i * (len(points) - 1) / (count - 1) for i in range(count)]
    low = [min(int(x), len(points) - 2) for x in at]
    return [points[i] + (x - i) * (points[i + 1] - points[i]) for i, x in zip(low, at, strict=True)]


def log_of(**measures: list[float]):
    rows = zip(*measures.values(), strict=True)
    return [
        {"step": float(k), **dict(zip(measures, row, strict=True))} for k, row in enumerate(rows)
    ]


NONE = ramp(0, 0)
PUBLISHED = {
    "learning rate 5e-5: 57% to 2.4%": (
        {"success": ramp(0.57, 0.3, 0.024, 0.024), "homogeneous": ramp(0.3, 0.5, 0.95, 0.95)},
        "collapsed",
        {"groups all wrong"},
    ),
    "accuracy to 0 with a huge KL": (
        {"success": ramp(0.4, 0.2, 0, 0), "kl": ramp(0.01, 1, 8, 8)},
        "collapsed",
        {"steps longer than the safe one"},
    ),
    "accuracy to 0 while the format reward goes to 1": (
        {"success": ramp(0.4, 0.1, 0, 0), "reward": ramp(0.5, 0.9, 1, 1)},
        "collapsed",
        {"the reward rises while J falls"},
    ),
    "reward 0 and loss 0 from the start": (
        {"reward": NONE, "homogeneous": ramp(1, 1), "loss": NONE},
        "no start",
        {"no success at all"},
    ),
    "entropy above 2, then the reward dies": (
        {"reward": ramp(0.5, 0.6, 0, 0), "entropy": ramp(0.4, 0.5, 2.3, 3)},
        "collapsed",
        {"entropy rises"},
    ),
    "entropy rises, collapse, truncation": (
        {
            "reward": ramp(0.5, 0.6, 0, 0),
            "entropy": ramp(0.4, 0.5, 2.3, 3),
            "length": ramp(400, 500, 1900, 2000),
            "truncated": ramp(0, 0, 0.8, 0.95),
        },
        "collapsed",
        {"entropy rises", "responses grow"},
    ),
    "all wrong groups with shaped reward and a positive deviation": (
        {"success": NONE, "reward_sd": ramp(0.2, 0.2), "homogeneous": NONE},
        "no start",
        {"no success at all", "all wrong, and still pushed"},
    ),
    "a ratio of 5e8 between two engines": (
        {"reward": ramp(0.5, 0.6, 0, 0), "engine_ratio": ramp(1, 1, 5e8, 5e8)},
        "collapsed",
        {"engine mismatch"},
    ),
    "a gradient that is no number": (
        {"reward": ramp(0.5, 0.5), "gradient_norm": ramp(1, 1)[:-9] + [math.nan] * 9},
        "stagnation",
        {"not a number"},
    ),
}


@pytest.mark.parametrize("symptom", PUBLISHED)
def test_the_symptoms_of_published_collapses_are_named(symptom):
    measures, fate, names = PUBLISHED[symptom]
    one = diagnose(log_of(**measures))
    assert one.fate == fate
    assert {*faults(one)} == names


def test_every_theorem_that_is_named_is_a_claim():
    from theory.statements import SLUGS

    told = {
        finding.claim
        for measures, _, _ in PUBLISHED.values()
        for finding in diagnose(log_of(**measures)).findings
    }
    assert told - {""} <= {*SLUGS}
    assert len(told) > 4


# -- what is shown ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_prints_writes_a_page_and_json(tmp_path):
    log = str(LOGS / "long-1.json")
    done = gradgap("monitor", log, "--out", str(tmp_path), "--group", "8")
    assert "collapsed, lost from update 11 on" in done.stdout
    assert "mean_curvature_step" in done.stdout
    html = (tmp_path / "run.html").read_text()
    assert html.count("<svg") == 1
    assert "mean_curvature_step" in html
    assert not any(f'{link}="http' in html for link in ("src", "href"))  # it needs nothing else
    both = gradgap("monitor", log, str(LOGS / "converge-0.json"), "--json")
    assert [one["fate"] for one in json.loads(both.stdout)] == ["collapsed", "converged"]
    assert_refused(gradgap("monitor", log, "--out", str(tmp_path)), "not empty")


def test_a_name_with_markup_is_shown_as_text():
    one = found("converge-2")
    assert "<script>" not in page.page("<script>alert(1)</script>", one)


def test_the_live_view_reads_again_until_it_is_interrupted(monkeypatch):
    seen = []

    def read():
        seen.append(len(seen))
        return {"run": found("converge-2")}

    def sleep(seconds):
        assert seconds == 0.5
        if len(seen) > 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", sleep)
    commands.watch(read, page.view, 0.5)
    assert seen == [0, 1, 2]


def test_the_windows_are_a_tenth_of_a_short_run():
    rows = [{"step": float(k), "reward": float(k % 2)} for k in range(8)]
    assert [v for _, v in diagnosis.smoothed(rows, "reward")] == [0, 1] * 4
