"""Translations between habpps and the world."""
