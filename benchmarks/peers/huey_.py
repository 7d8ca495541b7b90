# /// script
# requires-python = ">=3.11"
# dependencies = ["huey", "redis", "hiredis"]
# ///
"""huey on Redis with jobs that have an ETA: one worker thread, the scheduler every second, its shortest interval.

Results are not kept and the queue is waited for, not polled.
"""

from datetime import UTC, datetime

from huey import RedisHuey

from benchmarks.peers.script import Job, redis_url, run, start

huey = RedisHuey("benchmark", url=redis_url(), results=False)
job = huey.task(name="job")(start)


def work() -> None:
    """One worker."""
    huey.create_consumer(workers=1, worker_type="thread", scheduler_interval=1, periodic=False).run()


def enqueue(jobs: list[Job]) -> None:
    """All jobs, one by one."""
    for one in jobs:
        job.schedule(args=one, eta=datetime.fromtimestamp(one.due, UTC))


if __name__ == "__main__":
    run(worker=work, enqueue=enqueue)
