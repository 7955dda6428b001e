"""Signing keys and password hashing."""
