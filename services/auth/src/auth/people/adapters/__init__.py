"""Translations between the use cases and the world."""
