"""Answers that misbehave while they are sent: hang, break off, drip, and bodies that unpack to a gigabyte."""

import gzip
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cache

from crawlers.sandbox.messages import Answer

BOMB_BYTES = 1 << 30
_MEGABYTE = b" " * (1 << 20)


@cache
def _gzip_bomb() -> bytes:
    """Return about 1 MB that unpacks to 1 GB: one compressed megabyte, repeated as gzip members."""
    member = gzip.compress(_MEGABYTE, 9)
    return member * (BOMB_BYTES // len(_MEGABYTE))


@cache
def _deflate_bomb() -> bytes:
    packer = zlib.compressobj(9)
    parts = [packer.compress(_MEGABYTE) for _ in range(BOMB_BYTES // len(_MEGABYTE))]
    return b"".join([*parts, packer.flush()])


def _endless() -> Iterator[bytes]:
    chunk = b"%x\r\n%s\r\n" % (len(_MEGABYTE), _MEGABYTE)
    for _ in range(BOMB_BYTES // len(_MEGABYTE)):
        yield chunk
    yield b"0\r\n\r\n"


def send(connection: socket.socket, answer: Answer, head: Callable[[dict[str, str]], bytes], hang: float) -> None:
    """Send ``answer`` in the way that its trick says; the connection is closed afterwards."""
    trick = answer.trick
    if trick == "timeout":
        time.sleep(hang)
    elif trick == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif trick in ("gzip-bomb", "deflate-bomb"):
        body = _gzip_bomb() if trick == "gzip-bomb" else _deflate_bomb()
        encoding = "gzip" if trick == "gzip-bomb" else "deflate"
        connection.sendall(head({"Content-Encoding": encoding, "Content-Length": str(len(body))}) + body)
    elif trick == "endless":
        connection.sendall(head({"Transfer-Encoding": "chunked"}))
        for chunk in _endless():
            connection.sendall(chunk)
    elif trick == "half-body":
        connection.sendall(head({"Content-Length": str(len(answer.body))}) + answer.body[: len(answer.body) // 2])
    elif trick == "drip":
        connection.sendall(head({"Content-Length": str(len(answer.body))}))
        for i in range(len(answer.body)):
            connection.sendall(answer.body[i : i + 1])
            time.sleep(hang / 50)
