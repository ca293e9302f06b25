"""The reject codes: one documented list, complete, with examples that hold."""

import ast
from pathlib import Path

import pytest

import tracker.normalize
from tests.tracker.normalize.title_table import cases
from tracker.ingest import codes
from tracker.normalize import ListingText, read_listing
from tracker.normalize.explain import reject_codes

DOCS = Path(__file__).resolve().parents[3] / "docs" / "reject-codes.md"
CODES = reject_codes()


def test_the_document_has_every_code_with_its_meaning_and_example():
    rows = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    told = {row.split("`")[1]: row for row in rows}
    assert list(told) == list(CODES)
    for code in CODES.values():
        assert code.meaning in told[code.code]
        assert code.example in told[code.code]


@pytest.mark.parametrize("code", [c for c in CODES.values() if c.given_by.startswith("title")], ids=lambda c: c.code)
def test_the_example_of_a_code_gets_that_code(code):
    assert read_listing(ListingText(id="1", source="ebay", title=code.example)).reject == code.code


def test_the_table_of_titles_has_a_case_for_every_code_of_titles():
    tried = {case.expected.removeprefix("reject:") for case in cases() if case.expected.startswith("reject:")}
    assert tried == {code.code for code in CODES.values() if code.given_by.startswith("title")}


def _codes_in(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "reject" and isinstance(node.value, ast.Constant):
            yield node.value.value


def test_no_code_is_given_that_the_list_lacks():
    folder = Path(tracker.normalize.__path__[0])
    given = {
        code
        for path in folder.rglob("*.py")
        for code in _codes_in(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(code, str)
    }
    given |= {value for name, value in vars(codes).items() if name.isupper()}
    assert len(given) > 5
    assert given - CODES.keys() == set()
