"""Puts pages, API and their guards together."""

import gc
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles

from tracker.normalize import ListingText
from tracker.settings import WebSection
from tracker.web import api, site, watching
from tracker.web.answers import COMPRESS_LEVEL, MINIMUM_SIZE
from tracker.web.errors import install
from tracker.web.feeding import FeedServer
from tracker.web.guard import Guard
from tracker.web.pages import STATIC, compile_templates
from tracker.web.schemas import HealthBody
from tracker.web.security import RateLimit, Sessions
from tracker.web.snapshot import Snapshots
from tracker.web.why import reading_of

#: Wrong tokens a minute and client.
SIGN_IN_TRIES = 10


class Assets(StaticFiles):
    """Assets are asked for by their checksum, so a browser may keep them for a year."""

    async def get_response(self, path: str, scope: Any) -> Response:
        """Return the file with the header that lets it be kept."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def _warm(snapshots: Snapshots, settle: bool) -> None:
    """Read the market, compile the templates and load the rules: the first readers shall wait for none of it.

    To ``settle`` is for a process that serves until it ends: what is loaded by now is never looked at for garbage
    again, which would hold every page up for 80 ms.
    """
    try:
        compile_templates()
        snapshots.get()
        reading_of(ListingText(id="warm-up", source="ebay", title="RTX 3090 24GB"))
        if settle:
            gc.collect()
            gc.freeze()
    except Exception:
        if snapshots.closed:
            return
        logging.getLogger(__name__).exception("the market could not be read")


def create_app(database: str, settings: WebSection, *, simulated: bool = False, beside: bool = False) -> FastAPI:
    """Return the application on ``database``, which is only read but for the watches.

    With ``beside`` the market is read in a process of its own, so that no page waits for it.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=_warm, args=(app.state.snapshots, beside), daemon=True).start()
        yield
        app.state.snapshots.close()

    app = FastAPI(
        title="gpudeals",
        version=version("gpudeals"),
        description="What used GPUs cost: fair values with interval and sample size, price history, live deals.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.snapshots = Snapshots(database, beside=beside)
    app.state.feed = FeedServer(app.state.snapshots)
    app.state.database = database
    app.state.settings = settings
    app.state.simulated = simulated
    app.state.sessions = Sessions(settings.token)
    app.state.sign_in_tries = RateLimit(SIGN_IN_TRIES)

    @app.get("/healthz", tags=["service"])
    def healthz() -> HealthBody:
        """Whether the service answers."""
        return HealthBody(status="ok", version=app.version)

    app.include_router(api.router)
    app.include_router(site.router)
    app.include_router(watching.router)
    app.mount("/static", Assets(directory=STATIC), name="static")
    install(app)
    app.add_middleware(GZipMiddleware, minimum_size=MINIMUM_SIZE, compresslevel=COMPRESS_LEVEL)
    app.add_middleware(Guard, limit=RateLimit(settings.requests_per_minute))
    return app
