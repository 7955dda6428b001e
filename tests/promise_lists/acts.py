"""What forms, dates, typed text and the acts of Habpps promise."""

from tests.promise_lists.promise import Promise

_PAGES = "docs/error-handling.md"
_HABPPS = "services/habpps/README.md"

ACTS: tuple[Promise, ...] = (
    Promise("pages:twice-is-once", _PAGES, "A form sent twice, even at once, does its act once and ends on one page."),
    Promise("text:clean-in-every-form", _PAGES, "No invisible or direction character gets through a form's text."),
    Promise("dates:plausible", _PAGES, "A day outside 1900 to 2100 is refused with a sentence and stays in its field."),
)
