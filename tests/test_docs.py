"""Docs that enumerate things are held against the things themselves."""

import re
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

import pytest

from crawlers.source import sources
from tests.reference import REFERENCE, commands, reference
from tracker import normalize
from tracker.normalize import posts

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MARKDOWN = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


def test_the_command_reference_is_what_the_commands_say() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "run `python -m tests.reference`"


@pytest.mark.parametrize(("name", "text"), list(commands()), ids=lambda value: str(value)[:40])
def test_every_command_says_what_it_does(name: str, text: str) -> None:
    body = text.split("\n\n")[1].strip()
    assert body and not body.startswith(("Options", "Arguments"))
    assert body.rstrip()[-1] in ".:)", f"{name}: its help is no sentence"


def test_every_source_stands_in_the_readme_with_its_terms() -> None:
    missing = [name for name in sources() if f"`{name}`" not in README]
    assert missing == []


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda path: path.name)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    broken = [target for target in targets if not (page.parent / target).exists()]
    assert broken == []


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda path: path.name)
def test_commands_in_the_docs_exist(page: Path) -> None:
    known = {name for name, _ in commands()}
    text = page.read_text(encoding="utf-8")
    used = set(re.findall(r"`(gpudeals(?: [a-z]+){1,2})", text)) | set(
        re.findall(r"^\$? ?(gpudeals(?: [a-z]+){1,2})", text, re.M)
    )
    unknown = {use for use in used if use not in known and " ".join(use.split()[:2]) not in known}
    assert unknown == set()


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    assert set(re.findall(r"`make ([a-z]+)", README)) <= targets


def test_every_room_of_the_normalizer_is_on_its_map() -> None:
    page = (ROOT / "docs/reading.md").read_text(encoding="utf-8")
    rooms = {module.name for module in iter_modules(normalize.__path__)}
    rooms |= {f"posts.{module.name}" for module in iter_modules(posts.__path__)}
    beside = {"types", "jsonl", "explain", "review", "read", "posts.read", "posts.post", "posts.trace"}
    assert {room for room in rooms - beside if f"`{room}`" not in page} == set()


def test_the_rooms_that_the_map_names_exist() -> None:
    page = (ROOT / "docs/reading.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(posts\.[a-z_.]+)`", page))
    assert {name for name in named if find_spec(f"tracker.normalize.{name}") is None} == set()


def test_the_changelog_names_this_version() -> None:
    import tomllib

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
