"""The watches: the only pages that change anything, each behind the session and a CSRF token."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from math import ceil
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from db.engine import opened
from db.errors import GpudealsError
from db.store.outbox import remove_watch, set_watch
from tracker.alerts.configured import ORIGIN
from tracker.alerts.settings import mail_settings
from tracker.alerts.trying import send_test
from tracker.alerts.unsubscribing import unsubscribe
from tracker.alerts.watches import Watch, add_watch, edit_watch, find_watch, parse_rule, watches
from tracker.web.pages import render
from tracker.web.security import SESSION_COOKIE, SESSION_SECONDS, Sessions

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_NUMBERS = (
    "min_vram",
    "max_price",
    "max_usd_per_gb",
    "max_usd_per_tflop",
    "max_usd_per_gbps",
    "below_fair",
    "lowest_in",
    "min_quantity",
)
_TEXTS = ("sku", "family", "condition", "region", "source")

FIELDS = (
    ("sku", "One card (SKU, such as rtx-3090-24gb)", "text"),
    ("family", "Or a model in any size (RTX 3080)", "text"),
    ("min_vram", "VRAM at least, GB", "number"),
    ("max_price", "Landed price at most, $", "number"),
    ("max_usd_per_gb", "At most, $ a GB", "number"),
    ("max_usd_per_tflop", "At most, $ a TFLOP FP16", "number"),
    ("max_usd_per_gbps", "At most, $ a GB/s", "number"),
    ("below_fair", "Under fair value by, %", "number"),
    ("lowest_in", "Lowest in so many days", "number"),
    ("min_quantity", "Cards at once, at least", "number"),
    ("region", "Country of the item (two letters)", "text"),
    ("source", "Market, such as hardwareswap", "text"),
)


def _sessions(request: Request) -> Sessions:
    found: Sessions = request.app.state.sessions
    return found


@contextmanager
def _writing(request: Request) -> Iterator[Connection]:
    with opened(request.app.state.database) as engine, engine.begin() as conn:
        yield conn


async def _form(request: Request) -> dict[str, str]:
    """Return the fields of the form. Raises 403 where it does not come from a page of a valid session."""
    fields = {name: str(value) for name, value in (await request.form()).items()}
    if not _sessions(request).may_change(request, fields.pop("csrf", "")):
        raise HTTPException(403, "sign in first, and send the form from its page")
    return fields


def _back(request: Request, said: str = "") -> Response:
    """Lead back to the page, which shows ``said`` once it sees that these words are ours."""
    said = said[:300]
    query = urlencode({"said": said, "seal": _sessions(request).sealed(said)})
    return RedirectResponse("/watches" + (f"?{query}" if said else ""), 303)


@router.get("/watches")
def page(request: Request, said: str = "", seal: str = "", edit: str = "") -> str:
    """The watches of the signed-in person, or the form to sign in."""
    sessions = _sessions(request)
    session = request.cookies.get(SESSION_COOKIE)
    if not sessions.valid(session) or session is None:
        return render("sign_in.html", request, has_token=bool(sessions.token), wrong=False)
    return _list(request, sessions.csrf(session), said=said if sessions.is_sealed(said, seal) else "", editing=edit)


def _list(
    request: Request,
    csrf: str,
    *,
    said: str = "",
    problem: str = "",
    editing: str = "",
    given: Mapping[str, str] | None = None,
) -> str:
    with request.app.state.snapshots.engine.connect() as conn:
        found = watches(conn)
    shown = next((watch for watch in found if watch.name == editing), None)
    blank = dict.fromkeys((*_NUMBERS, *_TEXTS, "name", "email", "delivery", "quiet_hours", "shipping_known"), "")
    values = blank | dict(given or ({} if shown is None else _values(shown)))
    return render(
        "watches.html", request, csrf=csrf, said=said, problem=problem, watches=found, fields=FIELDS, values=values,
        editing=shown.name if shown else "", default_email=_default_email(),
    )  # fmt: skip


def _default_email() -> str:
    return mail_settings().to or ""


def _values(watch: Watch) -> dict[str, str]:
    rule = {
        name: f"{value:g}" if isinstance(value, float) else str(value)
        for name, value in watch.rule.model_dump(exclude_none=True).items()
    }
    return rule | {
        "name": watch.name,
        "email": watch.email,
        "delivery": watch.delivery,
        "quiet_hours": watch.quiet_hours or "",
    }


def _changeable(watch: Watch) -> None:
    """Raise GpudealsError for a watch of the settings file, which would be as before at the next pass."""
    if watch.origin == ORIGIN:
        raise GpudealsError(f"{watch.name} stands in the settings file: change it there")


def _conditions(fields: Mapping[str, str]) -> dict[str, Any]:
    given = {name: fields[name].strip() for name in (*_NUMBERS, *_TEXTS) if fields.get(name, "").strip()}
    return given | ({"shipping_known": True} if fields.get("shipping_known") else {})


@router.post("/watches/sign-in")
async def sign_in(request: Request, token: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Open a session for the token of the settings."""
    sessions = _sessions(request)
    if wait := request.app.state.sign_in_tries.spend(request.client.host if request.client else ""):
        raise HTTPException(429, "too many tries; wait a minute", headers={"retry-after": str(ceil(wait))})
    session = sessions.open(token)
    if session is None:
        return HTMLResponse(render("sign_in.html", request, has_token=bool(sessions.token), wrong=True), 403)
    response = _back(request)
    response.set_cookie(
        SESSION_COOKIE, session, max_age=SESSION_SECONDS, httponly=True, samesite="strict",
        secure=request.url.scheme == "https", path="/watches",
    )  # fmt: skip
    return response


