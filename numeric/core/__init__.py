"""Exact finite policies, one update, and what is written of them."""
