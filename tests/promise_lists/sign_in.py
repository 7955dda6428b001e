"""A sign-in is a list of steps: what a person does before anything opens."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PROFESSIONAL

SIGN_IN: tuple[Promise, ...] = (
    Promise(
        "sign-in:nothing-before-the-last-step",
        "docs/decisions/0020-a-sign-in-is-a-list-of-steps.md",
        "While a step of the sign-in remains no page is shown but its own, and no code or token is given.",
    ),
    Promise(
        "sign-in:steps-lead-on",
        "docs/decisions/0020-a-sign-in-is-a-list-of-steps.md",
        "A second click, a reload, the back button or an old tab at a step that is done leads on without an error.",
    ),
    Promise(
        "sign-in:unknown-step",
        "docs/decisions/0020-a-sign-in-is-a-list-of-steps.md",
        "A session in which something waits that this version does not know is not signed in.",
    ),
    Promise(
        "sign-in:level-from-what-was-done",
        "OIDC Core §2; RFC 9470 §4",
        "The level that tokens tell and discovery offers follows from what was shown, never from a constant.",
    ),
    Promise(
        "second-step:both-or-nothing",
        "ANSSI, multi-factor authentication R1; NIST SP 800-63B-4 §2.2",
        "A person with a second step gets nothing by the password alone: no page, no token, no other step before it.",
    ),
    Promise(
        "second-step:a-code-serves-once",
        "RFC 6238 §5.2; OWASP ASVS 6.5.1",
        "A code of an application, and each older one, serves once; so does a recovery code.",
    ),
    Promise(
        "second-step:guessing",
        "ANSSI, multi-factor authentication R10; NIST SP 800-63B-4 §3.2.2",
        "Whoever has the password guesses few codes a day, and the person learns of it; a browser that they use is "
        "not kept out.",
    ),
    Promise(
        "second-step:changes-are-told",
        "OWASP ASVS 7.4.3, 7.5.1",
        "A second step is changed after a fresh sign-in only; the person is told by mail, and the other sessions end.",
    ),
    Promise(
        "second-step:reset-keeps-it",
        "OWASP ASVS 6.4.3",
        "A new password, asked for by mail or by an administrator, leaves the second step in place.",
    ),
    Promise(
        "second-step:lost-is-another-s-affair",
        "docs/decisions/0034-a-second-step-of-ones-own.md",
        "A lost second step is taken off by another administrator, never by the person; by two where there are two.",
    ),
    Promise(
        "engagement:once-per-version",
        "docs/decisions/0020-a-sign-in-is-a-list-of-steps.md; CNIL, recommendation of October 2002 on shared secrets",
        "Nothing opens before a person has accepted the engagement: once for each version, by a button, on record.",
    ),
    Promise(
        "history:twelve-months",
        "CNIL, recommendation on logging; ASVS 7.5.2",
        "A person reads every sign-in and every wrong password of twelve months, with the place; then it is forgotten.",
    ),
    Promise(
        "history:last-sign-in",
        "HABPPS, obligations of the user",
        "At every sign-in the person reads when and where the one before was, and can say that it was not theirs.",
    ),
    Promise(
        "devices:unknown-is-told",
        "NIST SP 800-63B-4 §3.2.2; ASVS 6.3.5",
        "A sign-in with a browser not used before is told on the page and by mail, the very first one excepted.",
    ),
)
