"""French typography, put on in one place: curved apostrophes, and no line that begins with a colon or a guillemet.

Sentences are written in the code with what a keyboard has. Everything that people read passes through `typeset`: the
French catalogue of the pages does it for every sentence, mails and catalogues of sentences call it themselves.
"""

import re
from functools import lru_cache

NO_BREAK = "\u00a0"
_TAG_OR_TEXT = re.compile(r"<[^<>]*>|[^<]+|<")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[\w%{«<(]|$)")
_BEFORE = re.compile(r"[ \u00a0\u202f]+(?=[:;?!»%€](?:[^\w/(]|$))")
_AFTER = re.compile(r"(?<=«)[ \u202f]+")


@lru_cache(maxsize=8192)
def typeset(sentence: str) -> str:
    """`sentence` with curved apostrophes and unbreakable spaces before : ; ? ! » and after «. What stands in an HTML
    tag stays as it is; typesetting twice changes nothing."""
    if not sentence or sentence.isalnum():
        return sentence
    return "".join(part if part[0] == "<" and len(part) > 1 else _text(part) for part in _parts(sentence))


def _parts(sentence: str) -> list[str]:
    return _TAG_OR_TEXT.findall(sentence) if "<" in sentence else [sentence]


def _text(text: str) -> str:
    curved = _APOSTROPHE.sub("’", text)
    return _AFTER.sub(NO_BREAK, _BEFORE.sub(NO_BREAK, curved))
