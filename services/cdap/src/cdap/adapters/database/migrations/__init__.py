"""Migrations of the database of cdap."""
