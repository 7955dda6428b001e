"""By what an access token is known to have ended. A value of its own: use cases hand it to whoever keeps the list."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMarks:
    """What of an access token says whether it has ended: its claims `sid`, `jti`, `client_id` and `iat`, and whose."""

    session_id: str
    account_id: str
    token_id: str
    client_id: str
    issued_at: datetime

    @property
    def family_id(self) -> str:
        """What the `jti` of every token of the same grant begins with."""
        return self.token_id.partition("~")[0]
