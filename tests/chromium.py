"""A real Chromium for the browser tests: the installed one, else Debian's package, else Playwright's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import Browser, Playwright, sync_playwright

# Without these, Chromium talks to its maker's hosts at every start.
_QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
_NAMES = ("chromium", "chromium-browser", "google-chrome")


class NoBrowser(Exception):
    """None of the three ways led to a browser; says what each answered."""


def open_chromium() -> Iterator[Browser]:
    """Yield a running browser and close it afterwards. Raises NoBrowser."""
    with sync_playwright() as playwright:
        browser = _launch(playwright)
        yield browser
        browser.close()


def _launch(playwright: Playwright) -> Browser:
    path = _installed() or _from_debian()
    try:
        if path is None:
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, check=True)
        return playwright.chromium.launch(executable_path=path, args=list(_QUIET))
    except Exception as error:
        raise NoBrowser(f"no Chromium is installed, apt-get gave none, and Playwright's own failed: {error}") from error


def _installed() -> str | None:
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def _from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # The fonts: without them Chinese is drawn as boxes, and a screenshot shows nothing.
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"]):
        subprocess.run(["apt-get", "-qq", *command], env=environment, capture_output=True, check=False)
    return _installed()
