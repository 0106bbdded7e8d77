"""The worst that one update can do."""
