"""Exploit, then explore."""
