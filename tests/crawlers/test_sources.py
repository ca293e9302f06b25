"""One module a source, found by walking; what the terms leave and what the operator may change about it."""

import pkgutil
from pathlib import Path

import pytest

import crawlers.sources
from crawlers.settings import Policy, source_policy
from crawlers.source import Source, class_name, source_of, sources
from db.errors import GpudealsError

ATTRIBUTES = ("name", "title", "required", "min_items", "result_cap", "every", "needs_credentials", "terms", "policy")


def test_every_module_of_the_package_is_a_source_of_its_name() -> None:
    modules = {found.name for found in pkgutil.walk_packages(crawlers.sources.__path__)}
    assert modules == set(sources())
    for name, source in sources().items():
        assert type(source).__name__ == class_name(name)
        assert type(source).__module__ == f"crawlers.sources.{name}"


@pytest.mark.parametrize("source", list(sources().values()), ids=list(sources()))
def test_a_source_says_what_a_healthy_run_is_and_what_its_terms_are(source: Source) -> None:
    assert all(hasattr(source, name) for name in ATTRIBUTES)
    assert source.markets()
    assert source.every > 0
    assert source.terms
    assert all(term.text and term.where for term in source.terms)


@pytest.mark.parametrize("source", list(sources().values()), ids=list(sources()))
def test_a_source_is_off_until_it_is_switched_on(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not source.settings().enabled
    monkeypatch.setenv(f"GPUDEALS_SOURCES_{source.name.upper()}_ENABLED", "true")
    assert source.settings().enabled


@pytest.mark.parametrize("source", list(sources().values()), ids=list(sources()))
def test_what_is_missing_is_one_line_that_says_what_to_set(source: Source) -> None:
    missing = source.missing()
    assert (missing is not None) == source.needs_credentials
    if missing is not None:
        assert "\n" not in missing
        assert "client_id" in missing


def test_a_market_leads_to_its_source() -> None:
    assert getattr(source_of("ebay"), "name", None) == "ebay_browse"
    assert getattr(source_of("homelabsales"), "name", None) == "hardwareswap"
    assert source_of("a price list of my own") is None


def settings(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "gpudeals.toml"
    path.write_text(text)
    monkeypatch.setenv("GPUDEALS_CONFIG", str(path))


def test_crawled_ebay_rows_stay_out_of_statistics_and_imports_are_in() -> None:
    assert source_policy("ebay_browse") == source_policy("ebay") == Policy(False, keep_days=30, display_hours=6)
    assert source_policy("ebay", "import") == Policy()
    assert source_policy("whatever", "import") == source_policy("whatever") == Policy()
    assert source_policy("hardwareswap").statistics


def test_against_the_terms_only_a_permission_on_record_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings("[sources.ebay_browse]\nstatistics = true\n", tmp_path, monkeypatch)
    with pytest.raises(GpudealsError, match="permission"):
        source_policy("ebay")
    settings('[sources.ebay_browse]\nstatistics = true\npermission = "letter of 1 May"\n', tmp_path, monkeypatch)
    assert source_policy("ebay").statistics


def test_what_stands_under_the_market_holds_for_imports_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings("[sources.ebay]\nstatistics = false\n[sources.mine]\nstatistics = false\n", tmp_path, monkeypatch)
    assert not source_policy("ebay", "import").statistics
    assert not source_policy("mine", "import").statistics
    settings("[sources.ebay_browse]\nstatistics = false\n", tmp_path, monkeypatch)
    assert source_policy("ebay", "import").statistics


def test_a_market_with_a_dot_in_its_name_can_be_set_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings('[sources."example.org"]\nstatistics = false\n', tmp_path, monkeypatch)
    assert not source_policy("example.org", "import").statistics


@pytest.mark.parametrize("url", ["http://api.ebay.com", "ftp://x", "api.ebay.com", "http://127.0.0.1.evil.example"])
def test_a_key_goes_over_https_or_loopback_only(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from crawlers.settings import ebay_settings

    monkeypatch.setenv("GPUDEALS_EBAY_API_URL", url)
    with pytest.raises(GpudealsError, match="https"):
        ebay_settings()
