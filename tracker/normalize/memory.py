"""Memory sizes in a text: how many GB, and whether they can be a card's or must be the machine's."""

import re
from functools import lru_cache
from typing import NamedTuple

#: Begins with a digit and nothing else, so that the search may skip to digits; what stands before is looked at later.
#: Nothing is taken back (``+``): what stands behind the digits is no digit, so that most numbers are done at once.
_SIZE = re.compile(
    r"([0-9](?<![0-9.,][0-9])[0-9]{0,3}+)(?:[.,]([0-9]{1,2}+))?+ ?+-?+"
    r"(?:gb(?=gddr|hbm|ddr|d[2-6][a-z0-9]{0,2}-|with|vram|graphic|video)|"
    r"(?:g(?:b(?!ps|/s|it|e\b)|ib|"
    r"o(?! (?:together|to|for|with|well|first|at|back|up|on|in|out|down|away|great|nicely|as|if|by|and)(?![a-z]))|"
    r"ig(?:s|abytes?(?! (?:gaming|aorus|eagle|windforce|vision|aero|g1|xtreme|master|elite)(?![a-z])))?|"
    r"d\d?x?)?|гб|(m[bo]?))"
    r"(?![a-z0-9]|[ -](?:ethernet|lan|sfp|nic|switch|(?:more|less) than)))"
)
_TIMES = re.compile(r"(?<![a-z0-9.,])(\d{1,2}) ?x ?$")
#: Behind a size: what makes it a disk's, else the machine's.
_AFTER = re.compile(
    r"[ ,)(\-/]{0,3}+(?:of )?(?:"
    r"(?P<disk>(?:\w{2,9}+ )?"
    r"(?:ssd|nvme|hdd|m\.?2|emmc|sata|storage|usb|flash|micro ?sd|hard drive|sas)(?![a-z]))|"
    r"(?:total |system )?(?:lp)?(?:ddr[2345]|ram\b|so-?dimm|u?dimm|rdimm|ecc ram))"
)
#: Before a size; every branch begins with a letter, so that the search may skip to them.
_DISK_BEFORE = ("ssd", "nvme", "hdd", "m.2", "evo", "pro", "optane", "sn")
_BEFORE = re.compile(
    r"(?:ssd:? ?|nvme:? ?|hdd:? ?|m\.2:? ?|evo:? ?|pro:? ?|optane:? ?|sn\d{3}x?:? ?|"
    r"d(?<!\wd)dr[2345][ -]{0,2}(?:\d{4} )?|r(?<!\wr)am:? |memory:? ?)$"
)
#: Sapphire's 11323-01-40G: the last number is no size.
_SAPPHIRE_NUMBER = re.compile(r"\d{5}-\d\d-$")
#: How the text ends in all places where ``_BEFORE`` can be found, but for blanks, colons, hyphens and line ends, and
#: for the two ways that go on with digits: sn850x, ddr4 3200.
_ENDS_BEFORE = ("ssd", "nvme", "hdd", "m.2", "evo", "pro", "optane", "ram", "memory")
_LOOK_BACK = 12
_MEGABYTES = {
    "128": 0.125,
    "256": 0.25,
    "320": 0.3125,
    "384": 0.375,
    "512": 0.5,
    "640": 0.625,
    "768": 0.75,
    "896": 0.875,
}
_LEAST_MB = 128
_MOST_GB = 2048


class Size(NamedTuple):
    """A size in GB at its place in the text; ``system`` where it may be the machine's memory instead."""

    start: int
    end: int
    gb: float
    times: int
    system: bool


#: Makes a size without the checks of its constructor.
_size = tuple.__new__


def find_sizes(text: str) -> list[Size]:
    """Return the memory sizes in clean ``text``, in GB, without those of disks."""
    found: list[Size] = []
    for match in _SIZE.finditer(text):
        start, end = match.span()
        before = text[start - _LOOK_BACK : start] if start > _LOOK_BACK else text[:start]
        # Most sizes stand behind a word and one blank.
        times = 1 if not before or (before[-1] == " " and before[-2:] != "x ") else _times_before(before)
        if not times:
            continue
        gb = _gigabytes(*match.groups())
        if gb is None:
            continue
        after = _AFTER.match(text, end)
        ahead = _BEFORE.search(before) if _may_be_of_a_machine(before) else None
        system = False
        if (after or ahead) and _MACHINE.search(text):
            if (after and after["disk"]) or (ahead and ahead[0].startswith(_DISK_BEFORE)):
                continue
            system = True
        found.append(_size(Size, (start, end, gb, times, system)))
    return found


def _times_before(before: str) -> int:
    """Return how many times the size behind ``before`` counts: 2 for "2x 8GB"; 0 where it is part of something else."""
    last = before[-1]
    if last == " ":
        several = _TIMES.search(before) if before[-2:-1] == "x" else None
        return int(several[1]) if several else 1
    if last == "x":
        several = _TIMES.search(before)
        return int(several[1]) if several else 0
    if last in "oa":
        return int(not before[-2:-1].isalnum())
    if last == "-" and _SAPPHIRE_NUMBER.search(before):
        return 0
    return int(last in "-/(|,[+\n:;*=~")


def _may_be_of_a_machine(before: str) -> bool:
    """Tell whether to look for ``_BEFORE`` at all; most sizes stand behind the name of a card."""
    return before.rstrip(" :-\n").endswith(_ENDS_BEFORE) or "ddr" in before or "sn" in before


@lru_cache(maxsize=4096)
def _gigabytes(whole: str, part: str | None, mega: str | None) -> float | None:
    if mega:
        if mega == "m" and whole not in _MEGABYTES:
            return None
        megabytes = int(whole)
        return _MEGABYTES.get(whole, megabytes / 1024) if megabytes >= _LEAST_MB else None
    gb = float(f"{whole}.{part}") if part else float(whole)
    return gb if 0 < gb <= _MOST_GB else None


#: Without any of these words no size is a machine's: "Radeon Pro 8GB" has no disk; GDDR is a card's.
_MACHINE = re.compile(
    r"ram|ssd|nvme|hdd|m\.?2|dimm|storage|emmc|sata|usb|flash|micro|drive|sas|optane|sn|memory|ddr(?<!gddr)"
)
