"""What a person meets at the portal: mails, signing in, staying in, signing out."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PROFESSIONAL

PEOPLE: tuple[Promise, ...] = (
    Promise(
        "people:mail-queue-goes-on",
        "RFC 5321 §3.3",
        "Whatever an account's name or address holds, the mails of the others leave, each to its own address alone.",
    ),
    Promise(
        "people:refused-mail-is-told",
        "RFC 5321 §4.2.1",
        "A lasting refusal of a mail server is set aside and told at once; a passing one is tried later.",
    ),
    Promise(
        "people:told-of-their-rights",
        "domain rules, mails",
        "Whose right is given, changed, suspended or ended is told by one mail per act, and before a last day.",
    ),
    Promise(
        "people:no-storm-of-notices",
        "domain rules, mails",
        "What is suspended for a whole organisation is told to its administrators alone.",
    ),
    Promise(
        "people:sign-out-signs-out",
        "OIDC RP-Initiated Logout 1.0 §2",
        "DÉCONNEXION signs out from any page of ours, however long it was open, in every service.",
    ),
    Promise(
        "people:sign-out-is-ours",
        "Fetch Metadata; ASVS 3.5.1",
        "A page of another site signs nobody out.",
    ),
    Promise(
        "people:old-pages-lead-on",
        "Keycloak, authentication sessions that expired",
        "An old sign-in page, a bookmark or the back button leads the person on to the service, without a circle.",
    ),
    Promise(
        "people:no-login-csrf",
        "RFC 6749 §10.12; RFC 9700 §4.7",
        "Nobody is signed in by a page or an answer that another browser began.",
    ),
    Promise(
        "people:owner-gets-in",
        "ASVS 6.3.1, 6.3.5; OWASP Credential Stuffing",
        "A stranger who guesses waits; the owner with the right password does not.",
    ),
    Promise("people:office-gets-in", "ASVS 6.3.1", "One wrong machine does not keep an office out."),
    Promise(
        "people:not-compared-not-counted", "ASVS 6.3.1", "A password that was never compared counts as no failure."
    ),
    Promise(
        "people:told-after-the-right-password",
        "ASVS 6.3.8",
        "After the right password a person reads that the account is locked, by whom, and who can help.",
    ),
    Promise(
        "people:wrong-passwords-tell-nothing",
        "ASVS 6.3.8",
        "After a wrong password content, status and time are the same for every identifier.",
    ),
    Promise(
        "people:two-clicks-are-one",
        "Keycloak, double submission of the login form",
        "Two clicks on a form of the portal end where one ends: one session, one mail, the sign-in before is shown.",
    ),
    Promise(
        "people:no-context-password",
        "CNIL 2022-100; NIST SP 800-63B-4 §3.1.1.2",
        "A password made of the person's names, identifier, organisation or our product names is refused.",
    ),
    Promise(
        "people:provisional-as-pasted",
        "GOV.UK Design System, confirmation codes",
        "A provisional password is accepted with any separators, case and invisible characters.",
    ),
    Promise(
        "people:two-secrets-two-mails",
        "CNIL 2022-100",
        "No mail holds an identifier and a provisional password together.",
    ),
    Promise(
        "people:changes-are-told",
        "ASVS 6.3.7",
        "A changed password, a lock, its end and a disowned sign-in are told by mail, with who asked.",
    ),
    Promise(
        "people:lost-identifier", "CAFSOMME", "A lost identifier is sent by mail; the answer is the same for everybody."
    ),
    Promise(
        "people:law-pages",
        "Law 2005-102 article 47; LCEN article 1-1",
        "Accessibility statement, legal notice and help say what the law asks for, or that it is missing.",
    ),
    Promise(
        "admin:older-form-undoes-nothing",
        "CWE-362; OWASP ASVS 2.3",
        "A form that was shown before somebody else changed the same thing changes nothing; it says what is there now.",
    ),
    Promise(
        "people:who-helps-is-named",
        "CAFSOMME; WCAG 2.2 §3.2.6",
        "Portal and help name the administrators of the person who is signed in, and the Caf; strangers read no name.",
    ),
    Promise(
        "people:identifier-is-shown",
        "CAFSOMME",
        "The administrator reads the identifier of every person who has an account, however old it is.",
    ),
    Promise(
        "people:one-address-check",
        "RFC 5321 §4.1.2",
        "An address that no envelope can hold is refused at every entrance of auth.",
    ),
)
