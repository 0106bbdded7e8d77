"""How long Hypothesis searches: every test in proportion to the profile (conftest.py)."""

from __future__ import annotations

from hypothesis import settings


def examples(usual: int) -> settings:
    """`usual` examples where the profile has 100."""
    return settings(max_examples=max(4, usual * settings.default.max_examples // 100))
