"""Memory sizes in a text: how many GB, and whether they can be a card's or must be the machine's."""

import re
from typing import NamedTuple

#: Begins with a digit and nothing else, so that the search may skip to digits; what stands before is looked at later.
_SIZE = re.compile(
    r"([0-9](?<![0-9.,][0-9])[0-9]{0,3})(?:[.,]([0-9]{1,2}))? ?-?"
    r"(?:gb(?=gddr|hbm|ddr|with|vram|graphic|video)|"
    r"(?:g(?:b(?!ps|/s|it|e\b)|ib|o|ig(?:s|abytes?)?|d\d?x?)?|гб|(m[bo]?))"
    r"(?![a-z0-9]|[ -](?:ethernet|lan|sfp|nic|switch)))"
)
_TIMES = re.compile(r"(?<![a-z0-9.,])(\d{1,2}) ?x ?$")
_SYSTEM = re.compile(
    r"[ ,)(\-/]{0,3}(?:of )?(?:total |system )?(?:lp)?(?:ddr[2345]|ram\b|so-?dimm|u?dimm|rdimm|ecc ram)"
)
_STORAGE = re.compile(
    r"[ ,)(\-/]{0,3}(?:of )?(?:\w{2,9} )?"
    r"(?:ssd|nvme|hdd|m\.?2|emmc|sata|storage|usb|flash|micro ?sd|hard drive|sas)(?![a-z])"
)
_BEFORE_SYSTEM = re.compile(r"(?:\bddr[2345][ -]{0,2}(?:\d{4} )?|\bram:? |memory:? ?)$")
_BEFORE_STORAGE = re.compile(r"(?:ssd|nvme|hdd|m\.2|evo|pro|optane|sn\d{3}x?):? ?$")
#: Sapphire's 11323-01-40G: the last number is no size.
_SAPPHIRE_NUMBER = re.compile(r"\d{5}-\d\d-$")
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


def find_sizes(text: str) -> list[Size]:
    """Return the memory sizes in clean ``text``, in GB, without those of disks."""
    found = []
    machine = _speaks_of_machines(text)
    for match in _SIZE.finditer(text):
        start, end = match.span()
        before = text[max(0, start - _LOOK_BACK) : start]
        times = 1
        if before:
            last = before[-1]
            if last not in " -/(|,[+\n:;*=~":
                if last == "x":
                    several = _TIMES.search(before)
                    if several is None:
                        continue
                    times = int(several[1])
                elif not (last in "oa" and not before[-2:-1].isalnum()):
                    continue
            elif last == " ":
                several = _TIMES.search(before) if before[-2:-1] == "x" else None
                times = int(several[1]) if several else 1
            elif last == "-" and _SAPPHIRE_NUMBER.search(before):
                continue
        gb = _gigabytes(match)
        if gb is None:
            continue
        system = False
        if machine:
            if _STORAGE.match(text, end) or _BEFORE_STORAGE.search(before):
                continue
            system = _SYSTEM.match(text, end) is not None or _BEFORE_SYSTEM.search(before) is not None
        found.append(Size(start, end, gb, times, system))
    return found


def _gigabytes(match: re.Match[str]) -> float | None:
    whole, part, mega = match.groups()
    if mega:
        if mega == "m" and whole not in _MEGABYTES:
            return None
        megabytes = int(whole)
        return _MEGABYTES.get(whole, megabytes / 1024) if megabytes >= _LEAST_MB else None
    gb = float(f"{whole}.{part}") if part else float(whole)
    return gb if 0 < gb <= _MOST_GB else None


def _speaks_of_machines(text: str) -> bool:
    """Tell whether ``text`` has any word that makes a size one of a machine; cheap, as few titles do."""
    return (
        "ram" in text
        or text.count("ddr") > text.count("gddr")
        or "ssd" in text
        or "nvme" in text
        or "hdd" in text
        or "m.2" in text
        or "m2" in text
        or "dimm" in text
        or "storage" in text
        or "emmc" in text
        or "sata" in text
        or "usb" in text
        or "flash" in text
        or "micro" in text
        or "drive" in text
        or "sas" in text
        or "optane" in text
        or "sn" in text
        or "memory" in text
    )
