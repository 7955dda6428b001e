"""One grant of the token endpoint per file."""
