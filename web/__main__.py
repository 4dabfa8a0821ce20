"""``python -m web``: the public web server."""

from __future__ import annotations

import uvicorn

from shop.settings import get_settings
from web.app import create_app

_SHUTDOWN_SECONDS = 5


def main() -> None:
    """Serve until told to stop. One worker: turns of a conversation are kept in order within the process."""
    settings = get_settings()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,  # it would write tokens of event streams
        server_header=False,
        ws="none",  # Rasa pins a websockets library that uvicorn cannot use
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
