"""``gpudeals web``: the web page and the HTTP API."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add ``web`` to ``app``."""
    app.command("web")(web)


def web(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; default 8000.")] = None,
) -> None:
    """Serve the web page and the HTTP API until Ctrl-C.

    The page is on / (market, cards, deals, watches, health), the API under /api/v1, its description
    at /openapi.json. It listens on this machine only unless --host says otherwise; put a reverse
    proxy with TLS before it to reach it from elsewhere. Where there is no database yet, an empty one
    is made. Watches can be changed behind [web] token, which `gpudeals init` writes.
    """
    from db.settings import database_url
    from tracker.settings import web_settings
    from tracker.web.serve import serve

    settings = web_settings()
    serve(
        database_url(),
        host=host or settings.host,
        port=settings.port if port is None else port,
        ready=lambda address: typer.echo(f"{address}   (Ctrl-C ends it)"),
    )
