"""The rules of the journal: values and pure functions, no clock, no file, no database."""
