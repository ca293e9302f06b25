"""The reject codes: why a listing offers nothing that counts."""

import csv
from functools import cache
from importlib.resources import files

#: Codes that ingest gives, beside those of the rules.
UNKNOWN_MODEL = "unknown_model"  # a price file names a model that the catalog lacks
UNKNOWN_SIZE = "unknown_vram"  # a price file leaves the size open, or names one that the catalog lacks
IGNORED = "ignored"  # a person said so
REMOVED = "removed"  # taken away by its author or a moderator
NOTHING = "nothing_offered"  # the rules found neither an offer nor a reason


@cache
def reject_codes() -> dict[str, str]:
    """Return all codes with their meanings."""
    text = (files("tracker.normalize") / "data" / "reject_codes.csv").read_text(encoding="utf-8")
    return {row["code"]: row["meaning"] for row in csv.DictReader(text.splitlines())}
