"""The keys that sign our tokens: files, rotation, publication."""
