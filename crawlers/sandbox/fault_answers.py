"""Faults that answer in place of the market."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from crawlers.sandbox.ebay_api import error_answer, error_body
from crawlers.sandbox.ebay_html import challenge
from crawlers.sandbox.faults import Faults, is_reddit
from crawlers.sandbox.messages import Answer, Request, html_answer, json_answer

OTHER_HOST = "http://127.0.0.2:9"
_CAPTCHA = "<html><head><title>Security Measure | eBay</title></head><body>Please verify yourself</body></html>"
_LOGIN = "https://signin.ebay.com/ws/eBayISAPI.dll?SignIn"
_EDGE = (
    "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You have no permission to access this "
    "server.<P>Reference&#32;&#35;18&#46;simulated<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;simulated</BODY></HTML>"
)


def _wait(header: str | None) -> Callable[[Faults, Request], Answer]:
    def answer(faults: Faults, request: Request) -> Answer:
        told = _retry_after(header) if header is not None else None
        headers = {"Retry_After": told} if told is not None else {}
        if is_reddit(request):
            return json_answer({"message": "Too Many Requests", "error": 429}, 429, **headers)
        return error_answer(2001, 429, **headers)

    return answer


def _retry_after(header: str) -> str:
    offsets = {"date": 2, "past": -3600}
    if header in offsets:
        return format_datetime(datetime.now(UTC) + timedelta(seconds=offsets[header]), usegmt=True)
    return header


def _unavailable(faults: Faults, request: Request) -> Answer:
    answer = html_answer("<h1>Service Unavailable</h1>", 503)
    answer.headers["Retry-After"] = "2"
    return answer


def _server_error(faults: Faults, request: Request) -> Answer:
    if is_reddit(request):
        return json_answer({"message": "Internal Server Error", "error": 500}, 500)
    return error_answer(12000)


def _redirect(target: str) -> Callable[[Faults, Request], Answer]:
    return lambda faults, request: Answer(302, b"", {"Location": target})


def _trick(name: str) -> Callable[[Faults, Request], Answer]:
    return lambda faults, request: Answer(200, b"", {"Content-Type": "application/json"}, trick=name)


def _deep(faults: Faults, request: Request) -> Answer:
    return json_answer("[" * 100_000 + "]" * 100_000)


def _huge(faults: Faults, request: Request) -> Answer:
    return json_answer('{"itemSummaries":[{"title":"' + "x" * 40_000_000 + '"}]}')


def _refuse_token(faults: Faults, request: Request) -> Answer:
    if request.path == "/api/v1/access_token":
        return json_answer({"message": "Unauthorized", "error": 401}, 401)
    return json_answer({"error": "invalid_client", "error_description": "client authentication failed"}, 401)


def _expire(faults: Faults, request: Request) -> Answer:
    token = request.headers.get("authorization", "").partition(" ")[2]
    faults.ebay.tokens.pop(token, None)
    if is_reddit(request):
        return json_answer(
            {"message": "Unauthorized", "error": 401}, 401, WWW_Authenticate='Bearer error="invalid_token"'
        )
    return error_answer(1001)


def _forbid(faults: Faults, request: Request) -> Answer:
    if is_reddit(request):
        return json_answer({"message": "Forbidden", "error": 403}, 403)
    return error_answer(1100)


def _quota(faults: Faults, request: Request) -> Answer:
    return error_answer(2001, 429, Retry_After=str(faults.ebay.seconds_to_reset()))


def _nothing(faults: Faults, request: Request) -> Answer:
    if is_reddit(request):
        return json_answer({"kind": "Listing", "data": {"after": None, "dist": 0, "children": [], "before": None}})
    return json_answer({"href": request.target, "total": 0, "limit": 200, "offset": 0})


INSTEAD: dict[str, Callable[[Faults, Request], Answer]] = {
    "too-many-requests": _wait(None),
    "retry-after-seconds": _wait("2"),
    "retry-after-date": _wait("date"),
    "retry-after-past": _wait("past"),
    "retry-after-garbage": _wait("soon, perhaps"),
    "retry-after-negative": _wait("-5"),
    "retry-after-years": _wait("315360000"),
    "unavailable": _unavailable,
    "server-error": _server_error,
    "bad-gateway": lambda faults, request: html_answer("<h1>Bad Gateway</h1>", 502),
    "timeout": _trick("timeout"),
    "reset": _trick("reset"),
    "empty-body": lambda faults, request: Answer(200, b"", {"Content-Type": "application/json"}),
    "not-json": lambda faults, request: html_answer("<html><body><h1>We will be back soon</h1></body></html>"),
    "deep-nesting": _deep,
    "huge-text": _huge,
    "gzip-bomb": _trick("gzip-bomb"),
    "deflate-bomb": _trick("deflate-bomb"),
    "endless": _trick("endless"),
    "redirect-other-host": _redirect(f"{OTHER_HOST}/buy/browse/v1/item_summary/search?q=gpu"),
    "redirect-scheme": lambda faults, request: Answer(302, b"", {"Location": f"https://127.0.0.1:9{request.target}"}),
    "redirect-file": _redirect("file:///etc/passwd"),
    "redirect-data": _redirect("data:application/json,{}"),
    "redirect-metadata": _redirect("http://169.254.169.254/latest/meta-data/"),
    "redirect-loop": lambda faults, request: Answer(302, b"", {"Location": request.target}),
    "challenge": lambda faults, request: html_answer(challenge()),
    "captcha": lambda faults, request: html_answer(_CAPTCHA),
    "login": _redirect(_LOGIN),
    "edge-error": lambda faults, request: html_answer(_EDGE, 403),
    "forbidden": _forbid,
    "token-expired": _expire,
    "token-refused": _refuse_token,
    "quota-spent": _quota,
    "error-200": lambda faults, request: json_answer({"errors": [error_body(12000)]}),
    "empty-results": _nothing,
    "silent-empty": lambda faults, request: json_answer(
        {"href": request.target, "total": 4711, "limit": 200, "offset": 0}
    ),
}
