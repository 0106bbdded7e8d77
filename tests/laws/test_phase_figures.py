"""Figures from made-up tables: images, the same from the same tables, and others from others.
Needs no torch."""

import math
from io import BytesIO
from itertools import product
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from gpu_checks.phase import analysis, figures

STEPS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
ROW: dict[str, Any] = {"diagram": "length", "algorithm": "GRPO", "task": "reverse", "step": "plain"}
ROW |= {"size": 4, "longest": 4, "start": 0.3, "step_size": 0.1, "seed": 0, "final_success": 0.6}
ROW |= {"best_success": 0.62, "final_entropy": 1.0, "vocabulary": 8, "homogeneous": 0.5}
ROW |= {"gradient_norm": 0.1}
DEAD = ROW | {"final_success": 0.0, "homogeneous": 1.0, "gradient_norm": 0.0}
NAN = DEAD | {"final_success": math.nan, "final_entropy": math.nan}


def table(power=-1.0, algorithms=("GRPO",), diagrams=("length",), dead=DEAD, sizes=(2, 4, 8)):
    """Runs that collapse above 1.5 T^power, and half that for the last seed."""
    return analysis.columns(
        [
            (dead if step > 1.5 * size**power / (1 + (seed == 2)) else ROW)
            | {"algorithm": algorithm, "diagram": diagram, "step_size": step}
            | {"size": size, "longest": size, "seed": seed}
            for algorithm, diagram, size, seed, step in product(
                algorithms, diagrams, sizes, range(3), STEPS
            )
        ]
    )


def starts():
    places = product((0.1, 0.3, 0.6), range(3), STEPS)
    return analysis.columns(
        [
            (DEAD if step > 2 * start else ROW) | {"start": start, "seed": seed, "step_size": step}
            for start, seed, step in places
        ]
    )


def predictions(factor=1.0):
    return analysis.columns(
        [
            ROW | {"size": size, "seed": seed, "safe_step": factor / size}
            for size, seed in product((2, 4, 8), range(3))
        ]
    )


def rng():
    return np.random.default_rng(0)


def curves(rate=1.0):
    step = np.arange(30)
    success = 1 / (1 + np.exp(2 - 0.1 * rate * step))
    return {"one": {"step": step, "success": success, "entropy": np.exp(-step / 10)}}


def gaps(slope=1.0, tasks=("reverse",)):
    listed: list[dict[str, Any]] = [
        {"task": task, "algorithm": algorithm, "seed": seed, "step": step, "cumulative_gap": step}
        | {"success": 1 / (1 + math.exp(1 - slope * step))}
        for task, algorithm, seed, step in product(tasks, ("GRPO", "GSPO"), range(2), range(5))
    ]
    return analysis.columns(listed)


