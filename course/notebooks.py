"""A chapter as a notebook: its text, its programs, and its commands as calls of the library.

Made when it is asked for, from the chapter alone, and never edited: what is to be changed is
changed in proofs_notes/chapters.
"""

from __future__ import annotations

import json
import re
import shlex
from base64 import b64encode
from pathlib import Path
from typing import Any

CONSOLE = re.compile(r"^```console\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
PICTURE = re.compile(r"!\[([^\]]*)\]\((\.\./[\w/]+\.png)\)")
FIRST = re.compile(r"^(Claims: `(\w+)`.*?\n\n)", re.MULTILINE | re.DOTALL)
CALLS = {
    "threshold": "print(gradgap.threshold({}))",
    "worst-case": "found = gradgap.worst_case({})\n"
    "print(found.least.change, found.greatest.change, found.safe_step)\nprint(found.proved)",
}
"""The commands whose options are numbers only, and the function that takes the same ones."""


def notebook(chapter: Path) -> Any:
    """The chapter as a notebook of nbformat: pictures inside, no outputs, the same each time."""
    import jupytext

    text = chapter.read_text(encoding="utf-8")
    text = CONSOLE.sub(
        as_calls, FIRST.sub(r'\1```python\nimport gradgap\n\ngradgap.claim("\2")\n```\n\n', text)
    )
    text = text.replace("<details><summary>Solution</summary>", "**Solution.**")
    text = text.replace("</details>\n", "").replace("README.md)", "index.md)")
    text = re.sub(r"\]\(((?:\.\./)?\w+)\.md\)", as_link, text)
    made = jupytext.reads(text, fmt="md")
    for number, cell in enumerate(made.cells):
        cell["id"] = f"{chapter.stem}-{number}"
        if cell["cell_type"] == "markdown":
            bring_pictures(cell, chapter.parent)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made.metadata = {"kernelspec": kernel, "title": chapter.stem}
    return made


def as_calls(found: re.Match[str]) -> str:
    """Every command of the block as a call; the block as it is where one is not in CALLS."""
    commands = re.findall(r"^\$ gradgap (.*)$", found[1], re.MULTILINE)
    calls = [as_call(shlex.split(command)) for command in commands]
    if not calls or None in calls:
        return found[0]
    return "```python\nimport gradgap\n\n" + "\n".join(map(str, calls)) + "\n```\n"


def as_call(words: list[str]) -> str | None:
    """``threshold --J 0.1 --T-inf 100`` as ``print(gradgap.threshold(J=0.1, T_inf=100))``."""
    command, *options = words
    if command not in CALLS:
        return None
    names = [name.removeprefix("--").replace("-", "_") for name in options[::2]]
    given = ", ".join(f"{name}={x}" for name, x in zip(names, options[1::2], strict=True))
    return CALLS[command].format(given)


def as_link(found: re.Match[str]) -> str:
    """To another notebook, or to a page of the site, beside which the notebooks lie."""
    name = found[1]
    if name.startswith("../"):
        return f"]({name}.html)"
    return f"]({name}.ipynb)"


def bring_pictures(cell: Any, folder: Path) -> None:
    """Pictures become attachments of their cell."""

    def attach(found: re.Match[str]) -> str:
        path = folder / found[2]
        data = b64encode(path.read_bytes()).decode()
        cell.setdefault("attachments", {})[path.name] = {"image/png": data}
        return f"![{found[1]}](attachment:{path.name})"

    cell["source"] = PICTURE.sub(attach, cell["source"])


def notebooks(chapters: Path) -> dict[str, str]:
    """Every chapter of the folder, by the name of its file."""
    return {
        f"{path.stem}.ipynb": json.dumps(notebook(path), indent=1, ensure_ascii=False) + "\n"
        for path in sorted(chapters.glob("*.md"))
    }
