"""Pages about the users of an organisation: what becomes of them, and what is told of their mails and sign-ins."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from habpps.domain.account_command import CommandState
from habpps.domain.reach import Reach
from habpps.use_cases.manage_groups import CreateGroup
from habpps.use_cases.ports import AccountStatus, Repositories
from servicekit.errors import DependencyUnavailableError
from tests.habpps.adapters.conftest import Pages
from tests.habpps.builders import ADMINISTRATOR, Commune
from tests.promises import promise


def ready(pages: Pages) -> Commune:
    return pages.habpps.all.ready()


@promise("partner:one-account-per-person")
def test_a_known_address_offers_to_attach_the_person(pages: Pages) -> None:
    commune = ready(pages)
    pages.author = commune.partner
    fields = {"given_name": "D", "family_name": "M", "email": ADMINISTRATOR.email, "job_title": "chargée de mission"}
    text = pages.post("/utilisateurs/nouveau", 400, **fields)
    assert "Inscrire cette personne comme utilisateur" in text
    attach = f"/utilisateurs/rattacher-personne/{commune.partner.administrator_id}"
    assert ADMINISTRATOR.display_name in pages.get(attach)
    own_page = pages.post(attach, job_title="chargée de mission")
    text = pages.post(f"{own_page}/rattacher", 400, group_id=commune.group_id)
    assert "Vous vous donnez ce profil à vous-même" in text
    pages.post(f"{own_page}/rattacher", group_id=commune.group_id, confirmed="y")
    assert "Pour soi-même" in pages.get("/journal")


def test_a_user_is_locked_unlocked_reset_and_leaves(pages: Pages) -> None:
    commune = ready(pages)
    pages.author = commune.partner
    page = f"/utilisateurs/{commune.user_id}"
    assert "1 personne perdra l'accès à CDAP." in pages.get(f"{page}/verrouiller")
    pages.post(f"{page}/verrouiller", reason="téléphone volé")
    assert "Verrouillé" in pages.get(page)
    assert pages.post(f"{page}/mot-de-passe") == page
    assert "n'est pas actif" in pages.get(page)
    pages.post(f"{page}/deverrouiller", reason="téléphone retrouvé")
    assert "valable 72 heures" in pages.get(f"{page}/mot-de-passe")
    pages.post(f"{page}/mot-de-passe")
    assert "2026-12-31" not in pages.get(f"{page}/depart")
    pages.post(f"{page}/depart", departs_on="2026-12-31")
    assert "31 décembre 2026" in pages.get(page)


@promise("partner:lost-mails-are-told")
@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("RECIPIENT_REFUSED", "Courriel refusé"),
        ("MAIL_LATE", "Courriel en retard"),
        ("MAIL_SERVER_UNREACHABLE", "Courriel abandonné"),
        ("UnicodeEncodeError", "Courriel arrêté"),
    ],
)
def test_a_mail_that_cannot_leave_is_said_to_the_administrator(pages: Pages, problem: str, words: str) -> None:
    commune = ready(pages)
    user = pages.habpps.all.look(lambda store: store.users.get(commune.user_id))

    def stuck(store: Repositories) -> None:
        command = store.within(Reach("921")).commands.latest_of([user.account_id], commune.id)[user.account_id]
        now = pages.habpps.clock.now()
        after = command.accepted("cleger", mails_sent=False, now=now, mail_problem=problem)
        assert after.next_attempt_at - now > timedelta(seconds=30)
        store.commands.save(after)

    pages.habpps.work.write(stuck)
    pages.author = commune.partner
    assert words in pages.get(f"/utilisateurs/{commune.user_id}")


def test_mails_are_shown_as_sent_once_they_are(pages: Pages) -> None:
    commune = ready(pages)
    everything = pages.habpps.all
    user = everything.look(lambda store: store.users.get(commune.user_id))

    def sent(store: Repositories) -> None:
        command = store.within(Reach("921")).commands.latest_of([user.account_id], commune.id)[user.account_id]
        done = command.accepted("cleger", mails_sent=True, now=pages.habpps.clock.now())
        assert done.state is CommandState.DONE
        store.commands.save(done)

    pages.habpps.work.write(sent)
    everything.accounts.known[user.account_id] = AccountStatus("cleger", mails_sent=True)
    pages.author = commune.partner
    shown = pages.get(f"/utilisateurs/{commune.user_id}")
    assert "Identifiant et mot de passe provisoire envoyés" in shown
    assert "cleger" in shown


@promise("partner:people-join-from-the-group")
def test_a_person_is_found_and_joins_from_the_page_of_the_group(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    pages.author = commune.partner
    group = pages.habpps.all.acts.perform(commune.partner, CreateGroup("Service social", "T1")).value
    page = pages.get(f"/groupes/{group}?qui=leger")
    assert "Camille Léger" in page
    fields = dict(re.findall(r'name="(group_id|version|from_group)" value="([^"]*)"', page))
    assert set(fields) == {"group_id", "version", "from_group"}
    where = pages.client.post(f"/utilisateurs/{commune.user_id}/rattacher", data=fields)
    assert where.status_code == 303
    assert "Camille Léger" in pages.get(f"/groupes/{group}")
    again = pages.get(f"/groupes/{group}?qui=leger")
    assert "ces personnes sont déjà dans le groupe" in again
    assert 'name="from_group"' not in again


@promise("partner:last-sign-in-is-shown")
def test_the_list_of_people_shows_the_last_sign_in_or_says_that_it_is_unknown(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    pages.author = commune.partner
    accounts, user = pages.habpps.all.accounts, pages.habpps.all.look(lambda store: store.users.get(commune.user_id))
    assert "Jamais" in pages.get("/utilisateurs")
    accounts.signed_in[user.account_id] = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)
    assert "20/11/2026" in pages.get("/utilisateurs")
    accounts.failure = DependencyUnavailableError("away", reason="REMOTE_UNAVAILABLE")
    assert "Inconnue pour l'instant" in pages.get("/utilisateurs").replace("\u2019", "'")
