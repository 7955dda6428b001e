"""Closing a client: the one place that ends all that it holds, inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from auth.clients.use_cases.stores import ClosingStore


def close_client(repos: ClosingStore, client_id: str, now: datetime) -> None:
    """Ends every grant and every token of a client. Its sessions in people's browsers are told by `EndLostAccess`."""
    repos.refresh_tokens.revoke_of(client_id, now)
    repos.codes.delete_of(client_id)
    repos.device_requests.delete_of(client_id)
    repos.ended_sessions.append_client(client_id, now)
