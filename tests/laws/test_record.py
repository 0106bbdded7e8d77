"""Result files appear whole, are read back exactly, and never replace earlier ones unasked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from numeric.core.record import as_csv, as_image, as_text, read_csv, versions, write, write_whole

finite = st.floats(allow_nan=False)


@given(st.lists(st.tuples(finite, st.integers(0, 99)), min_size=1, max_size=20))
def test_a_table_is_read_back_bit_for_bit(tmp_path_factory, pairs) -> None:
    path = tmp_path_factory.mktemp("table") / "table.csv"
    path.write_text(as_csv({"x": x, "n": n, "name": "a, b"} for x, n in pairs), encoding="utf-8")
    table = read_csv(path)
    assert table["x"].tolist() == [x for x, _ in pairs]
    assert table["n"].tolist() == [n for _, n in pairs]
    assert set(table["name"].tolist()) == {"a, b"}


@pytest.mark.parametrize("text", ["x,y\n", "x,y\n1,2\n3\n"], ids=["empty", "cut short"])
def test_a_broken_table_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="empty or cut short"):
        read_csv(path)


def test_rows_with_other_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="fields not in fieldnames"):
        as_csv([{"x": 1}, {"x": 1, "y": 2}])


def test_nothing_is_written_when_one_of_the_files_is_there(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("old", encoding="utf-8")
    with pytest.raises(FileExistsError, match=r"b\.txt"):
        write(tmp_path, {"a.txt": "new", "b.txt": b"new"})
    assert [p.name for p in tmp_path.iterdir()] == ["b.txt"]
    assert [p.read_text() for p in write(tmp_path, {"a.txt": "1", "b.txt": b"2"}, True)] == [
        "1",
        "2",
    ]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, b"old")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:1])
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, b"new")
    assert path.read_text() == "old"


def test_a_record_holds_no_number_that_json_lacks() -> None:
    document = {"versions": versions("numpy"), "x": 0.1}
    assert json.loads(as_text(document)) == document
    assert document["versions"]["numpy"] == np.__version__
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_text({"x": float("nan")})


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_figure_gives_the_same_bytes(kind: str) -> None:
    def image() -> bytes:
        figure = Figure()
        figure.add_subplot().plot([0, 1], [0, 1], label="a line")
        return as_image(figure, kind)

    assert image() == image()


def test_another_kind_of_image_is_refused() -> None:
    with pytest.raises(ValueError, match="png, svg, pdf, not gif"):
        as_image(Figure(), "gif")
