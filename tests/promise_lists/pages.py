"""What the pages promise to everybody who reads them."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PROFESSIONAL

PAGES: tuple[Promise, ...] = (
    Promise(
        "pages:way-home",
        "Rules of the pages, frame",
        "Every page below a home page shows the way back to it, link by link.",
    ),
    Promise(
        "pages:rooms-apart",
        "Rules of the pages, frame",
        "Each service and demo extranet has its own accent, and every accent can be read in light and dark.",
    ),
    Promise(
        "pages:french-typography",
        "Rules of the pages, words",
        "No French page shows a straight apostrophe, or a space at which a line could begin with a colon or guillemet.",
    ),
)
