"""Whatever an import accepts is shown to every profile, as a page and over gRPC, and no figure without its warning."""

import re
from itertools import product
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from cdap.adapters.rpc.consultation import response_of
from cdap.adapters.web.consultations import EXTENSION
from cdap.domain.dossier_schema import schema_problems
from cdap.domain.figures import Standing
from cdap.domain.incoming import cleaned
from cdap.domain.status import STATUS_CODES
from cdap.use_cases.consultation import Released
from tests.cdap.adapters.conftest import Pages
from tests.cdap.builders import PURPOSES, the_request, the_requester
from tests.cdap.documents import accepted_documents
from tests.cdap.domain.test_notices import QUOTIENTS, RESOURCES, dossier_of
from tests.cdap.fakes import Desk
from tests.promises import promise


def page_and_answer(pages: Pages, document: dict[str, Any], profile: str) -> tuple[str, Released]:
    """The page, and what the use case had answered."""
    desk = Desk([document])
    pages.app.extensions[EXTENSION] = desk.consult
    pages.profile = profile
    text = pages.text(pages.consult())
    answer = desk.consult(the_request(profile), the_requester(profile))
    assert isinstance(answer, Released)
    return text.replace("\u202f", " ").replace("\xa0", " "), answer


@promise("cdap:accepted-is-shown")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=accepted_documents())
def test_any_accepted_record_is_shown_to_every_profile_as_a_page_and_over_grpc(
    pages: Pages, document: dict[str, Any]
) -> None:
    document = cleaned(document)
    assert schema_problems(document) == []
    for profile in PURPOSES:
        text, answer = page_and_answer(pages, document, profile)
        assert f'data-result="{answer.kind.value}"' in text
        response = response_of(answer)
        assert orjson.loads(response.dossier) == answer.dossier
        assert dict(response.figures) == {name: standing.value for name, standing in answer.standings.items()}


@promise("cdap:no-instruction-beside-a-figure-not-to-be-used")
@pytest.mark.parametrize("code", sorted(STATUS_CODES))
@pytest.mark.parametrize("profile", sorted(PURPOSES))
def test_no_page_tells_to_compute_with_a_figure_that_is_not_in_force(pages: Pages, code: str, profile: str) -> None:
    for resources, quotient in product(RESOURCES, QUOTIENTS):
        dossier = dossier_of(code, resources, quotient, "young")
        text, answer = page_and_answer(pages, dict(dossier.document), profile)
        usable = answer.standings.get("annual_resources") is Standing.IN_FORCE
        assert ("calculez" in text) == (usable and profile == "T2")
        assert ("Base mensuelle" in text) == usable
        for section in ("annual_resources", "quotient_familial"):
            marks = re.findall(rf'data-figure="{section}".*?</div>', text, re.DOTALL)
            standing = answer.standings.get(section)
            if standing in {None, Standing.IN_FORCE, Standing.UNKNOWN}:
                continue
            assert marks
            assert all("cdap-mark" in mark and "data-copy" not in mark for mark in marks)
