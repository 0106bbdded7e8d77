"""One file per claim: lemmas to theorem, through the kernel's rules only."""

from importlib import import_module
from typing import Any


def script(slug: str) -> Any:
    """The proof file of a claim: a module with ``prove`` and ``witness``, or with ``existence``
    and ``witness``, or with ``countermodel``. Raises ModuleNotFoundError where there is none."""
    return import_module(f"theory.proofs.{slug}")
