"""What the journal does, one story per file; `ports.py` is everything it needs from the world."""
