"""The verdict on a crawl is carried out once."""

from datetime import UTC, datetime
from threading import Thread

from sqlalchemy import Engine, text

from crawlers.listing import RawListing
from crawlers.run import begin, finish
from crawlers.source import sources
from db.errors import GpudealsError
from db.store import finish_run, lock_writers, promote_run
from tracker.judging import Judge

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_run_that_another_process_judges_meanwhile_is_not_judged_again(engine: Engine) -> None:
    run = begin(engine, sources()["hardwareswap"], lambda: NOW)
    run.keep([RawListing(source="hardwareswap", external_id="1qaaa01", seen_as="api", title="[H] RTX 3090")])
    finish(run, "finished", "")
    said: list[str] = []

    def judge() -> None:
        try:
            Judge(engine).judge(run.id, NOW)
        except GpudealsError as error:
            said.append(str(error))

    second = Thread(target=judge)
    with engine.begin() as conn:
        lock_writers(conn)
        finish_run(conn, run.id, "ok", "the verdict of the first", {}, NOW)
        promote_run(conn, run.id, NOW)
        second.start()
        second.join(0.5)  # time enough to look at the run before this is written
    second.join()
    assert said == [f"run {run.id} is being judged by another process"]
    with engine.connect() as conn:
        assert conn.execute(text("SELECT message FROM crawl_run")).scalar() == "the verdict of the first"
