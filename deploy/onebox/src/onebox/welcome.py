"""What `make demo` prints when everything is ready."""

from __future__ import annotations

from onebox.cast import CAF_ADMINISTRATOR, CAF_AGENTS, CAF_AUDITOR, PARTNERS, RIVEBELLE, CastMember
from onebox.examples import Example
from onebox.layout import Layout

_TEXT = """
Mon compte partenaire is ready ({seconds:.1f} s).

  Portal        {auth}
  Habpps        {habpps}
  CDAP          {cdap}
  Audit         {audit}
  Extranets     Mon-enfant.fr {mon_enfant} · Omega {omega} · QL web {ql_web}
  Mail inbox    {inbox}

{accounts}

What to try first
  1. Sign in at the portal as {director} and open CDAP: no second sign-in. Search matricule {matricule}, name {name}.
  2. Do the same as {social_worker}: the same dossier shows other fields.
  3. As {administrator}, open Habpps and create a user with any address: two mails arrive in the inbox.
  4. As {caf_administrator}, open Habpps, suspend the CDAP contract of {partner}: the next consultation is refused.
  5. As {auditor}, open Audit and search for what you have just done. Then, in another terminal:
     {verify}

Logs and data are in {directory}. Press Ctrl-C to end everything.
"""


def welcome(layout: Layout, seconds: float, example: Example) -> str:
    """The text.

    Args:
        layout: where everything listens.
        seconds: how long the start took.
        example: a good first dossier.
    """
    social_worker, director = RIVEBELLE.users[0], RIVEBELLE.users[1]
    return _TEXT.format(
        seconds=seconds,
        auth=layout.url("auth"),
        habpps=layout.url("habpps"),
        cdap=layout.url("cdap"),
        audit=layout.url("audit"),
        mon_enfant=layout.url("mon-enfant"),
        omega=layout.url("omega"),
        ql_web=layout.url("ql-web"),
        inbox=layout.url("inbox"),
        accounts=_accounts(),
        director=director.username,
        social_worker=social_worker.username,
        administrator=RIVEBELLE.administrators[0].username,
        caf_administrator=CAF_ADMINISTRATOR.username,
        auditor=CAF_AUDITOR.username,
        partner=RIVEBELLE.name,
        matricule=example.matricule,
        name=example.name,
        verify=verify_command(layout),
        directory=layout.directory,
    )


def verify_command(layout: Layout) -> str:
    """The command that recomputes the journal of this demo."""
    return f"AUDIT_DATA_DIRECTORY={layout.data('audit')} .venv/bin/python -m audit verify"


def _accounts() -> str:
    rows = [("who", "identifier", "password")]
    for code, agents in CAF_AGENTS.items():
        rows += [_row(person, f"Caf {code}") for person in agents]
    told: set[str] = set()
    for partner in PARTNERS:
        people = [one for one in partner.administrators + partner.users if one.account_id not in told]
        told |= {one.account_id for one in people}
        rows += [_row(person, partner.name) for person in people]
    width = max(len(row[0]) for row in rows)
    return "\n".join(f"  {who:<{width}}  {username:<15}  {password}" for who, username, password in rows)


def _row(person: CastMember, place: str) -> tuple[str, str, str]:
    roles = {
        "caf_administrator": "Caf administrator",
        "caf_auditor": "Caf auditor",
        "partner_administrator": "administrator",
    }
    return (
        f"{person.given_name} {person.family_name}, {roles.get(person.role, person.role)} ({place})",
        person.username,
        person.password,
    )
