"""The engagement that everybody accepts before anything opens, once for each version of its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Article:
    """One promise."""

    title: str
    text: str


@dataclass(frozen=True)
class DocumentText:
    """The document in one language."""

    title: str
    lead: str
    articles: tuple[Article, ...]
    closing: str


@dataclass(frozen=True)
class Document:
    """What is accepted. Any change of a word is a new `version`. `texts`: by language, `fr` and `en`."""

    name: str
    version: str
    published_on: date
    texts: Mapping[str, DocumentText]


@dataclass(frozen=True)
class Acceptance:
    """Who accepted which version, and when. Kept as long as the account."""

    account_id: str
    document: str
    version: str
    accepted_at: datetime
