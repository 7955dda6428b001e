"""What is promised to those whose software administers in the name of a person."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.EXTRANET_TEAM

_PAGE = "docs/administer-by-program.md"

PROGRAMS: tuple[Promise, ...] = (
    Promise("program:acts-are-told", _PAGE, "A program is told every act that the person may do, with its fields."),
    Promise("program:same-acts-as-pages", _PAGE, "An act by a program leaves the same register as on the page."),
    Promise("program:each-act-once", _PAGE, "An act asked for again with its key is done once and answered as before."),
    Promise(
        "program:fields-are-told-in-words", _PAGE, "Every wrong field of an act is told at once, with what it takes."
    ),
)
