"""Rows of the outbox that audit has had for long enough: one copy of the service forgets them."""

from datetime import datetime

from sqlalchemy import Connection

from servicekit.outbox import store
from servicekit.outbox.settings import DEFAULT_SETTINGS


def forget_delivered(connection: Connection, now: datetime) -> int:
    """For `servicekit.database.clean_up`: at most `cleaning_rows` rows that were acknowledged long ago; how many."""
    limits = DEFAULT_SETTINGS
    return store.forget(connection, now - limits.retention, now - limits.last_kept, limits.cleaning_rows)
