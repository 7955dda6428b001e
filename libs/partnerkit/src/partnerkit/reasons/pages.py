"""The catalogue on pages: in the language of the request, for the one who reads."""

from collections.abc import Callable

from flask_babel import get_locale

from partnerkit.reasons import Reader, Text, brief, own_sentence, told
from servicekit.web.refusal_texts import RefusalText


def in_words(text: Text) -> str:
    """The sentence in the language of the request."""
    locale = get_locale()
    return text.in_language(locale.language if locale is not None else "fr")


def why_and_help(code: str, reader: Reader) -> tuple[str, str]:
    """Why, and what to do or who can help."""
    found = told(code, reader)
    return in_words(found.why), in_words(found.help)


def brief_words(code: str) -> str:
    """The reason in a few words."""
    return in_words(brief(code))


def teller(reader: Callable[[], Reader]) -> Callable[[str, RefusalText], RefusalText]:
    """For `ServiceApp.set_refusal_teller`: what the catalogue says of a reason stands in place of the general text."""

    def tell(code: str, text: RefusalText) -> RefusalText:
        found = own_sentence(code, reader())
        if found is None:
            return text
        return RefusalText(text.title, text.what, in_words(found.why), in_words(found.help))

    return tell
