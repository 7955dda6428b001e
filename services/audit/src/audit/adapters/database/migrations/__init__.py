"""Migrations of the journal's database; they only ever add."""
