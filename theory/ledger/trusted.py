"""How large the trusted base is, and what in it rests on what: read off its source."""

from __future__ import annotations

import ast
from pathlib import Path

from theory import kernel
from theory.kernel.rules import RULES
from theory.ledger.rests_on import reduced

ROOM = Path(kernel.__file__).parent


def sizes() -> dict[str, int]:
    """Lines of each file of the kernel, blank ones and comments too."""
    files = sorted(path for path in ROOM.glob("*.py") if path.stem != "__init__")
    return {path.stem: len(path.read_text().splitlines()) for path in files}


def imports() -> dict[str, list[str]]:
    """Which files of the kernel each file of it imports."""
    prefix, names = "theory.kernel", sizes()
    found: dict[str, list[str]] = {}
    for name in names:
        tree = ast.parse((ROOM / f"{name}.py").read_text())
        nodes = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
        used = {
            part
            for node in nodes
            if node.module is not None and node.module.startswith(prefix)
            for part in (node.module.removeprefix(f"{prefix}."), *(a.name for a in node.names))
        }
        found[name] = sorted(used & names.keys())
    return found


def summary() -> str:
    """One sentence."""
    count = sum(sizes().values())
    return f"Trusted: theory/kernel, {count:,} lines with {len(RULES)} rules, and the facts above."


def diagram() -> str:
    """The files of the kernel with their lines; an arrow leads to what a file rests on."""
    nodes = [f'  {name}["{name} {lines}"]' for name, lines in sizes().items()]
    arrows = [f"  {a} --> {b}" for a, used in reduced(imports()).items() for b in used]
    total = f"{sum(sizes().values()):,} lines, {len(RULES)} rules:"
    return "\n".join([total, "", "```mermaid", "graph TD", *nodes, *arrows, "```"])
