"""A static site from the notes, the ledger and recorded results: it opens from a file."""
