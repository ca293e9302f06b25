"""What a fresh machine relies on: lock files, package data, vendored assets, and nothing of this machine."""

import hashlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def tracked_files() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_has_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"https?://", text)
    pinned = re.findall(r"^([a-z0-9._-]+)==\S+", text, re.M | re.I)
    blocks = re.split(r"^(?=\S)", text, flags=re.M)
    assert pinned
    assert [
        name for name, block in zip(pinned, [b for b in blocks if "==" in b], strict=True) if "sha256:" not in block
    ] == []


def test_every_runtime_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[<>=; \[]", entry)[0].lower().replace("_", "-") for entry in project["dependencies"]}
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.M))
    assert wanted - locked == set()


def test_every_dependency_has_a_lower_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [entry for entries in project["optional-dependencies"].values() for entry in entries]
    assert [entry for entry in [*project["dependencies"], *extras] if ">=" not in entry] == []


def test_vendored_assets_are_what_their_checksums_say() -> None:
    folder = ROOT / "tracker" / "web" / "static" / "vendor"
    sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assets = {path.name for path in folder.iterdir() if path.suffix in (".js", ".css")}
    assert set(sums) == assets
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_no_tracked_file_names_a_folder_of_this_machine() -> None:
    here = f"{ROOT.parent}/"
    if here in ("/", "/tmp/", "/home/"):
        pytest.skip("the checkout lies in too general a folder to search for")
    found = [path for path in tracked_files() if here.encode() in path.read_bytes()]
    assert found == []
