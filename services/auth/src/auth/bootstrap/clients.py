"""The room `clients` put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint

from auth.bootstrap.world import World
from auth.clients.adapters.web.client_pages import ClientPages, Declarer
from auth.clients.adapters.web.register import RegisterEndpoint
from auth.clients.use_cases.known_clients import KnownClients
from auth.clients.use_cases.register_clients import RegisterClients
from auth.clients.use_cases.register_dynamically import RegisterDynamically
from auth.clients.use_cases.try_client import TryClient
from auth.front.adapters.web.hot_endpoints import Served
from auth.protocol.adapters.crypto.client_tokens import public_key_problem


@dataclass(frozen=True, kw_only=True)
class Clients:
    """What can be done with relying parties."""

    known: KnownClients
    register: RegisterClients
    register_dynamically: RegisterDynamically
    try_client: TryClient


def build_clients(issuer: str, world: World, owner_of_extranet: Callable[[str], str | None]) -> Clients:
    """`owner_of_extranet`: as habpps has it; None: it has no extranet of this code."""
    work, clock = world.work, world.clock
    known = KnownClients(work, clock)
    register = RegisterClients(
        work, known, world.sectors, public_key_problem, clock, issuer=issuer, owner_of_extranet=owner_of_extranet
    )
    return Clients(
        known=known,
        register=register,
        register_dynamically=RegisterDynamically(work, register, clock),
        try_client=TryClient(world.fetch, world.status_of),
    )


def client_pages(clients: Clients, declarer: Declarer, issuer: str) -> Blueprint:
    """What an administrator of a Caf sees of them."""
    return ClientPages(
        register=clients.register, try_client=clients.try_client, declarer=declarer, issuer=issuer
    ).blueprint()


def registration(clients: Clients, issuer: str) -> tuple[Mapping[str, Served], Mapping[str, Served]]:
    """What software calls to declare itself: by path, and by what the path begins with."""
    endpoint = RegisterEndpoint(clients.register_dynamically, issuer)
    return {endpoint.path: Served(endpoint, ("POST",))}, {endpoint.entries: Served(endpoint, ("GET", "PUT", "DELETE"))}
