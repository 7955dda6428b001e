"""The web front: whole requests, bounds, lanes."""
