"""The promises, by what they come from; `tests.promises` puts them together."""
