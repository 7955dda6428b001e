"""What a service does again and again is done by one copy of it, or says why every copy may do it."""

import pytest

from servicekit.database.jobs import DueOnce
from tests.promises import promise
from tests.whole.house import SERVICES, Whole

CLAIMED = {
    "auth": {"session-sweeper", "forgetting", "key-schedule", "clean-up"},
    "habpps": {"clock", "clean-up"},
    "cdap": {"clean-up"},
    "audit": {"key-expiry", "clean-up"},
}


@promise("clock:each-due-thing-once")
@pytest.mark.parametrize("service", SERVICES)
def test_each_repeating_task_is_claimed_or_says_why_it_is_done_in_every_copy(
    house: dict[str, Whole], service: str
) -> None:
    tasks = list(house[service].process.tasks())
    claimed = {task.name for task in tasks if isinstance(task.task, DueOnce)}
    assert claimed == CLAIMED[service]
    for task in tasks:
        assert (task.name in claimed) is not bool(task.in_every_copy), f"{task.name}: claim it, or say why not"


@pytest.mark.parametrize("service", SERVICES)
def test_two_jobs_of_a_service_have_two_names(house: dict[str, Whole], service: str) -> None:
    jobs = [task.task.job.name for task in house[service].process.tasks() if isinstance(task.task, DueOnce)]
    assert len(set(jobs)) == len(jobs)
