"""What a line that was added later begins with: the word for an edit, or a day."""

import re

__all__ = ["DAY", "LABEL", "is_dated"]

DAY = "(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?(?:'?s)?"

_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)"
_DATE = (
    rf"(?:{_DAY}[/.]{_DAY}(?! ?(?:inch|in|slots?|[gt]b|[gm]hz|ft)\b)(?:[/.](?:20)?\d\d(?!\d))?|"
    rf"20\d\d-\d\d-{_DAY}|{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?|"
    rf"{_DAY}(?:st|nd|rd|th)?(?: of)? {_MONTH})"
    r"(?:,? (?:20)?\d\d(?!\d))?(?:,? (?:@ ?|at )?\d{1,2}(?::\d\d)? ?(?:am|pm|est|pst|cst)){0,2}"
)
_TOLD = (
    r"sold|gone|pending|left|remain(?:s|ing)?|spoken for|on hold|reserved|traded|fell through|still here|down to|"
    r"paid for|payment received|leaves|(?:we're|now|i'm) at|out the door|found a|went to"
)
_STATES = rf"{_TOLD}|available|deposit|nog|noch|verkauft|verkocht|weg"
_CHANGE = (
    r"(?:now|price drop|new price|(?:drop|lower|reduc|cut|mark)\w*(?: [^\s$£€]{1,12}){0,8}? (?:down )?to|->|=>|→)"
    r"(?: (?:is|at|only|asking|just))?[ :]{0,2}[$£€]? ?\d{2}|price (?:drop|cut|change|update|lower|reduc)\w*"
)
_ASK = (
    r"(?:(?!(?:paid|bought|purchased|ordered|spent|msrp|retail|invoice|for|at)\b)[a-z][a-z']{0,9},? ){0,4}[$£€] ?\d|"
    r"\d{3,4}(?:$| (?:shipped|obo|firm|now|and|or|local)\b)"
)
"""``let's do $450``: a sum behind a few words, none of which tells what was paid."""
_DATED = re.compile(
    rf"(?:[(\[]?(?:as of )?{_DATE}[)\]]?(?:,? ?(?:- )?(?:edit|update)(?:ed|d)?[ ]?[:),>-]{{1,2}} ?|"
    rf"(?: (?:edit|update)d?)?[ ]?(?:(?:[):,>*-]{{1,3}}[ ]{{0,4}}|[ ](?=[$£€\d]))(?={_ASK})|"
    rf"[):,>-]{{0,2}} ?(?=[^\n]{{0,80}}?(?:\b(?:{_STATES})\b|(?<![a-z])(?:{_CHANGE})))))|"
    rf"{DAY}: (?={_ASK}|[^\n]{{0,80}}?(?:\b(?:{_TOLD})\b|(?<![a-z])(?:{_CHANGE}))))"
)
"""``11/4 - 2080 sold``, ``8/2: $2,650 shipped``, ``8/2 EDIT: ...``: a day, and a state, a price or an edit."""
LABEL = re.compile(
    rf"^\W{{0,4}}(?:\d(?:st|nd|rd|th) |final |another |{DAY} )?(?:edit|update|updated|eta|ninja edit|"
    rf"bump)(?: ?#?\d{{1,2}}(?:[/.-]\d{{1,2}}(?:[/.-]\d{{2,4}})?)?(?=\W))?[ :.)*-]{{0,5}}|^\W{{0,4}}{_DATED.pattern}"
)


_BEGINNINGS = frozenset(
    (
        *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        *("mon", "tue", "wed", "thu", "fri", "sat", "sun", "as "),
    )
)


def is_dated(line: str) -> bool:
    """Whether a line begins with a day and tells a state or a price."""
    # Asked of every line: most begin with neither a digit nor a month or a day.
    head = line[1:] if line[:1] in ("(", "[") else line
    return (head[:1].isdigit() or head[:3] in _BEGINNINGS) and _DATED.match(line) is not None
