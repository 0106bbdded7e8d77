"""Sorts: what a term can stand for. And the kernel's errors."""

from __future__ import annotations

from dataclasses import dataclass


class KernelError(Exception):
    """A rule was applied outside its conditions; the message names the condition."""


class SortError(KernelError):
    """A term was built or substituted at the wrong sort."""


class CaptureError(KernelError):
    """A substitution would have bound a free variable."""


@dataclass(frozen=True, slots=True)
class Sort:
    """REAL, NAT (0, 1, 2, ... inside the reals), BOOL, or a finite index set."""

    name: str

    @property
    def finite(self) -> bool:
        return self.name not in ("Real", "Nat", "Bool")

    def __post_init__(self) -> None:
        check_name(self.name)


def check_name(name: object) -> None:
    """Names are ASCII identifiers: they are written into the solvers' input. A subclass of str
    could be written as anything."""
    if type(name) is not str or not (name.isascii() and name.isidentifier()):
        raise SortError(f"names are ASCII identifiers, got {name!r}")


REAL, NAT, BOOL = Sort("Real"), Sort("Nat"), Sort("Bool")
