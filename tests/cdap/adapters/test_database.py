"""One suite for the fake and for the real stores on both engines: dossiers, months of Cafs, files half imported."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from cdap.domain.dossier import Dossier, DossierKey
from cdap.use_cases.caf_swap import GONE
from cdap.use_cases.import_ports import CafMonth, Held, OddRecord, Row, UnfinishedFile
from cdap.use_cases.ports import KnownNames, Repositories
from servicekit.audit_events import RecordedWork
from tests.cdap.adapters.conftest import Cdap, opened
from tests.cdap.builders import NOW, in_another_caf, the_document, the_request, the_requester
from tests.cdap.fakes import Desk
from tests.cdap.store_fakes import row_of
from tests.promises import promise

KEY = DossierKey("921", "0346145")
Work = RecordedWork[Repositories]


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def work(request: pytest.FixtureRequest) -> Iterator[Work]:
    if request.param == "fake":
        yield Desk([the_document(), in_another_caf("751", "0346147")]).work
        return
    for cdap in opened(request.getfixturevalue(f"{request.param}_url")):
        yield cdap.work


def read(work: Work, key: DossierKey) -> object:
    def document(repos: Repositories) -> object:
        found = repos.dossiers.find(key)
        return None if found is None else (found.key, found.name_keys, found.read().document)

    return work.read(document)


def test_a_dossier_is_found_by_its_key_as_it_was_stored(work: Work) -> None:
    assert read(work, KEY) == (KEY, ("DARCLEGOFF", "LEFEVRE", "LEGOFF"), the_document())


@pytest.mark.parametrize("key", [DossierKey("751", "0346145"), DossierKey("921", "0346147"), DossierKey("921", "'")])
def test_another_key_finds_nothing(work: Work, key: DossierKey) -> None:
    assert read(work, key) is None


def test_the_same_matricule_elsewhere_gives_names_only(work: Work) -> None:
    found = work.read(lambda repos: repos.dossiers.of_other_cafs(DossierKey("921", "0346147")))
    assert list(found) == [KnownNames(DossierKey("751", "0346147"), ("DARCLEGOFF", "LEFEVRE", "LEGOFF"))]
    assert list(work.read(lambda repos: repos.dossiers.of_other_cafs(KEY))) == []


FILE = UnfinishedFile(digest="d" * 64, name="november.jsonl", holder="machine 1", began_at=NOW)


def caf_of(work: Work, code: str = "921") -> CafMonth:
    found = work.read(lambda repos: repos.months.of(code))
    assert found is not None
    return found


def filling(work: Work, code: str = "921", month: str = "2026-12") -> CafMonth:
    """The Caf, its next month being filled by FILE."""

    def fill(repos: Repositories) -> CafMonth:
        held = repos.months.of(code) or CafMonth(caf=code)
        filled = replace(held, filling=FILE.digest, filling_name=FILE.name, filling_month=month)
        repos.months.fill(filled)
        return filled

    return work.write(fill)


def a_row(matricule: str, caf: str = "921", month: str = "2026-11", **changes: object) -> Row:
    return row_of(Dossier(in_another_caf(caf, matricule) | changes), month)


def put(work: Work, caf: CafMonth, *rows: Row) -> None:
    work.write(lambda repos: repos.rows.put(caf, rows))


def in_force(work: Work, caf: CafMonth) -> CafMonth:
    swapped = replace(caf, month=caf.filling_month, number=caf.next_number, filling="", is_tidy=False)
    work.write(lambda repos: repos.months.put_in_force(swapped))
    return swapped


def held(work: Work, caf: CafMonth, *matricules: str) -> Mapping[str, Held]:
    return work.read(lambda repos: repos.rows.held(caf, matricules))


def test_what_is_filled_is_invisible_until_it_is_in_force(work: Work) -> None:
    caf = filling(work)
    put(work, caf, a_row("0000042"), Row("0346145", GONE))
    assert read(work, DossierKey("921", "0000042")) is None
    assert read(work, KEY) is not None
    swapped = in_force(work, caf)
    assert read(work, DossierKey("921", "0000042")) is not None
    assert read(work, KEY) is None
    assert caf_of(work) == swapped


def test_a_caf_without_a_month_in_force_has_no_dossier(work: Work) -> None:
    caf = filling(work, "941")
    put(work, caf, a_row("0346147", "941"))
    assert read(work, DossierKey("941", "0346147")) is None
    others = work.read(lambda repos: repos.dossiers.of_other_cafs(DossierKey("921", "0346147")))
    assert [one.key.caf for one in others] == ["751"]
    in_force(work, caf)
    others = work.read(lambda repos: repos.dossiers.of_other_cafs(DossierKey("921", "0346147")))
    assert [one.key.caf for one in others] == ["751", "941"]


def test_a_dossier_that_is_gone_elsewhere_is_gone_there_too(work: Work) -> None:
    caf = filling(work, "751")
    put(work, caf, Row("0346147", GONE))
    in_force(work, caf)
    assert list(work.read(lambda repos: repos.dossiers.of_other_cafs(DossierKey("921", "0346147")))) == []


def test_figures_that_did_not_change_are_those_of_the_month_in_force(work: Work) -> None:
    in_force(work, filling(work, month="2027-01"))
    document = work.read(lambda repos: repos.dossiers.find(KEY).read().document)  # type: ignore[union-attr]
    assert document["reference"]["month"] == document["quotient_familial"]["month"] == "2027-01"
    before = the_document()["quotient_familial"]["history"]
    assert document["quotient_familial"]["history"][:3] == [before[0]] * 3
    assert document["prestations_paid"]["until"] == "2027-01"


def test_what_is_there_of_a_dossier_is_told_by_digest(work: Work) -> None:
    caf, same, other = filling(work), a_row("0346145"), a_row("0346145", dependent_children=9)
    first = row_of(Dossier(the_document()), "2026-11").content
    assert held(work, caf, "0346145", "0000042") == {"0346145": Held(first, None)}
    put(work, caf, other, Row("0000042", GONE))
    assert held(work, caf, "0346145", "0000042") == {"0346145": Held(first, other.content), "0000042": Held(None, b"")}
    put(work, caf, same)
    assert held(work, caf, "0346145") == {"0346145": Held(first, same.content)}
    work.write(lambda repos: repos.rows.take_back(caf, ["0346145", "0000042"]))
    assert held(work, caf, "0346145", "0000042") == {"0346145": Held(first, None)}


def test_rows_that_nobody_reads_go_by_pages_and_the_others_stay(work: Work) -> None:
    caf = filling(work)
    put(work, caf, *(a_row(f"000000{digit}") for digit in range(5)))
    in_force(work, caf)
    caf = filling(work)
    put(work, caf, a_row("0000001", dependent_children=9), Row("0000003", GONE), Row("0000009", GONE))
    swapped = in_force(work, caf)
    after, pages = "", 0
    while after := work.write(lambda repos, last=after: repos.rows.tidy(swapped, last, 2)):  # type: ignore[misc]
        pages += 1
    work.write(lambda repos: repos.months.tidied(swapped))
    left = work.read(lambda repos: repos.rows.in_force(swapped, "", 100))
    assert list(left) == ["0000000", "0000001", "0000002", "0000004", "0346145"]
    assert pages > 1
    assert caf_of(work).is_tidy


def test_tidying_a_month_that_is_no_longer_in_force_does_not_say_that_the_newer_is_tidy(work: Work) -> None:
    older = in_force(work, filling(work))
    in_force(work, filling(work))
    work.write(lambda repos: repos.months.tidied(older))
    assert not caf_of(work).is_tidy


def test_what_was_filled_is_given_up_by_pieces_and_what_is_in_force_stays(work: Work) -> None:
    caf = filling(work)
    put(work, caf, *(a_row(f"000000{digit}") for digit in range(5)), Row("0346145", GONE))
    removed: list[int] = []
    while count := work.write(lambda repos: repos.rows.discard(caf, 4)):
        removed.append(count)
    work.write(lambda repos: repos.months.release(caf))
    assert removed == [4, 2]
    assert read(work, KEY) is not None
    assert caf_of(work).filling == ""
    assert held(work, caf, "0000001") == {}


def test_releasing_what_another_file_fills_changes_nothing(work: Work) -> None:
    caf = filling(work)
    work.write(lambda repos: repos.months.release(replace(caf, filling="another")))
    assert caf_of(work).filling == FILE.digest


@promise("cdap:a-caf-touches-itself-only")
def test_a_month_of_one_caf_leaves_every_other_as_it_is(work: Work) -> None:
    key = DossierKey("751", "0346147")
    before = (read(work, key), caf_of(work, "751"))
    caf = filling(work)
    put(work, caf, a_row("0346147"), Row("0346145", GONE))
    swapped = in_force(work, caf)
    work.write(lambda repos: repos.rows.tidy(swapped, "", 100))
    work.write(lambda repos: repos.rows.discard(swapped, 100))
    assert (read(work, key), caf_of(work, "751")) == before


def test_a_file_is_taken_by_one_and_the_other_learns_it(work: Work) -> None:
    work.write(lambda repos: repos.files.begin(FILE))
    assert work.write(lambda repos: repos.files.beat(FILE.digest, "machine 1"))
    assert not work.write(lambda repos: repos.files.beat(FILE.digest, "machine 2"))
    assert not work.write(lambda repos: repos.files.take(FILE, "machine 2")), "it has moved since"
    moved = work.read(lambda repos: repos.files.find(FILE.digest))
    assert moved is not None
    assert work.write(lambda repos: repos.files.take(moved, "machine 2"))
    assert not work.write(lambda repos: repos.files.beat(FILE.digest, "machine 1"))


def test_a_file_keeps_how_far_it_came_with_everything_that_was_counted(work: Work) -> None:
    odd = [OddRecord(12, "•••••45", (("persons[0].birth_on", "NOT_A_DATE"), ("x", "MISSING")))]
    seen = {"921": bytes(10) + b"\x07", "751": b"\x01"}
    work.write(lambda repos: repos.files.begin(FILE))
    work.write(lambda repos: repos.files.note(FILE.digest, [], {"921": b"\x00"}))
    work.write(lambda repos: repos.files.note(FILE.digest, odd, seen))
    work.write(lambda repos: repos.files.reach(FILE.digest, 20, 4_000_000_000, {"record_count": 19}))
    work.write(lambda repos: repos.files.give_up(FILE.digest))
    reached = replace(FILE, line=20, offset=4_000_000_000, tally={"record_count": 19}, is_given_up=True)
    assert work.read(lambda repos: repos.files.every()) == [reached]
    assert work.read(lambda repos: (repos.files.odd(FILE.digest), repos.files.seen(FILE.digest))) == (odd, seen)
    work.write(lambda repos: repos.files.remove(FILE.digest))
    left = work.read(lambda repos: (repos.files.find(FILE.digest), repos.files.odd(FILE.digest)))
    assert left == (None, [])
    assert work.read(lambda repos: repos.files.seen(FILE.digest)) == {}


def test_a_consultation_is_in_the_journal_when_its_answer_comes(cdap: Cdap) -> None:
    answer = cdap.consult(the_request(), the_requester())
    assert [event.event_id for event in cdap.journal.events] == [answer.event_id]
