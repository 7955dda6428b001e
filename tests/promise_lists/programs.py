"""What is promised to those whose software administers in the name of a person."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.EXTRANET_TEAM

_PAGE = "docs/administer-by-program.md"

PROGRAMS: tuple[Promise, ...] = (
    Promise("program:acts-are-told", _PAGE, "A program is told every act that the person may do, with its fields."),
    Promise("program:same-acts-as-pages", _PAGE, "An act by a program leaves the same register as on the page."),
    Promise("program:each-act-once", _PAGE, "An act asked for again with its key is done once and answered as before."),
    Promise(
        "program:who-may-call",
        _PAGE,
        "Only a person's own token, bound to the certificate shown, is taken; the register decides at each call.",
    ),
    Promise(
        "program:suspended-reads-only", _PAGE, "While the convention is suspended, a program reads and does nothing."
    ),
    Promise("program:few-at-once", _PAGE, "Programs never take the calls that the rights feed needs."),
    Promise(
        "program:fields-are-told-in-words",
        _PAGE,
        "Every wrong field of an act is told at once, with its path and what is expected, in both languages.",
    ),
    Promise(
        "program:typed-text-as-on-pages", _PAGE, "The same words leave the same register, whichever way they came."
    ),
)
