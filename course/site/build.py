"""The site: notes, claims and pages to play with, set by Sphinx; it opens from a file, offline."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from io import StringIO
from itertools import count
from pathlib import Path

from theory.files import write
from theory.ledger.rests_on import graph_of
from theory.ledger.run import Ledger

ROOT = Path(__file__).parents[2]
NOTES, HERE = ROOT / "proofs_notes", Path(__file__).parent
NEEDS = ("sphinx", "myst_parser", "furo", "latex2mathml", "ziamath", "vl_convert", "jupytext")
INSTALL = "pip install -c constraints.txt -e '.[docs]'"


class CannotBuild(RuntimeError):
    """What is missing, or what Sphinx finds wrong."""


def require() -> None:
    """Raises CannotBuild, which says what to install."""
    missing = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        raise CannotBuild(f"the site needs {', '.join(missing)}: {INSTALL}")
    if not (NOTES / "chapters").is_dir():
        raise CannotBuild("the site is made from proofs_notes, which only a clone has")


def build(
    out: Path,
    ledger: Ledger,
    necessity: Mapping[str, Mapping[str, str]],
    solutions: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[str]:
    """Write the site into the folder ``out``, with the notebooks in a folder of it; return what
    Sphinx warns of. The students' edition has no solutions. ``progress`` hears of pages: each is
    read once and written once. Raises CannotBuild."""
    from course.notebooks import notebooks

    require()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        stage(source, ledger, necessity, solutions)
        warnings = run_sphinx(source, out, Path(folder) / "doctrees", progress)
        shutil.copytree(source / "exercises", out / "exercises", dirs_exist_ok=True)
    write(out / "notebooks", notebooks(NOTES / "chapters"), overwrite=True)
    return warnings


# -- the source ------------------------------------------------------------------------------------


def stage(
    source: Path, ledger: Ledger, necessity: Mapping[str, Mapping[str, str]], solutions: bool
) -> None:
    """Everything that Sphinx reads, in one folder."""
    from course.site.charts import script
    from course.site.claims import pages
    from course.site.explorables import EXPLORABLES
    from course.site.formulas import font_face

    left_out = ("*.json", "*.csv") if solutions else ("*.json", "*.csv", "solutions")
    shutil.copytree(NOTES, source, ignore=shutil.ignore_patterns(*left_out))
    for exercise in () if solutions else source.glob("exercises/*/*.toml"):
        exercise.write_text(exercise.read_text().partition(JUDGED)[0].rstrip() + "\n")
    shutil.copytree(HERE / "explore", source / "explore")
    shutil.copytree(HERE / "assets", source / "_static")
    (source / "README.md").rename(source / "index.md")
    chapters = {s: c.stem for c in NOTES.glob("chapters/*.md") for s in claims_of(c.read_text())}
    written = pages(ledger, graph_of(ledger.cases), necessity, chapters)
    for name, text in written.items():
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(text)
    for page in source.rglob("*.md"):
        text = page.read_text()
        if page.parent.name == "chapters":
            text += NOTEBOOK.format(page.stem)
        text = text.replace("README.md)", "index.md)").replace("```mermaid", "```text")
        page.write_text(re.sub(r"\[[\w/]+\.md\]\(", "[](", text))  # a page is called by its title
    order = re.findall(
        r"^\| \[.*?\]\((chapters/\w+)\.md\)", (source / "index.md").read_text(), re.M
    )
    others = sorted({p.stem for p in source.glob("*.md")} - {"index", "axioms"})
    others += [f"generated/{p.stem}" for p in sorted(source.glob("generated/*.md"))]
    solved = [name.replace("chapters", "solutions") for name in order]
    played = [f"explore/{name}" for name in (*EXPLORABLES, "phase")]
    trees = {
        "Chapters": order,
        "Play": played,
        "Claims": ["claims/index", "axioms"],
        "More": others,
    }
    if solutions:
        trees["Solutions"] = [name for name in solved if (source / f"{name}.md").exists()]
    with (source / "index.md").open("a") as index:
        index.writelines(toctree(caption, names) for caption, names in trees.items())
    texts = [page.read_text() for page in source.rglob("*.md")]
    (source / "_static" / "font.css").write_text(font_face(texts))
    (source / "_static" / "explorables.js").write_text(script(EXPLORABLES))
    (source / "_static" / "vega.js").write_text(vega())


JUDGED = "# -- how it is judged"
"""What follows in an exercise is read from the original, and tells a student too much."""
NOTEBOOK = '\n<p><a href="../notebooks/{0}.ipynb" download>This chapter as a notebook</a></p>\n'


def claims_of(chapter: str) -> list[str]:
    """The claims that a chapter lists at its top."""
    listed = re.search(r"^Claims: (.*?)\n\n", chapter, re.M | re.S)
    return re.findall(r"`(\w+)`", listed[1]) if listed else []


def toctree(caption: str, names: list[str]) -> str:
    return "\n".join(
        ["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *names, "```", ""]
    )


def vega() -> str:
    """Vega, Vega-Lite and their loader, as one script that leaves only ``vegaEmbed`` behind."""
    from vl_convert import javascript_bundle

    bundle = javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return f"(() => {{\n{bundle}\n}})();\n"


# -- Sphinx ----------------------------------------------------------------------------------------

LINES = {
    "light": ("#d55e00", "#0072b2", "#b0609a", "#009e73", "#9a9a9a", "#e8e8e8"),
    "dark": ("#ff8a3d", "#5ab4f0", "#e3a3cd", "#3fd0a4", "#7a7a7a", "#333333"),
}
"""The colours of four lines, of an axis and of its grid."""
NAMES = ("line-1", "line-2", "line-3", "line-4", "faint", "grid")

SETTINGS = {
    "project": "gradgap",
    "root_doc": "index",
    "extensions": ["myst_parser", "course.site.sphinx_parts"],
    "myst_enable_extensions": ["dollarmath"],
    "myst_heading_anchors": 4,
    "suppress_warnings": ["myst.header"],
    "smartquotes": False,
    "html_theme": "furo",
    "html_title": "gradgap",
    "html_static_path": ["_static"],
    "html_css_files": ["font.css", "site.css"],
    "html_math_renderer": "mathml",
    "html_copy_source": False,
    "html_show_search_summary": False,  # it would fetch pages, which a page in a file may not
    "html_show_copyright": False,
    "html_theme_options": {
        f"{scheme}_css_variables": dict(zip(NAMES, colours, strict=True))
        for scheme, colours in LINES.items()
    },
    "pygments_style": "friendly",
}


def run_sphinx(
    source: Path, out: Path, doctrees: Path, progress: Callable[[int, int], None]
) -> list[str]:
    """Build; return the warnings. Raises CannotBuild."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    warnings = StringIO()
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            source,
            None,
            out,
            doctrees,
            "html",
            SETTINGS,
            status=None,
            warning=warnings,
            freshenv=True,
        )
        done, total = count(1), 2 * len([*source.rglob("*.md")])
        for event in ("source-read", "doctree-resolved"):
            app.connect(event, lambda *_: progress(next(done), total))
        app.build(force_all=True)
    if app.statuscode:
        raise CannotBuild(warnings.getvalue())
    for leftover in (".buildinfo", "objects.inv"):
        (out / leftover).unlink(missing_ok=True)
    return [line.replace(f"{source}/", "") for line in warnings.getvalue().splitlines()]
