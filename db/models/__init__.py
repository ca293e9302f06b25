"""All tables, in the order in which they depend on each other."""

from db.models.alerts import Alert, JobRun, Lease, Watch
from db.models.derived import DailyPrice, DailyTodo, FairValue, Gpu, Observation, Offer
from db.models.raw import Correction, CrawlPlan, CrawlRun, Cursor, Quota, RawListing, RawRevision, Sighting, TakenAway

__all__ = [
    "Alert",
    "Correction",
    "CrawlPlan",
    "CrawlRun",
    "Cursor",
    "DailyPrice",
    "DailyTodo",
    "FairValue",
    "Gpu",
    "JobRun",
    "Lease",
    "Observation",
    "Offer",
    "Quota",
    "RawListing",
    "RawRevision",
    "Sighting",
    "TakenAway",
    "Watch",
]
