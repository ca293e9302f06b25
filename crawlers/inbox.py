"""The inbox: a folder into which a person drops saved files; each is imported and then put away.

A file goes to ``done/`` if anything of it was of use, else to ``refused/`` with ``NAME.reason.txt``
beside it. Killed between import and putting away, the next run imports it again, which adds nothing.
"""

import errno
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from crawlers.files import File
from crawlers.importing import ImportCounts, Progress, import_file
from db.errors import GpudealsError

DONE, REFUSED = "done", "refused"
#: A file that was written to less than this many seconds ago is perhaps still being written.
SETTLED_SECONDS = 5.0
_LOOKS_APART = 0.2
#: What browsers and copying programs call a file that is not complete.
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart", "~")

Print = tuple[int, int, int]  # size, time of change in nanoseconds, inode


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file in the inbox, and its size and times when it was looked at."""

    path: Path
    name: str
    seen: Print


def waiting(folder: Path, now: float, *, settled: float = SETTLED_SECONDS) -> Iterator[Waiting]:
    """Yield what lies in the inbox and has settled, in the order of names: nothing hidden, nothing half written.

    ``now`` is in epoch seconds. Links are yielded and not followed; links to folders are not entered.
    """
    first = {w.path: w for w in _lying(folder) if _age(w.path, now) >= settled}
    if not first:
        return
    time.sleep(_LOOKS_APART)
    for path, found in sorted(first.items()):
        if _print(path) == found.seen:
            yield found


def _lying(folder: Path) -> Iterator[Waiting]:
    for root, folders, names in os.walk(folder, followlinks=False):
        put_away = (DONE, REFUSED) if Path(root) == folder else ()
        folders[:] = [f for f in folders if not f.startswith(".") and f not in put_away]
        for name in names:
            path = Path(root, name)
            seen = _print(path)
            if seen and not name.startswith(".") and not name.lower().endswith(_UNFINISHED):
                yield Waiting(path, str(path.relative_to(folder)), seen)


def _print(path: Path) -> Print | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino


def _age(path: Path, now: float) -> float:
    try:
        found = path.lstat()
    except OSError:
        return 0.0
    # A time in the future (another clock, an unpacked archive) says nothing about when it was written.
    times = [t for t in (found.st_mtime, found.st_ctime) if t <= now]
    return now - max(times) if times else 0.0


def take_in(
    engine: Engine,
    run_id: int,
    folder: Path,
    now: datetime,
    say: Callable[[str], None] = lambda _: None,
    *,
    settled: float = SETTLED_SECONDS,
    progress: Progress = lambda _file, _read: None,
) -> ImportCounts:
    """Import what waits in ``folder`` within run ``run_id`` (of kind ``import``), put it away, return the counts.

    Raises GpudealsError where the folder is not there or ``done`` or ``refused`` lead elsewhere.
    """
    if not folder.is_dir():
        raise GpudealsError(f"the inbox {folder} is no folder; make it, or set [sources.inbox] folder")
    for name in (DONE, REFUSED):
        target = folder / name
        if target.is_symlink() or (target.exists() and not target.is_dir()):
            raise GpudealsError(f"{target} has to be a folder in the inbox, and not a link")
        target.mkdir(exist_ok=True)
    counts = ImportCounts()
    for found in waiting(folder, now.timestamp(), settled=settled):
        _take_one(engine, run_id, folder, found, counts, now, say, progress)
    return counts


def _take_one(
    engine: Engine,
    run_id: int,
    folder: Path,
    found: Waiting,
    counts: ImportCounts,
    now: datetime,
    say: Callable[[str], None],
    progress: Progress,
) -> None:
    lines: list[str] = []

    def note(line: str) -> None:
        lines.append(line)
        say(line)

    if stat.S_ISLNK(found.path.lstat().st_mode):
        note(f"{found.name}: skipped: a link; put the file itself here")
        counts.skipped += 1
        used = False
    else:
        file = File(found.path, found.name)
        used = import_file(engine, run_id, file, counts, note, now=now, progress=progress).used
        if _print(found.path) != found.seen:
            # Written to meanwhile: it is looked at again when it has settled.
            return
    put_away(folder, found, DONE if used else REFUSED, lines)


def put_away(folder: Path, found: Waiting, where: str, lines: list[str]) -> Path:
    """Move a file to ``where`` in the inbox under a name that is free there, what was said of it beside it."""
    wanted = folder / where / found.name
    wanted.parent.mkdir(parents=True, exist_ok=True)
    target = _reserve(wanted)
    if lines:
        beside = target.with_name(target.name + (".reason.txt" if where == REFUSED else ".problems.txt"))
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="replace")
    try:
        found.path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copy2(found.path, target, follow_symlinks=False)
        found.path.unlink()
    return target


def _reserve(wanted: Path) -> Path:
    """Return ``wanted`` or the first free name like it (``page-2.html``), taken by an empty file."""
    number = 1
    while True:
        name = wanted.name if number == 1 else f"{wanted.stem}-{number}{wanted.suffix}"
        target = wanted.with_name(name)
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
            return target
        except FileExistsError:
            number += 1
