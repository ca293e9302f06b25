"""Puts pages, API and their guards together."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from math import ceil
from typing import Any

from fastapi import FastAPI, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles

from tracker.settings import WebSection
from tracker.web import api, site, watching
from tracker.web.errors import answer, install
from tracker.web.pages import STATIC
from tracker.web.schemas import HealthBody
from tracker.web.security import RateLimit, SecurityHeaders, Sessions
from tracker.web.snapshot import Snapshots

Next = Callable[[Request], Awaitable[Response]]


class Assets(StaticFiles):
    """Assets are asked for by their checksum, so a browser may keep them for a year."""

    async def get_response(self, path: str, scope: Any) -> Response:
        """Return the file with the header that lets it be kept."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def create_app(database: str, settings: WebSection, *, simulated: bool = False) -> FastAPI:
    """Return the application on ``database``, which is only read but for the watches."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.snapshots.engine.dispose()

    app = FastAPI(
        title="gpudeals",
        version=version("gpudeals"),
        description="What used GPUs cost: fair values with interval and sample size, price history, live deals.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.snapshots = Snapshots(database)
    app.state.database = database
    app.state.settings = settings
    app.state.simulated = simulated
    app.state.sessions = Sessions(settings.token)
    limit = RateLimit(settings.requests_per_minute)

    @app.middleware("http")
    async def _limited(request: Request, call_next: Next) -> Response:
        if request.url.path.startswith("/api/"):
            wait = limit.spend(request.client.host if request.client else "")
            if wait:
                after = {"retry-after": str(ceil(wait))}
                return answer(request, 429, f"too many requests: come back in {ceil(wait)} s", headers=after)
        return await call_next(request)

    @app.get("/healthz", tags=["service"])
    def healthz() -> HealthBody:
        """Whether the service answers."""
        return HealthBody(status="ok", version=app.version)

    app.include_router(api.router)
    app.include_router(site.router)
    app.include_router(watching.router)
    app.mount("/static", Assets(directory=STATIC), name="static")
    install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(SecurityHeaders)
    return app
