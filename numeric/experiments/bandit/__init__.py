"""The contextual bandit of section 5.1."""
