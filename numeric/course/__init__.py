"""Pictures and numbers of the course notes."""
