"""Reads the engagement that comes with the service."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from auth.people.domain.engagement import Article, Document, DocumentText


@cache
def the_engagement() -> Document:
    """The version of today."""
    content = tomllib.loads(files("auth.people").joinpath("data/engagement.toml").read_text(encoding="utf-8"))
    texts = {language: _text(content[language]) for language in ("fr", "en")}
    return Document(content["name"], content["version"], content["published_on"], texts)


def _text(content: Mapping[str, Any]) -> DocumentText:
    articles = tuple(Article(one["title"], one["text"]) for one in content["articles"])
    return DocumentText(content["title"], content["lead"], articles, content["closing"])
