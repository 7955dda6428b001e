"""What the pages promise to everybody who reads them."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PROFESSIONAL

PAGES: tuple[Promise, ...] = (
    Promise(
        "pages:english-is-english",
        "RGAA 4.1, 8.7",
        "An English page says the labels of codes in English.",
    ),
    Promise(
        "pages:every-link-leads-somewhere",
        "RGAA 4.1, navigation",
        "Every link that a person sees leads to a page with a title, a heading and a way back, in words for people.",
    ),
    Promise(
        "pages:times-are-those-of-the-reader",
        "Decree 79-896 on legal time",
        "Times are those of the clock by which the reader's Caf works; a clock that is not that of Paris is named.",
    ),
    Promise(
        "pages:help-names-who-can-help",
        "Domain page G (wishes of users)",
        "The page of help names the administrators of the person's organisation and their Caf.",
    ),
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
