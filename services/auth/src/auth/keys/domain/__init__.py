"""Values, rules and decisions about accounts, sessions, clients and tokens."""
