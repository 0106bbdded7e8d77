"""Every claim decided: build, ask, export, recheck, pins."""
