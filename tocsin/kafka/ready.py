"""Is a broker ready? Asked in Kafka's own protocol, without a client library: two requests over one socket."""

from __future__ import annotations

import socket
import struct

from tocsin.kafka.settings import ADDRESS

FIND_COORDINATOR, METADATA = 10, 3
#: The coordinator of a consumer group, and of a transactional id.
COORDINATORS = (0, 1)
CLIENT = b"tocsin-ready"


def is_ready(port: int, timeout_seconds: float = 2.0) -> bool:
    """Whether the broker serves metadata and both of its coordinators.

    An open port is not enough: the broker accepts connections before it can serve a group or a transaction. Asking
    also makes it create the streams of offsets and of transactions, so that the first worker need not wait for them.
    """
    try:
        with socket.create_connection((ADDRESS, port), timeout_seconds) as connection:
            # Both are asked, whatever the first answers: each question makes the broker create a stream.
            has_coordinators = [_has_coordinator(connection, kind) for kind in COORDINATORS]
            return all(has_coordinators) and _serves_metadata(connection)
    except (OSError, struct.error, EOFError):
        return False


def _serves_metadata(connection: socket.socket) -> bool:
    # Metadata v7: no topics, do not create any. Answer: throttle, brokers, …
    answer = _ask(connection, METADATA, 7, struct.pack(">i?", 0, False))
    (brokers,) = struct.unpack_from(">i", answer, 4)
    return bool(brokers > 0)


def _has_coordinator(connection: socket.socket, kind: int) -> bool:
    # FindCoordinator v2: key, kind. Answer: throttle, error code, …; an error (15) until its stream exists.
    answer = _ask(connection, FIND_COORDINATOR, 2, struct.pack(">h", len(CLIENT)) + CLIENT + struct.pack(">b", kind))
    (error,) = struct.unpack_from(">h", answer, 4)
    return bool(error == 0)


def _ask(connection: socket.socket, api: int, version: int, body: bytes) -> bytes:
    header = struct.pack(">hhih", api, version, 1, len(CLIENT)) + CLIENT
    connection.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
    (size,) = struct.unpack(">i", _receive(connection, 4))
    return _receive(connection, size)[4:]  # without the correlation id


def _receive(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        if not (part := connection.recv(size - len(received))):
            raise EOFError
        received += part
    return received
