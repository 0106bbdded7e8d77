"""Result files: tidy tables, the record of how they were made, and figures.

A record holds the command, its parameters, the seed and the versions: what it takes to make the
file again. How files are written is `theory.files`.
"""

from __future__ import annotations

import csv
import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from theory.files import refuse_earlier as refuse_earlier
from theory.files import write as write
from theory.files import write_whole as write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = Mapping[str, str | int | float]
RESULTS = Path(__file__).parents[1] / "results"
"""What is on record."""


def as_csv(rows: Iterable[Row]) -> str:
    """Rows with the same keys as CSV, with a header; floats in full, so that reading them back
    gives the same numbers."""
    text, writer = StringIO(), None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(text, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)
    return text.getvalue()


def read_csv(path: Path) -> dict[str, NDArray[Any]]:
    """The columns of a table by name, each of shape (rows,): float64 if every entry is a number,
    else strings. ValueError: the table is empty or a row is cut short."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *lines = csv.reader(file)
    if not lines or any(len(line) != len(header) for line in lines):
        raise ValueError(f"{path} is empty or cut short")
    return {
        name: _column(list(c)) for name, c in zip(header, zip(*lines, strict=True), strict=True)
    }


def _column(entries: list[str]) -> NDArray[Any]:
    try:
        return np.array([float(x) for x in entries])
    except ValueError:
        return np.array(entries)


def versions(*packages: str) -> dict[str, str]:
    """Of Python, of gradgap and of these packages."""
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in ("gradgap", *packages)},
    }


def as_text(document: Mapping[str, Any]) -> str:
    """A record as JSON text. ValueError: a number in it is not finite, which JSON cannot say."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


METADATA = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
"""Nothing that changes from run to run."""


def as_image(figure: Figure, kind: str = "png") -> bytes:
    """The bytes of a png, pdf or svg file, the same for the same figure.

    ValueError: another kind."""
    if kind not in METADATA:
        raise ValueError(f"a figure is {', '.join(METADATA)}, not {kind}")
    from matplotlib import rc_context

    content = BytesIO()
    with rc_context({"svg.hashsalt": "gradgap"}):
        figure.savefig(content, format=kind, dpi=160, metadata=METADATA[kind])
    return content.getvalue()
