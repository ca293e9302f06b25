"""The reject codes that ingest gives, beside those of the rules; all stand in ``normalize/data/reject_codes.csv``."""

UNKNOWN_MODEL = "unknown_model"  # a price file names a model that the catalog lacks
UNKNOWN_SIZE = "unknown_vram"  # a price file leaves the size open, or names one that the catalog lacks
IGNORED = "ignored"  # a person said so
REMOVED = "removed"  # taken away by its author or a moderator
NOTHING = "nothing_offered"  # the rules found neither an offer nor a reason
