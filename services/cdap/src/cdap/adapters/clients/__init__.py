"""Feeds that cdap follows: rights (habpps) and ended sessions (auth)."""
