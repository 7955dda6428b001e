"""The stories of the provider, one class per file."""
