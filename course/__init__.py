"""The course that answers back: exercises as files, judged by the theory's own checker."""
