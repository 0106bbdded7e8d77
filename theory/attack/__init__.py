"""Claims under attack: false twins and mutants."""
