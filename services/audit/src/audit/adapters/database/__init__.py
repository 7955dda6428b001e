"""The journal in SQLite or PostgreSQL: tables, one file per repository, the transactions, the scan of the verifier."""
