"""One shape for every error of the API, and a page for a person."""

from collections.abc import Mapping

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException as StarletteHTTPException

from db.errors import GpudealsError
from tracker.web.pages import render


class ErrorDetail(BaseModel):
    """What went wrong, in a code for programs and a line for people."""

    code: str
    message: str
    field: str | None = None


class ErrorBody(BaseModel):
    """The body of every answer that is no success."""

    error: ErrorDetail


CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "cannot_be_answered",
    413: "too_long",
    422: "invalid",
    429: "too_many_requests",
    500: "fault",
    503: "unavailable",
}


def api_error(
    status: int, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return the one error shape with ``status``."""
    body = ErrorBody(error=ErrorDetail(code=CODES.get(status, "error"), message=message, field=field))
    return JSONResponse(body.model_dump(), status, headers=dict(headers or {}))


def _is_api(request: Request) -> bool:
    path = request.scope["path"]
    return path.startswith("/api/") or path in ("/openapi.json", "/healthz")


def answer(
    request: Request, status: int, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error as JSON to a program, as a page to a person."""
    if _is_api(request):
        return api_error(status, message, field, headers)
    return HTMLResponse(
        render("error.html", request, status=status, message=message), status, headers=dict(headers or {})
    )


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error in the one shape."""

    @app.exception_handler(StarletteHTTPException)
    def _http(request: Request, error: StarletteHTTPException) -> Response:
        return answer(request, error.status_code, str(error.detail), headers=error.headers)

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return answer(
            request,
            422,
            str(first["msg"]).removeprefix("Value error, "),
            ".".join(str(part) for part in first["loc"][1:]) or None,
        )

    @app.exception_handler(GpudealsError)
    def _unusable(request: Request, error: GpudealsError) -> Response:
        return answer(request, 409, str(error))


__all__ = ["ErrorBody", "HTTPException", "answer", "api_error", "install"]
