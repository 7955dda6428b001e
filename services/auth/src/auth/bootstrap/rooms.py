"""The rooms, each on those below it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from auth.bootstrap.clients import Clients, build_clients
from auth.bootstrap.people import People, build_people
from auth.bootstrap.protocol import OpenId, build_protocol
from auth.bootstrap.world import World
from auth.people.adapters.files.engagement_file import the_engagement
from auth.people.domain.engagement import Document
from auth.people.use_cases.person_rights import PersonRights
from auth.settings import AuthSettings


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """What `bootstrap` hands to the pages, to gRPC and to the threads."""

    clients: Clients
    people: People
    protocol: OpenId


def build_rooms(settings: AuthSettings, world: World, engagement: Document | None = None) -> Rooms:
    """`engagement`: the text to accept; without one, that which comes with the service."""
    rights = PersonRights(world.replica, world.clock, timedelta(seconds=settings.rights_fresh_seconds))
    clients = build_clients(settings.issuer, world, rights.owner_of)
    people = build_people(settings, world, rights, engagement or the_engagement())
    return Rooms(clients=clients, people=people, protocol=build_protocol(settings, world, clients, people))
