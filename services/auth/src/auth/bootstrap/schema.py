"""What must be on the disk: which schema of the database, and the rights as they were last known."""

OLDEST_SCHEMA = "0001"
NEWEST_SCHEMA = "0001"
SAVED_RIGHTS = "rights-snapshot.bin"
