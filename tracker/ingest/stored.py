"""A stored listing as the rules see it: its newest text that counts."""

from sqlalchemy import Connection

from db.errors import GpudealsError
from db.queries import find_listing, revisions_of
from tracker.ingest.reading import listing_text
from tracker.normalize import ListingText


def newest_text(conn: Connection, source: str, external_id: str) -> ListingText:
    """Return the newest text of a listing. Raises GpudealsError where there is none that counts."""
    name = f"{source}:{external_id}"
    listing = find_listing(conn, source, external_id)
    if listing is None:
        raise GpudealsError(f"no listing {name} in the database")
    revisions = revisions_of(conn, [listing.id]).get(listing.id)
    if not revisions:
        raise GpudealsError(f"{name} was only seen by crawls that are not accepted; see `gpudeals status`")
    newest = revisions[-1]
    return listing_text(listing, newest, newest.price_minor)
