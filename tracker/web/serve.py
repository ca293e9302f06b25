"""Serves the page, as a program of its own or in a thread of the service."""

import threading

import uvicorn

from db.engine import open_engine
from db.errors import GpudealsError
from tracker.settings import web_settings
from tracker.web.app import create_app


def _server(database: str, host: str, port: int, simulated: bool) -> uvicorn.Server:
    # The pages read through a connection that cannot write, and that needs a database to be there.
    open_engine(database).dispose()
    app = create_app(database, web_settings(), simulated=simulated, beside=True)
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", server_header=False, timeout_graceful_shutdown=5
    )
    return uvicorn.Server(config)


def serve(database: str, *, host: str, port: int, simulated: bool = False) -> None:
    """Serve until interrupted. Raises GpudealsError where the port is taken."""
    server = _server(database, host, port, simulated)
    try:
        server.run()
    except SystemExit as stop:
        if stop.code:
            raise GpudealsError(f"port {port} on {host} cannot be listened on: is it in use?") from None


def serve_in_thread(database: str, *, host: str, port: int) -> uvicorn.Server:
    """Serve in a thread beside the service and return the server; ``should_exit = True`` ends it."""
    server = _server(database, host, port, simulated=False)
    # Signals belong to the main thread; the service ends the server itself.
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    threading.Thread(target=server.run, name="web", daemon=True).start()
    return server
