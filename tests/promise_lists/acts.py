"""What forms, dates, typed text and the acts of Habpps promise."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PARTNER_ADMINISTRATOR

_PAGES = "docs/error-handling.md"
_HABPPS = "services/habpps/README.md"

ACTS: tuple[Promise, ...] = (
    Promise("pages:twice-is-once", _PAGES, "A form sent twice, even at once, does its act once and ends on one page."),
    Promise("text:clean-in-every-form", _PAGES, "No invisible or direction character gets through a form's text."),
    Promise("dates:plausible", _PAGES, "A day outside 1900 to 2100 is refused with a sentence and stays in its field."),
    Promise("dates:no-overflow", _HABPPS, "No arithmetic on days in Habpps can overflow at an end of the calendar."),
    Promise(
        "addresses:checked-at-every-entrance",
        _HABPPS,
        "An address that no envelope can hold is refused, with a sentence, at each place where one enters Habpps.",
    ),
    Promise("names:one-form", _HABPPS, "A name from a Mac, from Word or from a PDF is kept in one form."),
    Promise(
        "text:clean-in-the-register",
        _HABPPS,
        "Rows, facts, the history and audit events hold no invisible, control or direction character.",
    ),
    Promise(
        "accounts:poisoned-command-set-aside",
        _HABPPS,
        "A command that auth refuses, or that cannot be read or sent, is set aside, recorded and shown; others go on.",
    ),
    Promise(
        "acts:one-registry",
        _HABPPS,
        "Whatever changes the register of rights is an act of one registry; nothing else can be done, whoever asks.",
    ),
    Promise("acts:are-data", _HABPPS, "The content of every act can be written as JSON and read again, unchanged."),
    Promise(
        "preview:nothing-leaves",
        _HABPPS,
        "A preview of an act leaves no row, revision, event, mail or command, whatever the act is.",
    ),
    Promise(
        "preview:what-really-happens",
        _HABPPS,
        "A preview counts exactly the people for whom the act then opens or closes something.",
    ),
    Promise(
        "preview:nobody-waits",
        _HABPPS,
        "Whoever looks at what an act would do keeps nobody waiting who does something.",
    ),
    Promise(
        "requests:two-people",
        _HABPPS,
        "What opens something to many at once, or names administrators of a Caf, waits until a second one approves.",
    ),
    Promise("requests:never-ones-own", _HABPPS, "Nobody approves their own request; one is decided once."),
    Promise(
        "requests:all-checks-again",
        _HABPPS,
        "An approved act passes all of its checks again, for whoever asked and for whoever approves.",
    ),
    Promise(
        "requests:rule-of-the-caf",
        "docs/decisions/0033",
        "For each act that may open something a Caf says whether it needs a second person; only its administrators do.",
    ),
    Promise(
        "requests:weaker-rule-needs-two",
        "docs/decisions/0033",
        "A weaker rule needs a second administrator of the Caf; where there is none the journal says so.",
    ),
    Promise(
        "requests:the-caf-decides-where-it-says-so",
        "docs/decisions/0033",
        "What a Caf decides for its partners waits for the Caf: no partner approves it, and nobody their own request.",
    ),
    Promise("requests:taking-away-never-waits", "docs/decisions/0027", "Taking a right away waits under no rule."),
    Promise(
        "requests:alone-is-said",
        _HABPPS,
        "Where no second administrator can sign in, the act goes through and the journal says so.",
    ),
    Promise(
        "clock:each-due-thing-once",
        _HABPPS,
        "What is due is done once in all copies, once after a long stop, and not again when a clock jumps back.",
    ),
    Promise(
        "clock:a-jump-decides-nothing",
        _HABPPS,
        "A copy whose clock jumped does nothing that is due for an hour, and says so.",
    ),
    Promise("clock:a-dead-holder-is-replaced", _HABPPS, "When a copy dies over a job, another one goes on."),
    Promise(
        "clock:ends-on-their-day",
        "Domain page B.3",
        "Conventions, contracts and requests end after their last day as recorded acts of the clock.",
    ),
    Promise("accounts:order-per-person", _HABPPS, "The commands of one person stay in order, also when tried again."),
    Promise(
        "acts:opening-waits-for-audit",
        _HABPPS,
        "An act waits for audit exactly when a fact that it changes may open something, whatever the act is called.",
    ),
    Promise(
        "habpps:sentences-of-the-outcome", _HABPPS, "What a page says of an act follows from what the act has done."
    ),
    Promise(
        "habpps:administrator-who-can-sign-in",
        _HABPPS,
        "An organisation keeps an administrator who can sign in; one who is locked, gone or without account is none.",
    ),
    Promise("habpps:any-size", _HABPPS, "A page reads what it shows: its work does not grow with the organisation."),
)
