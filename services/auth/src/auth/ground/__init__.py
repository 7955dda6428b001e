"""What every room of auth stands on: the tables, the kinds of refusals, the guarded way out."""
