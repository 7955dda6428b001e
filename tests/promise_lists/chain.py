"""What the whole chain promises, from the convention to the traced consultation."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.CAF

CHAIN: tuple[Promise, ...] = (
    # The chain, from the seed document of the project
    Promise(
        "chain:organisation-from-convention",
        "Seed document, Habpps",
        "The Caf administrator creates the organisation from its convention.",
    ),
    Promise(
        "chain:two-mails", "Seed document, Habpps", "Identifier and provisional password leave in two separate mails."
    ),
    Promise(
        "chain:groups-by-profile",
        "Seed document, example",
        "The partner administrator makes one group per profile and puts each user into a group.",
    ),
    Promise(
        "chain:one-identifier",
        "Seed document, espace partenaires",
        "One identifier and one password open every extranet.",
    ),
    Promise("chain:profile-limits-data", "Seed document, Cdap", "A profile sees exactly its fields of a dossier."),
    Promise(
        "chain:last-login", "Seed document, engagements", "Date and time of the last login are shown at every login."
    ),
    Promise(
        "chain:logout-everywhere",
        "Seed document, engagements; OIDC Back-Channel Logout 1.0",
        "DÉCONNEXION ends the session in every extranet.",
    ),
    Promise(
        "chain:suspension-acts-at-once",
        "docs/protocols.md §2",
        "A suspended service contract refuses a consultation although the token is alive.",
    ),
    Promise(
        "chain:no-oracle",
        "Field table, search rules",
        "A dossier outside the territory is answered exactly like an unknown one.",
    ),
    Promise(
        "chain:provisional-password",
        "Seed document; CNIL 2022-100",
        "A provisional password must be replaced at the first sign-in.",
    ),
    # The record
    Promise(
        "record:before-the-answer",
        "docs/protocols.md §3",
        "No data leaves before its record is durable; without the journal the consultation is refused.",
    ),
    Promise(
        "record:found-by-the-auditor",
        "Seed document, contrôles",
        "The auditor finds sign-ins, acts, consultations and refusals in the audit pages.",
    ),
    Promise("record:tamper-evident", "RFC 6962 §2.1", "One changed byte in the journal's database is found and named."),
    # The demo and the operators
    Promise(
        "demo:second-start",
        "Issue of the whole chain",
        "The second start takes little more than reading modules: under five seconds on two quiet cores.",
    ),
    Promise("demo:clean-end", "Issue of the whole chain", "Ctrl-C ends everything cleanly."),
    Promise(
        "demo:clear-refusals",
        "Issue of the whole chain",
        "A busy port or an unwritable folder gets one clear sentence.",
    ),
    Promise(
        "pages:accessible",
        "WCAG 2.2 AA, RGAA 4",
        "axe-core finds no violation on any page of the stories, and none scrolls sideways at 320 px.",
    ),
)
