"""Who holds a lease: a process of a machine, and whether it still lives."""

import os
import secrets
import socket
from pathlib import Path


def new_holder() -> str:
    """Return a name for this process that no other has, and no other part of it."""
    return f"{socket.gethostname()}/{os.getpid()}/{_born(os.getpid())}/{secrets.token_hex(4)}"


def is_dead(holder: str) -> bool:
    """Return whether ``holder`` was a process of this machine that no longer lives; one elsewhere is taken to."""
    host, _, rest = holder.partition("/")
    pid, _, rest = rest.partition("/")
    born = rest.partition("/")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return born not in ("", _born(int(pid)))


def shown_holder(holder: str) -> str:
    """Return it for people."""
    host, pid, *_ = [*holder.split("/"), "?"]
    return f"process {pid} on {host}"


def _born(pid: int) -> str:
    """Return when a process started, in the kernel's words; a number that was used again is not taken for it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (OSError, IndexError):
        return ""
    return "" if stat[0] == "Z" else stat[19]
