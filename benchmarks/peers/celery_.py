# /// script
# requires-python = ">=3.11"
# dependencies = ["celery[redis]", "hiredis"]
# ///
"""Celery with Redis as its broker and jobs that have an ETA: the prefork pool with one process.

Results are ignored; gossip, mingling and heartbeats between workers are off, as there is one. A worker fetches all jobs
at once and keeps them in memory until they are due.
"""

from datetime import UTC, datetime

from celery import Celery

from benchmarks.peers.script import Job, redis_url, run, start

OPTIONS = "--pool=prefork --concurrency=1 --loglevel=ERROR --without-gossip --without-mingle --without-heartbeat"

app = Celery("benchmark", broker=redis_url().replace("unix://", "redis+socket://"))
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
job = app.task(name="job")(start)


def work() -> None:
    """One worker."""
    app.worker_main(["worker", *OPTIONS.split()])


def enqueue(jobs: list[Job]) -> None:
    """All jobs, one by one."""
    for one in jobs:
        job.apply_async(args=one, eta=datetime.fromtimestamp(one.due, UTC))


if __name__ == "__main__":
    run(worker=work, enqueue=enqueue)
