"""Claims for readers: LaTeX, the document, the graph."""
