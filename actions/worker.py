"""``python -m actions.worker``: does the jobs, in the foreground, with what the shoppers leave of the processor."""

from __future__ import annotations

import logging
import os

from actions.generators.service import DescriptionService
from actions.jobs import build_jobs
from shop.settings import get_settings
from shop.unit_of_work import Database

_LOWEST_PRIORITY = 19
_LAST_JOB_SECONDS = 8  # supervisors wait ten before they kill


def main() -> None:
    """Run until SIGTERM, which gives the job in hand (one text) a few seconds to finish, or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    os.nice(_LOWEST_PRIORITY)
    settings = get_settings()
    database = Database.from_settings(settings)
    jobs = build_jobs(settings, database, DescriptionService(settings, database))
    jobs.write_descriptions()
    # By default huey drops the job in hand on SIGTERM, which is what supervisors send.
    consumer = jobs.queue.create_consumer(
        workers=1, periodic=False, graceful_signal="TERM", shutdown_timeout=_LAST_JOB_SECONDS
    )
    consumer.run()
    database.close()
    logging.shutdown()
    # The model cannot be stopped while it reads a prompt, and a thread in it must not meet the interpreter's end.
    # A text that is lost so is still missing, and written at the next start.
    os._exit(0)


if __name__ == "__main__":
    main()
