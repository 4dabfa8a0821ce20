"""``python -m actions``: the action server, on loopback only."""

from __future__ import annotations

import logging

import uvicorn

from actions.bootstrap import open_services
from actions.registry import all_skills
from actions.server import create_app
from shop.garbage import keep_loaded
from shop.settings import get_settings


def main() -> None:
    """Serve until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = get_settings()
    secret = settings.channel_secret if settings.guard_actions else ""
    app = create_app(all_skills(open_services(settings)), secret)
    keep_loaded()
    # ws: uvicorn would import websockets in a version newer than Rasa allows; nothing here speaks it.
    uvicorn.run(app, host="127.0.0.1", port=settings.actions_port, log_level="warning", access_log=False, ws="none")


if __name__ == "__main__":
    main()