# name: the drawing, the same again, and drawings whose data differ in one thing
DRAWINGS = {
    "phase": [
        lambda: figures.phase_diagram(table(), predictions()),
        lambda: figures.phase_diagram(table(-0.5), predictions()),
        lambda: figures.phase_diagram(table(), predictions(2.0)),
    ],
    "starts": [
        lambda: figures.phase_diagram(starts(), against="start"),
    ],
    "modes": [
        lambda: figures.collapse_modes(table()),
        lambda: figures.collapse_modes(table(dead=DEAD | {"final_entropy": 0.0})),
        lambda: figures.collapse_modes(table(-0.5)),
    ],
    "scaling": [
        lambda: figures.scaling(table(), rng(), predictions()),
        lambda: figures.scaling(table(-0.5), rng(), predictions()),
        lambda: figures.scaling(table(), rng(), predictions(2.0)),
    ],
    "curves": [
        lambda: figures.learning_curves(curves()),
        lambda: figures.learning_curves(curves(2.0)),
        lambda: figures.learning_curves(curves(), window=5),
    ],
    "gaps": [
        lambda: figures.gap_against_success(gaps()),
        lambda: figures.gap_against_success(gaps(0.5)),
        lambda: figures.gap_against_success(gaps(tasks=("sum",))),  # named in the title
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWINGS)
def test_the_same_image_from_the_same_table_and_another_from_another(name):
    first, *others = DRAWINGS[name]
    images = [first(), first(), *(draw() for draw in others)]
    pixels = imread(BytesIO(images[0]), format="png")
    assert pixels.shape[0] > 400 and pixels.shape[1] > 800 and pixels[..., :3].std() > 0.05
    assert images[0] == images[1]
    assert len(set(images)) == len(images) - 1


def axes_of(monkeypatch, draw):
    """The figure itself, instead of its bytes."""
    kept: list[Any] = []
    monkeypatch.setattr(figures, "as_image", kept.append)
    draw()
    return kept[0].axes


def texts(axes):
    return [text.get_text() for text in axes[0].texts]


def test_cells_say_how_many_seeds_survived(monkeypatch):
    axes = axes_of(monkeypatch, lambda: figures.phase_diagram(table(sizes=(2,))))
    # two seeds collapse above 1.5 / 2, the third above half of that
    assert texts(axes) == ["2/3", "×", "×"]
    overflow = table(sizes=(2,), dead=NAN)
    assert texts(axes_of(monkeypatch, lambda: figures.phase_diagram(overflow))) == ["2/3", "×", "×"]


def line(axes, label):
    (found,) = [one for one in axes[0].get_lines() if label in str(one.get_label())]
    return np.asarray(found.get_xdata(), float), np.asarray(found.get_ydata(), float)


def test_the_lines_are_the_medians_of_the_thresholds(monkeypatch):
    axes = axes_of(monkeypatch, lambda: figures.phase_diagram(table(), predictions()))
    x, y = line(axes, "measured")
    assert x == pytest.approx([math.sqrt(0.4 * 0.8), math.sqrt(0.2 * 0.4), math.sqrt(0.1 * 0.2)])
    assert y.tolist() == [1, 2, 3]  # log2 T
    x, y = line(axes, "predicted")
    assert x == pytest.approx([1 / 2, 1 / 4, 1 / 8])


def test_the_slope_and_its_interval_are_written_beside_the_law(monkeypatch):
    wide = table(sizes=(2, 4, 8))
    axes = axes_of(monkeypatch, lambda: figures.scaling(wide, rng(), predictions()))
    measured, safe = (text.get_text() for text in axes[0].get_legend().get_texts())
    law = analysis.exponent(analysis.thresholds(wide), rng())
    assert f"T^{{{law.slope:.2f}}}" in measured and f"${law.low:.2f}$" in measured
    assert "T^{-1.00}" in safe and "safe step" in safe
    two = table(sizes=(2, 4))
    axes = axes_of(monkeypatch, lambda: figures.scaling(two, rng()))
    (text,) = (text.get_text() for text in axes[0].get_legend().get_texts())
    assert text == "measured: no slope, 2 of 2 levels are left"


def test_the_two_curves_of_the_cumulative_gap(monkeypatch):
    axes = axes_of(monkeypatch, lambda: figures.gap_against_success(gaps(0.5)))
    start = 1 / (1 + math.e)
    for label, share in (("exp(−M)", 1), ("Corollary 1", 2)):
        M, curve = line(axes, label)
        assert (M[0], M[-1]) == (0, 4)
        expected = start / (start + (1 - start) * np.exp(-M / share))
        assert curve == pytest.approx(expected, rel=1e-12)


def test_a_running_mean_stands_at_the_middle_of_its_window(monkeypatch):
    straight = np.arange(20.0) / 20
    runs = {"one": {"step": np.arange(20), "success": straight, "entropy": straight}}
    axes = axes_of(monkeypatch, lambda: figures.learning_curves(runs, window=5))
    x, y = line(axes, "one")
    assert len(x) == 16 and y == pytest.approx(x / 20)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="against is longest or start, not size"):
        figures.phase_diagram(table(), against="size")
    with pytest.raises(ValueError, match="no runs"):
        figures.learning_curves({})
    with pytest.raises(ValueError, match="one: 30 steps, 29 of entropy"):
        figures.learning_curves({"one": {**curves()["one"], "entropy": np.zeros(29)}})
    for window in (0, 31):
        with pytest.raises(ValueError, match=f"window={window}"):
            figures.learning_curves(curves(), window=window)
    with pytest.raises(ValueError, match="no rows"):
        figures.gap_against_success({name: column[:0] for name, column in gaps().items()})


def test_every_fate_has_a_look_of_its_own():
    assert set(figures.FATE_LOOKS) == set(analysis.FATES)
    assert len(set(figures.FATE_LOOKS.values())) == len(analysis.FATES)
