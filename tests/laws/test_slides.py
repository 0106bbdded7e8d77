"""The lectures are parts of the chapters, timed, and they fit on their slides."""

from __future__ import annotations

import re
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from course.slides import (
    CAPACITY,
    PROGRAM,
    BadOutline,
    Lecture,
    NpmMissing,
    Slide,
    as_beamer,
    as_html,
    deck,
    frames,
    height,
    lectures,
    pieces,
    reveal_js,
    taken,
)
from theory.paper.chapters import chapters
from theory.paper.latex_compile import TexMissing, compile_document, require_tex

LECTURES = lectures()
SLIDES = [slide for lecture in LECTURES for slide in lecture.slides]


def test_ten_lectures_of_45_minutes_go_through_all_chapters() -> None:
    assert [lecture.minutes for lecture in LECTURES] == [45] * 10
    taught = {slide.take.partition("/")[0] for slide in SLIDES}
    assert {*chapters()} <= taught
    assert all(slide.say and slide.minutes > 0 for slide in SLIDES)


@pytest.mark.parametrize("slide", SLIDES, ids=lambda slide: slide.take)
def test_what_a_slide_takes_is_there_and_fits(slide: Slide) -> None:
    title, text = taken(slide.take, "revealjs")
    assert title and "`" not in title
    for frame in frames(text if slide.take.startswith("$") else PROGRAM.sub("", text)):
        parts = list(pieces(frame))
        assert height(parts) <= CAPACITY or len(parts) == 1


@pytest.mark.parametrize(
    "take",
    ["nowhere/idea", "kernel/picture", "one_step/What is proved/The blunt step", "one_step/Proves"],
)
def test_an_outline_that_asks_for_what_is_not_there_is_refused(take: str) -> None:
    with pytest.raises(BadOutline, match=take.split("/")[0]):
        taken(take, "beamer")


@pytest.mark.parametrize("text", ["lecture = 1", "[[lecture]]\ntitle = 'a'", "[[", ""])
def test_an_outline_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadOutline, match=r"lectures\.toml"):
        lectures(text)


def test_the_notes_have_the_clock() -> None:
    two = Lecture(
        "Two", (Slide("one_step/question", 2, "Ask."), Slide("$ gradgap list", 3, "Type."))
    )
    text = deck(two, "beamer")
    assert "2 minutes, until 2. Ask." in text and "3 minutes, until 5. Type." in text
    assert text.count("## ") == text.count("::: notes") == 2


def test_a_long_text_is_divided_and_nothing_of_it_is_lost() -> None:
    text = "\n\n".join(f"Paragraph {n} " + "word " * 30 for n in range(9))
    found = frames(text)
    assert len(found) > 2
    assert re.findall(r"\d", "".join(found)) == list("012345678")
    table = "| a | b |\n| --- | --- |\n" + "\n".join(f"| {n} | x |" for n in range(9))
    assert all(frame.startswith("| a | b |") for frame in frames(table))


def test_a_paragraph_keeps_its_full_stops_and_a_program_takes_its_colon_along() -> None:
    _, text = taken("one_step/What is proved/The sharp step", "revealjs")
    assert "the gap drops out. Whatever" in text and "two inequalities:" in text
    assert text.startswith("For every") and "`kl_step`" not in text
    assert PROGRAM.sub("", "One.\n\nTwo\nlines:\n\n```\nx:\n```\n\nThree:\n") == "One.\n\nThree:\n"


# -- made ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 11))
def test_a_lecture_compiles_and_its_text_fits(number: int, tmp_path: Path) -> None:
    pytest.importorskip("pypandoc", reason="no pandoc: pip install 'gradgap[docs]'")
    try:
        require_tex()
    except TexMissing as missing:
        pytest.skip(str(missing))
    (tmp_path / "deck.tex").write_text(as_beamer(LECTURES[number - 1], number, notes=True))
    assert compile_document(tmp_path / "deck.tex").warnings == []


@pytest.mark.slow
def test_a_deck_is_one_html_file_with_formulas_and_notes(tmp_path: Path) -> None:
    pytest.importorskip("pypandoc", reason="no pandoc: pip install 'gradgap[docs]'")
    try:
        reveal = reveal_js(tmp_path)
    except (NpmMissing, CalledProcessError) as missing:
        pytest.skip(str(missing))
    page = as_html(LECTURES[1], 2, reveal)
    assert "<math" in page and 'class="notes"' in page
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(?!data:|\$|\')[^"]+"', page)
