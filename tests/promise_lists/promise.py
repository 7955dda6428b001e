"""What a promise is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """One sentence that the product keeps. `gap` says why no test shows it yet."""

    id: str
    source: str
    sentence: str
    gap: str = ""
