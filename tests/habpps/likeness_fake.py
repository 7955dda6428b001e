"""Who holds the same places in the same way, counted without a database."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date

from habpps.domain.habilitation import Habilitation
from habpps.domain.people import User
from habpps.use_cases.people_ports import Likeness


def likenesses(
    places: Iterable[Habilitation], user_of: Callable[[str], User | None], today: date, apart: Collection[str]
) -> tuple[Likeness, ...]:
    """The people of these places, by likeness."""
    held: dict[str, list[Habilitation]] = defaultdict(list)
    for place in places:
        held[place.user_id].append(place)
    kinds: dict[object, list[User]] = defaultdict(list)
    for key, own in sorted(held.items()):
        user = user_of(key)
        assert user is not None
        kind = user.id if {user.id, user.account_id} & set(apart) else user.state
        kinds[kind, *sorted(_same(one, today) for one in own)].append(user)
    return tuple(
        Likeness(
            user=people[0],
            held=tuple(held[people[0].id]),
            people=len(people),
            names=tuple(one.person.display_name for one in people[:3]),
        )
        for people in kinds.values()
    )


def _same(place: Habilitation, today: date) -> str:
    begun, over = place.starts_on <= today, place.ends_on is not None and place.ends_on < today
    return str((place.group_id, place.profile, place.contracts, place.state, begun, over))
