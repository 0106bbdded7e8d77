"""Every figure that shows recorded results, redrawn from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from numeric import bandit_figures, laboratory_figures, two_stage_figures

RESULTS = Path(__file__).parent / "results"

DRAWN: dict[str, Callable[[Path], Mapping[str, bytes]]] = {
    "bandit": bandit_figures.draw,
    "laboratory": laboratory_figures.draw,
    "two_stage": two_stage_figures.draw,
}
"""What draws the figures of each folder of results."""


def draw(results: Path = RESULTS) -> dict[str, bytes]:
    """All figures by file name, from the folders of results that are there.

    FileNotFoundError: there is none, or a table in one is missing. ValueError: a table is cut
    short."""
    folders = [name for name in DRAWN if (results / name).is_dir()]
    if not folders:
        raise FileNotFoundError(f"{results} has none of the folders {', '.join(DRAWN)}")
    return {
        name: content
        for folder in folders
        for name, content in DRAWN[folder](results / folder).items()
    }
