"""What a Caf buys: its rules, kept for every partner and every dossier."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.CAF

CAF: tuple[Promise, ...] = (
    Promise(
        "caf:cafs-are-isolated",
        "Domain page B.1 (actors)",
        "A Caf reaches no organisation of another Caf: for it they do not exist, on a page, in a list or by an act.",
    ),
    Promise(
        "caf:own-extranets",
        "Domain page B.1 (actors)",
        "An extranet of one Caf is for the others not there: no page shows it, no contract or act reaches it.",
    ),
    Promise(
        "caf:a-withdrawn-extranet-opens-nothing",
        "Domain page B.1 (actors)",
        "A Caf withdraws an extranet of its own: it closes for everybody at once, and partners read why.",
    ),
    Promise(
        "caf:rights-per-caf",
        "Domain page A.5 (territory)",
        "An organisation has one convention with each Caf: contracts, groups and people of one open nothing of the "
        "other, and what one Caf suspends leaves the others' rights alone.",
    ),
    Promise(
        "caf:one-convention-at-a-time",
        "Domain page A.5 (territory)",
        "A Caf has one convention at a time with an organisation; when it is over, the next one is another.",
    ),
    Promise(
        "caf:no-oracle-of-conventions",
        "Domain page A.5 (territory)",
        "A Caf that creates an organisation gets the same page, words, records and waiting whether other Cafs know it "
        "or not.",
    ),
    Promise(
        "caf:own-name-of-an-organisation",
        "Domain page A.5 (territory)",
        "A Caf calls an organisation as its own convention does; the oldest convention alive names it for everybody.",
    ),
    Promise(
        "caf:partners-are-isolated",
        "Domain page B.1 (actors)",
        "A partner reaches no person, group, contract or page of another partner.",
    ),
    Promise(
        "caf:closed-unless-opened",
        "Domain page B.3 (states)",
        "A right opens only where convention, contract, profile, group, person and habilitation are all in "
        "force: any one broken refuses.",
    ),
    Promise(
        "caf:days-count-to-the-last",
        "Domain page B.3 (states)",
        "The first and the last day of a right belong to it, and a day is a day in France.",
    ),
    Promise(
        "caf:a-token-only-narrows",
        "Domain page B.3 (states)",
        "No token opens what the rights close: what a token says can only take away.",
    ),
    Promise(
        "caf:fields-of-each-profile",
        "Domain page A.3 (profiles and fields)",
        "Each profile is shown exactly the fields that the table gives it; a field it does not have is absent.",
    ),
    Promise(
        "caf:reserved-profiles-open-nothing",
        "Domain page A.2 (profiles)",
        "A profile that the table gives no field is refused.",
    ),
    Promise(
        "caf:housing-and-rsa-are-reduced",
        "Domain page A.3 (profiles and fields)",
        "Where a profile sees a part of a field, it is the part the table names and the current month only.",
    ),
    Promise(
        "caf:closed-dossier-says-its-state-only",
        "Domain page A.4 (search)",
        "A dossier that is closed tells who it is of and its state, and no figure.",
    ),
    Promise(
        "caf:territory-of-the-contract",
        "Domain page A.5 (territory)",
        "A dossier of a Caf that the service contract does not name is refused.",
    ),
    Promise(
        "caf:purpose-of-contract-and-extranet",
        "Domain page A.3 (profiles and fields)",
        "A purpose opens only where the profile, the service contract and the extranet all have it.",
    ),
    Promise(
        "caf:childcare-needs-a-young-child",
        "Domain page A.3, rule 2",
        "Under T2 a dossier without a child under seven shows nothing, and a suspicion is recorded.",
    ),
    Promise(
        "caf:person-is-informed",
        "Domain page A.6 (law)",
        "No dossier is consulted before it is said that the person was informed, and the record keeps that.",
    ),
    Promise(
        "caf:stale-rights-refuse",
        "Domain page B.3 (states)",
        "Where rights could not be confirmed for five seconds nothing more is opened.",
    ),
    Promise(
        "caf:administration-shows-no-dossier",
        "Domain page A.3, rule 4",
        "Whoever administers sees no dossier by that: the role opens Habpps or the journal and nothing else.",
    ),
    Promise(
        "caf:grounds-are-recorded",
        "Domain page A.3, rule 5",
        "A decision is recorded with its rules, the revision of the rights and the version of the table.",
    ),
    Promise(
        "caf:nir-opens-nothing",
        "Domain page A.4 (search)",
        "A social security number finds no dossier: typed in the place of a dossier's number it is refused "
        "and said so.",
    ),
    Promise(
        "caf:territory-extension-in-force",
        "Domain page A.5 (territory)",
        "An extension opens the dossiers of another Caf on its days and no others, and at its end the rest goes on.",
    ),
    Promise(
        "rights:least-assignment",
        "Domain page B.1 (actors), least assignment",
        "A habilitation opens the extranets that were ticked on it and no others.",
    ),
    Promise(
        "rights:no-fact-closes",
        "docs/decisions/0024-rights-that-can-narrow.md",
        "Nothing that is published closes anything by being there: a reader that lacks it never grants more.",
    ),
    Promise(
        "rights:a-newer-fact-opens-nothing",
        "docs/decisions/0024-rights-that-can-narrow.md",
        "A kind, a state or a field that an older service does not know makes it refuse, never grant.",
    ),
    Promise(
        "caf:territory-extension",
        "Domain page A.5 (territory)",
        "A partner asks for dossiers of another Caf, and both Cafs accept.",
        "An extension is recorded by the Caf that signed; the request with two acceptances is not built.",
    ),
    Promise(
        "caf:opposition-is-respected",
        "Domain page A.6 (law)",
        "A person who opposes is found by nobody.",
        "No register of oppositions is built.",
    ),
)
