"""One file per check of an authorization request."""
