"""Memory sizes in a text: how many GB, and whether they can be a card's or must be the machine's."""

import re
from typing import NamedTuple

_SIZE = re.compile(
    r"(?<![a-z0-9.,$€£#])(?:(\d{1,2}) ?x ?)?[oa]?0?(\d{1,3})(?:[.,](\d{1,2}))? ?-?"
    r"(?:gb(?!ps|/s|it|e\b)|gib|go|gig(?:s|abytes?)?|gd\d?x?|g|гб|(m[bo]?))(?![a-z0-9]|(?<=g)[ -](?:ethernet|lan|sfp|nic|switch))"
    r"|(?<![a-z0-9.,$€£#])(?:(\d{1,2}) ?x ?)?0?(\d{1,3}) ?gb(?=gddr|hbm|ddr|with|vram|graphic|video)"
)
_SYSTEM = re.compile(r"[ ,)(\-/]{0,3}(?:of )?(?:total |system )?(?:lp)?(?:ddr[2345]|ram\b|so-?dimm|u?dimm|rdimm|ecc ram)")
_STORAGE = re.compile(
    r"[ ,)(\-/]{0,3}(?:of )?(?:\w{2,9} )?(?:ssd|nvme|hdd|m\.?2|emmc|sata|storage|usb|flash|micro ?sd|hard drive|sas\b)"
)
_BEFORE_SYSTEM = re.compile(r"(?:\bddr[2345][ -]{0,2}(?:\d{4} )?|\bram:? |memory:? ?|\d ?x ?)$")
_BEFORE_STORAGE = re.compile(r"(?:ssd|nvme|hdd|m\.2|evo|pro|optane|sn\d{3}x?):? ?$")
#: Sapphire's 11323-01-40G: the last number is no size.
_SAPPHIRE_NUMBER = re.compile(r"\d{5}-\d\d-$")
_LOOK_BACK = 12


class Size(NamedTuple):
    """A size in GB at its place in the text; ``system`` where it may be the machine's memory instead."""

    start: int
    end: int
    gb: float
    times: int
    system: bool


def find_sizes(text: str) -> list[Size]:
    """Return the memory sizes in clean ``text``, in GB, without those of disks."""
    found = []
    for match in _SIZE.finditer(text):
        times, whole, part, mega, glued_times, glued = match.groups()
        start, end = match.span()
        if glued:
            found.append(Size(start, end, float(glued), int(glued_times or 1), False))
            continue
        gb = float(f"{whole}.{part}") if part else float(whole)
        if mega:
            if gb < 128 or (mega == "m" and whole not in _MEGABYTES):
                continue
            gb = _MEGABYTES.get(whole, gb / 1024)
        if gb <= 0 or _STORAGE.match(text, end):
            continue
        before = text[max(0, start - _LOOK_BACK) : start]
        if before and (_BEFORE_STORAGE.search(before) or _SAPPHIRE_NUMBER.search(before)):
            continue
        system = _SYSTEM.match(text, end) is not None or _BEFORE_SYSTEM.search(before) is not None
        found.append(Size(start, end, gb, int(times or 1), system))
    return found


_MEGABYTES = {"128": 0.125, "256": 0.25, "320": 0.3125, "384": 0.375, "512": 0.5, "640": 0.625, "768": 0.75, "896": 0.875}
