"""What the clients need from the world beside the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class SectorIdentifiers(Protocol):
    """Reads the list behind a `sector_identifier_uri` (OIDC Core §8.1)."""

    def json_list(self, url: str) -> Sequence[str]:
        """The redirect URIs listed there. Raises DependencyUnavailableError when it cannot be read."""
