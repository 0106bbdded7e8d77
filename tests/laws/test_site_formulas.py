"""What the pages compute is what the project computes: the script is run, and compared."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

from course.site import helix
from course.site.charts import script
from course.site.explorables import EXPLORABLES, Explorable, Slider
from course.site.phase import panels
from course.site.trace import TRACED, Tape, Traced, function
from numeric.core.balls import ball_precision
from numeric.core.policies import LogLinear
from numeric.core.step import measure_step
from numeric.course.pictures import three_arms
from numeric.experiments.two_stage.two_stage import GRADED, expected_update, softmax
from numeric.experiments.worst_case.program import Update, closed_form
from numeric.experiments.worst_case.worst_case import PROVED, least_smoothness, proved_range
from theory.evaluate import evaluate
from theory.statements import eta_safe

NODE = shutil.which("node")
CALL = """
require(process.argv[1]);
const { page, name, given } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const call = explorables[page].functions[name];
console.log(JSON.stringify(given.map((values) => call(values))));
"""
Caller = Callable[[str, str, list[dict[str, Any]]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Caller:
    if NODE is None:
        pytest.skip("running the pages' formulas needs node: apt install nodejs")
    return caller(tmp_path_factory.mktemp("pages") / "explorables.js", script(EXPLORABLES))


def caller(path: Path, text: str) -> Caller:
    path.write_text(text)

    def called(page: str, name: str, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        asked = json.dumps({"page": page, "name": name, "given": given})
        command = [str(NODE), "-e", CALL, str(path)]
        done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    return called


def settings(page: str, count: int, seed: int = 0) -> list[dict[str, float]]:
    """Random places of the sliders."""
    rng = np.random.default_rng(seed)

    def place(slider: Slider) -> float:
        steps = round((slider.high - slider.low) / slider.step)
        x = slider.low + slider.step * int(rng.integers(steps + 1))
        return float(10**x if slider.log else x)

    return [{s.name: place(s) for s in EXPLORABLES[page].sliders} for _ in range(count)]


def exactly(values: dict[str, float]) -> Update:
    J, gap, L, G, eta = (Fraction(values[name]) for name in ("J", "gap", "L", "G", "eta"))
    return Update(J, 1 - J, gap, L, G, eta)


def close(found: float, wanted: float) -> bool:
    return found == pytest.approx(wanted, rel=1e-9, abs=1e-12)


# -- page by page ----------------------------------------------------------------------------------


def test_the_range_of_one_step_is_the_closed_form_and_the_statements(call: Caller) -> None:
    given = settings("one_step", 60)
    compared = 0
    for values, found in zip(given, call("one_step", "ranges", given), strict=True):
        update = exactly(values)
        with ball_precision(256):
            least, greatest = (closed_form(update, end)[0] for end in (False, True))
        for name, ball in (("least", least), ("greatest", greatest)):
            if ball.is_finite():  # elsewhere no policy has these numbers, and the page says so
                assert close(found[name], float(ball))
        names = {"sharp_step": "sharp", "lemma_1_sharp": "either", "lemma_1": "printed"}
        for slug, name in names.items():
            leaves = proved_range(PROVED[slug], update)
            if leaves is not None:
                assert close(found[f"{name}_low"], leaves[0])
                assert close(found[f"{name}_high"], leaves[1])
                compared += 1
        assert (found["short"] >= 0) == (proved_range(PROVED["lemma_1"], update) is not None)
    assert compared > 120


def test_the_sentence_about_one_step_has_the_proved_safe_step_and_the_domain(call: Caller) -> None:
    given = settings("one_step", 20, seed=1)
    for values, found in zip(given, call("one_step", "says", given), strict=True):
        update = exactly(values)
        safe = evaluate(eta_safe.SAFE_STEP, {**values, "F": 1 - values["J"]})
        assert close(found["safe"], float(safe))
        assert close(found["mean"], float(max(map(abs, update.means))))
        with ball_precision(256):
            at_start = float(update.J * update.F * update.gap**2)
            assert close(found["needed"], max(at_start, float(least_smoothness(update))))


def test_three_arms_are_a_log_linear_policy(call: Caller) -> None:
    given = settings("three_arms", 40)
    reward = np.array([1.0, 0.0, 0.0])
    for values, found in zip(given, call("three_arms", "arms", given), strict=True):
        p, share = values["p"], values["share"]
        start = np.array([p, (1 - p) * share, (1 - p) * (1 - share)])
        slopes = np.array([[values["a"]], [values["b"]], [values["c"]]])
        policy = LogLinear(slopes, np.log(start))
        step = measure_step(policy, np.zeros(1), np.ones(1), values["eta"], reward)
        assert close(found["exact"], float(step.delta_log_odds))
        assert close(found["first"], float(step.alignment * values["eta"]))
        assert close(found["after"], float(step.J_next))


def test_three_arms_start_as_on_the_blackboard(call: Caller) -> None:
    start = {s.name: s.start for s in EXPLORABLES["three_arms"].sliders}
    given = [{**start, "eta": eta} for eta in (0.1, 2 / 3, 1.4)]
    for values, found in zip(given, call("three_arms", "arms", given), strict=True):
        eta = values["eta"]
        assert close(found["exact"], float(three_arms(np.array(eta))))
        assert close(found["corrected"], eta / 2 - eta**2 / 2)
        assert close(found["printed"], eta / 2 - eta**2)


def test_two_stages_are_the_expected_updates_of_the_recorded_bandit(call: Caller) -> None:
    logits = [np.log(GRADED.start)]
    for _ in range(20):
        logits.append(logits[-1] + 3.0 * expected_update(softmax(logits[-1]), GRADED.rewards))
    given = [{"z": theta.tolist(), "good": 0.8, "eta": 3.0} for theta in logits[:-1]]
    found = call("two_stages", "begins", [{"good": 0.8, "best": 0.01}])
    found += call("two_stages", "update", given)
    for theta, shown in zip(logits, found, strict=True):
        p = softmax(theta)
        assert np.allclose([shown[name] for name in ("p_good", "p_other", "p_best")], p, rtol=1e-10)
        assert close(shown["V"], float(p @ GRADED.rewards))


def test_a_fixed_step_stands_still_at_its_floor(call: Caller) -> None:
    given = settings("fixed_step", 20)
    said = call("fixed_step", "says", given)
    still = [{**v, "J": found["floor"]} for v, found in zip(given, said, strict=True)]
    for values, found, after in zip(given, said, call("fixed_step", "update", still), strict=True):
        floor = 1 - values["units"] / 2
        assert close(found["floor"], floor) and close(after["J"], floor)
        assert (found["gone"] > 0) == (values["units"] > 2)


def test_the_helix_goes_round_along_its_gradient_and_falls(call: Caller) -> None:
    rng = np.random.default_rng(0)
    for beta in (0.02, 0.2, 0.5):
        at = {helix.beta: beta}
        gap, eta, turn = (float(x.subs(at)) for x in (helix.gap, helix.eta, 2 * helix.beta))
        rise, fall = (float(x.subs(at)) for x in (helix.h, helix.eps * helix.h))
        point = (helix.p, helix.q, helix.z)
        gradient = sp.lambdify(point, [x.subs(at) for x in helix.GRADIENT])
        angles = np.arange(30) * (np.pi + turn)
        circle = np.stack([-np.sin(angles), np.cos(angles), np.arange(30) * rise], axis=1)
        given = [{**dict(zip("pqz", x, strict=True)), "beta": beta, "share": 1} for x in circle]
        steps = call("helix", "update", given[:-1])
        for k, (here, after, found) in enumerate(zip(circle, circle[1:], steps, strict=False), 1):
            slope = np.array(gradient(*here))
            assert np.linalg.norm(slope) == pytest.approx(gap, rel=1e-9)
            assert np.allclose(here + eta * slope / gap, after, atol=1e-9)
            assert np.allclose([found[x] for x in "pqz"], after, atol=1e-9)
            assert found["f"] == pytest.approx(-k * fall, rel=1e-6)
        hessian = sp.lambdify(point, sp.hessian(helix.LANDSCAPE.subs(at), point))
        bound = float(helix.CURVATURE.subs(at))
        for _ in range(100):
            radius, angle, height = np.sqrt(rng.random()), rng.random() * 7, rng.random() * 50
            matrix = hessian(radius * np.cos(angle), radius * np.sin(angle), height)
            assert np.linalg.norm(np.array(matrix, dtype=float), 2) <= bound
        (said,) = call("helix", "says", [{"beta": beta, "share": 0.5}])
        assert close(said["units"], 0.5 * eta * bound / gap)
    assert 2 < float((helix.eta * helix.CURVATURE / helix.gap).subs({helix.beta: 0.001})) < 2.01


def test_a_wrong_formula_is_noticed(tmp_path: Path, call: Caller) -> None:
    wrong = caller(tmp_path / "wrong.js", script(EXPLORABLES).replace("Math.expm1", "Math.exp"))
    given = settings("one_step", 5)
    found = [one["least"] for one in wrong("one_step", "ranges", given)]
    assert found != [one["least"] for one in call("one_step", "ranges", given)]


# -- tracing ---------------------------------------------------------------------------------------


def test_what_branches_on_a_number_is_not_traced() -> None:
    x = Traced(Tape(), "x")
    for branch in (lambda: max(x, 0), lambda: x < 1, lambda: float(x), lambda: [0, 1][x]):
        with pytest.raises(TypeError):
            branch()
    with pytest.raises(TypeError, match="not a number"):
        x + "1"  # type: ignore[operator]
    with pytest.raises(TypeError, match="plain"):
        TRACED.functions["exp"](1)


def test_an_expression_is_computed_once() -> None:
    text = function(
        ("x", "z[2]"), lambda x, z: {"y": (x + 1) * (x + 1), "both": [z[0] * 1, 0 + z[1]]}
    )
    assert text.count("x + 1") == 1
    assert text.endswith("return { y: t1, both: [z[0], z[1]] };\n}")


# -- data ------------------------------------------------------------------------------------------


def test_every_recorded_run_of_the_phase_diagrams_is_behind_a_cell() -> None:
    shown = panels()
    assert sum(len(panel["runs"]) for panel in shown) == 896
    for panel in shown:
        assert len(panel["levels"]) == 4
        for run in panel["runs"]:
            assert run["level"] in panel["levels"] and run["step"] in panel["steps"]


@pytest.mark.parametrize("page", EXPLORABLES.values(), ids=EXPLORABLES)
def test_a_page_names_only_what_it_has(page: Explorable) -> None:
    for slider in page.sliders:
        assert slider.low <= slider.start <= slider.high
    for chart in page.charts:
        for draw in chart.draws:
            assert draw.function in page.functions
