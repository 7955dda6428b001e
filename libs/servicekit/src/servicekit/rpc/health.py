"""Health of a server (grpc.health.v1), safe against callers that leave while health changes."""

import threading
from collections.abc import Callable
from typing import Any

from grpc_health.v1 import health


class Health(health.HealthServicer):  # type: ignore[misc]  # grpcio-health-checking has no types
    """`HealthServicer` in which a watch that closes never holds up the server.

    The library tells its watchers of a change while it holds its lock, and waits until gRPC has sent each message. gRPC
    sends them on the very thread on which a watch that closes takes that lock: the two wait for each other for ever.
    Here the closing watch is forgotten on a thread of its own.
    """

    def _on_close_callback(self, send_response_callback: Callable[[Any], None], service: str) -> Callable[[], None]:
        forget = super()._on_close_callback(send_response_callback, service)

        def later() -> None:
            threading.Thread(target=forget, name="health watch ends", daemon=True).start()

        return later
