"""The lower-bound instances at scale."""
