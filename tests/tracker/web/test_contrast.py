"""Colours can be told apart: WCAG 2.2 AA, computed from the stylesheet's own variables."""

import re

import pytest

from tracker.web.pages import STATIC

CSS = (STATIC / "app.css").read_text()
TEXT, GRAPHIC = 4.5, 3.0
PAIRS = [
    ("--ink", "--paper", TEXT), ("--ink", "--panel", TEXT), ("--soft", "--paper", TEXT), ("--soft", "--panel", TEXT),
    ("--accent", "--paper", TEXT), ("--accent", "--panel", TEXT), ("--accent", "--accent-soft", TEXT),
    ("--paper", "--accent", TEXT), ("--warn", "--warn-soft", TEXT), ("--ink", "--warn-soft", TEXT),
    ("--bad", "--panel", TEXT), ("--bad", "--paper", TEXT), ("--ink", "--accent-soft", TEXT),
    *((f"--{kind}", "--panel", GRAPHIC) for kind in ("ask", "sold", "closed", "bid")),
]  # fmt: skip


def themes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.S)
    found = {"light": dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6,8})", light))}
    return found | {"dark": found["light"] | dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6,8})", dark))}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_gives_the_known_figures() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast(theme: str, front: str, back: str, least: float) -> None:
    colours = themes()[theme]
    assert contrast(colours[front], colours[back]) >= least


def test_the_dark_theme_names_every_colour_of_the_light_one() -> None:
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.S)
    assert set(re.findall(r"(--[a-z-]+): #", light)) == set(re.findall(r"(--[a-z-]+): #", dark))


def test_colours_stand_in_variables_only() -> None:
    rules = re.sub(r":root \{.*?\}", "", CSS, flags=re.S)
    assert re.findall(r"#[0-9a-f]{3,8}\b", rules) == []


def test_what_is_pressed_is_at_least_24_pixels_high() -> None:
    for selector in (r"header\.top nav a", r"thead th a", r"button, \.button", r"details > summary"):
        found = re.search(rf"^{selector} \{{(.*?)\}}", CSS, re.S | re.M)
        assert found, selector
        height = re.search(r"min-height: (\d+)px", found[1])
        assert height, selector
        assert int(height[1]) >= 24
    assert "outline: 3px solid" in CSS
