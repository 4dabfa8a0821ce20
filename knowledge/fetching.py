"""Pages of the public web, fetched for an import and for nothing else.

Who may import may not look around inside our network: a name is resolved once, every address it has must be public,
and the connection goes to an address that was checked, also after each redirect.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx

from shop.errors import BadInput, Refused, Unavailable

_MOST_REDIRECTS = 5
_MOST_BYTES = 2_000_000
_MOST_SECONDS = 15.0
_READABLE = ("text/", "application/xml", "application/xhtml+xml", "application/rss+xml")
_EMBEDDING = ("64:ff9b::/96", "2002::/16", "2001::/32")  # IPv6 that carries an IPv4 address somewhere


@dataclass(frozen=True)
class Page:
    """What an address answered. ``url`` is where the last redirect led."""

    url: str
    kind: str  # the media type, without parameters
    text: str


def resolve(host: str) -> list[str]:
    """All addresses of a host. Raises Unavailable if it has none."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"there is no host {host!r}") from error


def is_public(address: str) -> bool:
    """Whether an address lies in the public internet."""
    found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if any(found in ipaddress.ip_network(network) for network in _EMBEDDING):
            return False
    return found.is_global and not found.is_multicast


class Fetcher:
    """Fetches pages within limits. The arguments are for tests."""

    def __init__(
        self,
        resolve: Callable[[str], Sequence[str]] = resolve,
        is_allowed: Callable[[str], bool] = is_public,
        most_seconds: float = _MOST_SECONDS,
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        self._resolve, self._is_allowed = resolve, is_allowed
        self._most_seconds, self._most_bytes = most_seconds, most_bytes

    def fetch(self, url: str) -> Page:
        """A page as text.

        Raises BadInput for an address that is none, Refused for one that is not public, Unavailable for one that
        does not answer, is too slow, too large, or no text.
        """
        deadline = time.monotonic() + self._most_seconds
        with (
            httpx.Client(trust_env=False, timeout=self._most_seconds / 2, follow_redirects=False) as client,
            self._hanging_up(client),
        ):
            for _ in range(_MOST_REDIRECTS + 1):
                page = self._get(client, url, deadline)
                if isinstance(page, Page):
                    return page
                url = page
        raise Unavailable(f"the page leads on more than {_MOST_REDIRECTS} times, at last to {url}")

    @contextmanager
    def _hanging_up(self, client: httpx.Client) -> Iterator[None]:
        """Hang up on a host that goes on saying a little: a timeout counts from the last byte, and so never comes."""
        timer = threading.Timer(self._most_seconds, client.close)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _get(self, client: httpx.Client, url: str, deadline: float) -> Page | str:
        """The page, or where it leads on to."""
        request = self._request(client, url)
        try:
            with_stream = client.send(request, stream=True)
            try:
                if with_stream.is_redirect:
                    return urljoin(url, with_stream.headers["location"])
                return self._read(with_stream, url, deadline)
            finally:
                with_stream.close()
        except httpx.HTTPError as error:
            raise Unavailable(f"{url} does not answer: {error}") from error
        except (RuntimeError, OSError, ValueError) as error:  # of a connection that was closed under its reader
            if time.monotonic() < deadline:
                raise
            raise Unavailable(f"{url} takes longer than {self._most_seconds:g} seconds") from error

    def _request(self, client: httpx.Client, url: str) -> httpx.Request:
        """A request to an address that was checked, in the name of the host."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise BadInput(f"{url!r} is not an address of a web page: {error}") from error
        if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
            raise BadInput(f"an address begins with https:// or http:// and a host, got {url!r}")
        addresses = list(self._resolve(host))
        if not addresses or not all(self._is_allowed(address) for address in addresses):
            raise Refused(f"{host} is not in the public internet; pages inside a network are not imported")
        target = httpx.URL(url).copy_with(host=addresses[0].split("%")[0])
        default = {"http": 80, "https": 443}[parts.scheme]
        headers = {
            "Host": host if port in (None, default) else f"{host}:{port}",
            "User-Agent": "Aisle-import",
            "Accept": "text/html, text/plain, text/xml",
        }
        return client.build_request(
            "GET",
            target,
            headers=headers,
            extensions={"sni_hostname": host, "timeout": httpx.Timeout(self._most_seconds / 2).as_dict()},
        )

    def _read(self, response: httpx.Response, url: str, deadline: float) -> Page:
        if response.status_code != httpx.codes.OK:
            raise Unavailable(f"{url} answers {response.status_code} {response.reason_phrase}")
        kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
        if not kind.startswith(_READABLE):
            raise Unavailable(f"{url} is no page but {kind or 'of no kind'}")
        content = bytearray()
        for part in response.iter_bytes():
            content += part
            if len(content) > self._most_bytes:
                raise Unavailable(f"{url} has more than {self._most_bytes:,} bytes")
            if time.monotonic() > deadline:
                raise Unavailable(f"{url} takes longer than {self._most_seconds:g} seconds")
        encoding = response.charset_encoding or "utf-8"
        try:
            return Page(url, kind, bytes(content).decode(encoding))
        except (LookupError, UnicodeDecodeError) as error:
            raise Unavailable(f"{url} is not written in {encoding}, as it says: {error}") from error
