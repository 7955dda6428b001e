"""The floor: gRPC over the same mTLS, same number of threads, that answers 2 KB and does nothing else."""

from __future__ import annotations

import signal
import sys
import threading
from concurrent import futures
from pathlib import Path

import grpc

from partenaire.cdap.v1 import consultation_pb2

ANSWER = consultation_pb2.ConsultDossierResponse(event_id="0" * 36, dossier=b"x" * 2000, profile="T2")


def main() -> None:
    """Serves until SIGTERM: `python -m tests.bench.echo_server TLS_DIRECTORY PORT`."""
    tls, port = Path(sys.argv[1]), int(sys.argv[2])
    handler = grpc.unary_unary_rpc_method_handler(
        lambda _request, _context: ANSWER,
        request_deserializer=consultation_pb2.ConsultDossierRequest.FromString,
        response_serializer=consultation_pb2.ConsultDossierResponse.SerializeToString,
    )
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("partenaire.cdap.v1.Consultation", {"ConsultDossier": handler}),)
    )
    pair = ((tls / "service-key.pem").read_bytes(), (tls / "service.pem").read_bytes())
    credentials = grpc.ssl_server_credentials([pair], (tls / "ca.pem").read_bytes(), require_client_auth=True)
    server.add_secure_port(f"127.0.0.1:{port}", credentials)
    server.start()
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: ending.set())
    print("ready", flush=True)
    ending.wait()
    server.stop(0).wait()


if __name__ == "__main__":
    main()
