"""Serves the page, as a program of its own or in a thread of the service."""

import socket
import sys
import threading
from collections.abc import Callable

import uvicorn

from db.engine import open_engine
from db.errors import GpudealsError
from tracker.settings import web_settings
from tracker.web.app import create_app

_GRACE_SECONDS = 5
#: How long one answer may hold the interpreter while others wait: by default five times as long, and each
#: answer waits for its turn several times.
_TURN_SECONDS = 0.001


def _server(database: str, simulated: bool) -> uvicorn.Server:
    # The pages read through a connection that cannot write, and that needs a database to be there.
    open_engine(database).dispose()
    sys.setswitchinterval(_TURN_SECONDS)
    app = create_app(database, web_settings(), simulated=simulated, beside=True)
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, timeout_graceful_shutdown=_GRACE_SECONDS, access_log=False
    )
    return uvicorn.Server(config)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises GpudealsError where the port is taken or the address is not ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
    except OSError as error:
        raise GpudealsError(f"{host} is no address to listen on: {error.strerror or error}") from None
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(2048)
    except OSError as error:
        found.close()
        raise GpudealsError(
            f"port {port} on {host} cannot be listened on ({error.strerror}); choose another by --port"
        ) from None
    return found


def serve(
    database: str,
    *,
    host: str,
    port: int,
    simulated: bool = False,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve until interrupted; ``ready`` is told the address. Raises GpudealsError where the port is taken."""
    with listen(host, port) as found:
        server = _server(database, simulated)
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{found.getsockname()[1]}/")
        server.run(sockets=[found])


def serve_in_thread(database: str, *, host: str, port: int) -> uvicorn.Server:
    """Serve in a thread beside the service and return the server; ``should_exit = True`` ends it.

    Raises GpudealsError where the port is taken. Signals are left to the main thread.
    """
    found = listen(host, port)
    try:
        server = _server(database, simulated=False)
    except BaseException:
        found.close()
        raise
    threading.Thread(target=server.run, kwargs={"sockets": [found]}, name="web", daemon=True).start()
    return server
