"""The acts of administration, one class per file; `register.py` is the one door to every write."""
