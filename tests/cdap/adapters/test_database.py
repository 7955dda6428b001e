"""One suite for the fake and for the real stores on both engines: dossiers and their generations."""

from collections.abc import Callable, Iterator

import pytest

from cdap.domain.dossier import DossierKey
from cdap.use_cases.ports import KnownNames, Repositories
from servicekit.audit_events import RecordedWork
from tests.cdap.adapters.conftest import Cdap, opened
from tests.cdap.builders import in_another_caf, the_document, the_request, the_requester
from tests.cdap.fakes import Desk, line_of
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


def stored(work: Work, *documents: dict[str, object]) -> int:
    generation = work.read(lambda repos: repos.generations.begin())
    work.write(lambda repos: repos.generations.add(generation, [line_of(document) for document in documents]))
    return generation


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


@promise("operators:empty-file-empties-nothing")
def test_a_generation_is_invisible_until_it_is_in_force(work: Work) -> None:
    other = in_another_caf("941", "0000042")
    generation = stored(work, other)
    assert read(work, DossierKey("941", "0000042")) is None
    assert read(work, KEY) is not None

    work.write(lambda repos: repos.generations.put_in_force(generation, 1))
    assert read(work, DossierKey("941", "0000042")) is not None
    assert read(work, KEY) is None
    assert work.read(lambda repos: repos.generations.in_force()) == generation


def test_what_is_there_already_is_told(work: Work) -> None:
    generation = stored(work, the_document())
    keys = [KEY, DossierKey("751", "0346145")]
    assert work.read(lambda repos: repos.generations.stored(generation, keys)) == {
        KEY: line_of(the_document()).document
    }
    work.write(lambda repos: repos.generations.remove(generation, keys))
    assert work.read(lambda repos: repos.generations.stored(generation, keys)) == {}


def test_old_generations_go_by_pieces_and_the_one_in_force_stays(work: Work) -> None:
    stored(work, the_document(), in_another_caf("941", "0000042"), in_another_caf("951", "0000042"))
    keep = work.read(lambda repos: repos.generations.in_force())
    removed: list[int] = []
    remove: Callable[[Repositories], int] = lambda repos: repos.generations.remove_some(keep, 2)  # noqa: E731
    while count := work.write(remove):
        removed.append(count)
    assert removed == [2, 1]
    assert read(work, KEY) is not None


def test_a_new_generation_never_takes_the_number_of_an_old_one(work: Work) -> None:
    in_force = work.read(lambda repos: repos.generations.in_force()) or 0
    assert stored(work, the_document()) == in_force + 1
    assert work.read(lambda repos: repos.generations.begin()) == in_force + 2


def test_a_consultation_is_in_the_journal_when_its_answer_comes(cdap: Cdap) -> None:
    answer = cdap.consult(the_request(), the_requester())
    assert [event.event_id for event in cdap.journal.events] == [answer.event_id]
