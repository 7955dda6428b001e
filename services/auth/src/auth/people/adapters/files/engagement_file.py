"""Reads the engagement that comes with the service."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from auth.people.domain.engagement import Article, Document, DocumentText
from servicekit.typography import typeset


@cache
def the_engagement() -> Document:
    """The version of today."""
    content = tomllib.loads(files("auth.people").joinpath("data/engagement.toml").read_text(encoding="utf-8"))
    texts = {"fr": _text(content["fr"], typeset), "en": _text(content["en"], str)}
    return Document(content["name"], content["version"], content["published_on"], texts)


def _text(content: Mapping[str, Any], finish: Callable[[str], str]) -> DocumentText:
    articles = tuple(Article(finish(one["title"]), finish(one["text"])) for one in content["articles"])
    return DocumentText(finish(content["title"]), finish(content["lead"]), articles, finish(content["closing"]))