@router.post("/watches/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session in this browser."""
    await _form(request)
    response = _back(request)
    response.delete_cookie(SESSION_COOKIE, path="/watches")
    return response


@router.post("/watches")
async def save(request: Request) -> Response:
    """Add a watch, or change the one that the form was opened for."""
    fields = await _form(request)
    try:
        name = _save(request, fields)
    except GpudealsError as error:
        session = request.cookies.get(SESSION_COOKIE) or ""
        csrf = _sessions(request).csrf(session)
        page = _list(request, csrf, problem=str(error), given=fields, editing=fields.get("editing", ""))
        return HTMLResponse(page, 422)
    return _back(request, f"{name} is saved.")


def _save(request: Request, fields: Mapping[str, str]) -> str:
    rule = parse_rule(_conditions(fields))
    delivery, quiet = fields.get("delivery") or "instant", fields.get("quiet_hours", "").strip() or None
    email = fields.get("email", "").strip() or _default_email()
    now = datetime.now(UTC)
    with _writing(request) as conn:
        editing = fields.get("editing", "")
        if editing:
            known = find_watch(conn, editing)
            _changeable(known)
            edit_watch(conn, known, rule, email=email, delivery=delivery, quiet_hours=quiet)
            return known.name
        made = add_watch(
            conn, email=email, rule=rule, name=fields.get("name", "").strip() or None, delivery=delivery,
            quiet_hours=quiet, origin="web", now=now,
        )  # fmt: skip
    return made.name


@router.post("/watches/{watch_id}/{action}")
async def act(request: Request, watch_id: int, action: str) -> Response:
    """Pause, resume, delete or try a watch."""
    await _form(request)
    if action not in ("pause", "resume", "delete", "test"):
        raise HTTPException(404, "there is no such action")
    with _writing(request) as conn:
        watch = next((watch for watch in watches(conn) if watch.id == watch_id), None)
        if watch is None:
            raise HTTPException(404, "there is no such watch")
        if action == "delete":
            _changeable(watch)
            remove_watch(conn, watch.id)
        elif action in ("pause", "resume"):
            set_watch(conn, watch.id, enabled=action == "resume")
    if action == "test":
        return _back(request, _try(request, watch))
    words = {"pause": "is paused", "resume": "goes on", "delete": "is deleted"}
    return _back(request, f"{watch.name} {words[action]}.")


def _try(request: Request, watch: Watch) -> str:
    try:
        with opened(request.app.state.database) as engine:
            return f"Test of {watch.name}: {send_test(engine, watch, datetime.now(UTC))[1]}."
    except GpudealsError as error:
        return f"Test of {watch.name}: {error}."


@router.get("/unsubscribe/{token}")
def ask_unsubscribe(request: Request, token: str) -> str:
    """Ask; mail scanners follow links, so a GET changes nothing."""
    return render("unsubscribe.html", request, token=token, done=False)


@router.post("/unsubscribe/{token}")
def end_mails(request: Request, token: str) -> str:
    """End the watches that the signed token names (RFC 8058): no cookie, no session; again does no harm."""
    with opened(request.app.state.database) as engine:
        ended = unsubscribe(engine, token)
    if not ended:
        raise HTTPException(404, "that link names no watch; it may be deleted already")
    return render("unsubscribe.html", request, token=token, done=True)
