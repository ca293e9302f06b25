"""Titles as somebody would write them who wants our mail, log or spreadsheet to do something."""

import random
from collections.abc import Iterator

FRAGMENTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "</td></tr></table><style>*{display:none}</style>",
    "<style>@import url(//evil.example/x.css)</style>",
    "expression(alert(1)) url(javascript:alert(1))",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "' onmouseover='alert(1)",
    '" style="position:fixed',
    '"><a href="https://evil.example/">click</a>',
    "<!-- --!> <![CDATA[ x ]]>",
    "&lt;script&gt; &#60;b&#62; &amp;amp;",
    "{{7*7}}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "=cmd|' /C calc'!A0",
    "+1+1 @SUM(A1) -2+3|x",
    "\r\nBcc: everyone@evil.example",
    "\nSubject: other",
    "\r\n\r\n<html>body</html>",
    "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "\x9b31m\x84\x85",
    "\x00\x01\x02\x08\x0b\x0c\x7f",
    "\u202egnp.0903 XTR\u202c",
    "\u2066hidden\u2069\u200b\u200f\ufeff",
    "\u2028To: a@b.c\u2029",
    "\ud800 \udfff",
    "\U000e0041\U000e0042 tags",
    "Ünïcödé 显卡 🎮👩‍💻 ﷽",
    "a" * 300,
    ".\r\n.\r\nQUIT",
    "From gpudeals now",
    "%s %d %n {0} {title}",
    "[bold red]x[/bold red] [link=https://evil.example]y[/link]",
)
UNSEEN = (
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e"
    r"\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def hostile_titles(number: int, seed: int = 1) -> Iterator[str]:
    """Yield titles: each fragment alone, mixtures of them, and a few of a megabyte."""
    rng = random.Random(seed)
    yield from FRAGMENTS[:number]
    for n in range(len(FRAGMENTS), number):
        if n % 250 == 0:
            yield rng.choice(FRAGMENTS) * 30_000 + "A" * 500_000
        else:
            pieces = rng.sample(FRAGMENTS, rng.randrange(1, 5))
            yield rng.choice(("RTX 3090 ", "")) + rng.choice((" ", "", "\t")).join(pieces)
