"""Answers that misbehave while they are sent: hang, break off, drip, and bodies that unpack to a gigabyte."""

import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cache

from crawlers.sandbox.messages import Answer

BOMB_BYTES = 1 << 30
_MEGABYTE = bytes(1 << 20)


@cache
def _blocks() -> bytes:
    """Return a raw deflate stream of 1 GB of zeros: one compressed megabyte, repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(_MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (BOMB_BYTES // len(_MEGABYTE)) + packer.flush()


@cache
def _gzip_bomb() -> bytes:
    check = 0
    for _ in range(BOMB_BYTES // len(_MEGABYTE)):
        check = zlib.crc32(_MEGABYTE, check)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + _blocks() + struct.pack("<II", check, BOMB_BYTES % 2**32)


@cache
def _deflate_bomb() -> bytes:
    adler = (BOMB_BYTES % 65_521) << 16 | 1  # of zeros
    return b"\x78\xda" + _blocks() + struct.pack(">I", adler)


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
