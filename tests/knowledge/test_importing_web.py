"""Pages of the web: read as Markdown, within limits, and never from inside our network."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from knowledge.fetching import Fetcher, is_public
from knowledge.importing_web import read_web
from knowledge.page_reader import PageReader
from shop.errors import BadInput, Refused, Unavailable

PAGE = """<html><head><title>Returns | Shop</title><script>alert(1)</script></head><body><nav><a href=/>Home</a></nav>
<main><h1>How to <b>return</b></h1><p>Within <b>30 days</b>, see <a href="/policy">our policy</a>.</p>
<ul><li>Pack it</li><li>Print the <code>label</code></li></ul><h2>Costs</h2><p>Free &amp; easy</p></main>
<footer>bye</footer></body></html>"""
MARKDOWN = """Within **30 days**, see [our policy](http://shop.example/policy).

- Pack it
- Print the `label`

## Costs

Free & easy"""


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        base = f"http://shop.example:{self.server.server_port}"
        pages = {
            "/help/returns.html": ("text/html", PAGE.encode()),
            "/sitemap.xml": (
                "application/xml",
                f"<urlset><url><loc>{base}/help/returns.html</loc></url><url><loc>{base}/gone</loc></url>"
                f"<url><loc>http://10.0.0.1/secret</loc></url></urlset>".encode(),
            ),
            "/big": ("text/html", b"x" * 300_000),
            "/picture": ("image/png", b"x"),
            "/wrong": ("text/html; charset=utf-8", "caf\u00e9".encode("latin-1")),
        }
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "http://10.0.0.1/secret")
            self.end_headers()
        elif self.path == "/round":
            self.send_response(302)
            self.send_header("Location", "/round")
            self.end_headers()
        elif self.path == "/slow":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            for _ in range(40):
                self.wfile.write(b"x")
                time.sleep(0.1)
        elif self.path in pages:
            kind, content = pages[self.path]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(content)
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://shop.example:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def lenient(most_seconds: float = 20) -> Fetcher:
    """Takes shop.example for a public host that happens to be this machine."""

    def look_up(host: str) -> list[str]:
        return ["127.0.0.1"] if host == "shop.example" else [host]

    return Fetcher(look_up, lambda address: address == "127.0.0.1", most_seconds, most_bytes=200_000)


def test_the_main_part_of_a_page_becomes_markdown() -> None:
    reader = PageReader("http://shop.example/help")
    reader.feed(PAGE)
    reader.close()
    assert reader.title == "How to return"
    assert reader.markdown == MARKDOWN


def test_a_page_is_a_draft(site: str) -> None:
    (incoming,), problems = read_web(f"{site}/help/returns.html", "returns", lenient())
    assert problems == []
    assert (incoming.status, incoming.draft.slug, incoming.draft.language) == ("draft", "returns", "en")
    assert incoming.draft.title == "How to return"


def test_a_sitemap_is_all_its_pages_and_the_unusable_are_named(site: str) -> None:
    incoming, problems = read_web(f"{site}/sitemap.xml", "help", lenient())
    assert [one.draft.slug for one in incoming] == ["returns"]
    assert ["404" in problems[0].reason, "public internet" in problems[1].reason] == [True, True]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone", "404"),
        ("/big", "200,000 bytes"),
        ("/picture", "image/png"),
        ("/wrong", "utf-8"),
        ("/round", "more than 5 times"),
    ],
)
def test_a_page_that_cannot_be_read_is_said(site: str, path: str, reason: str) -> None:
    with pytest.raises(Unavailable, match=reason):
        lenient().fetch(site + path)


def test_a_page_that_takes_forever_is_given_up(site: str) -> None:
    with pytest.raises(Unavailable, match=r"takes longer than 1\.5 seconds|does not answer"):
        lenient(1.5).fetch(f"{site}/slow")


def test_a_redirect_into_the_network_is_refused(site: str) -> None:
    with pytest.raises(Refused, match=r"10\.0\.0\.1 is not in the public internet"):
        lenient().fetch(f"{site}/redirect")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:8080/",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[fe80::1]/",
        "http://[fd12:3456::1]/",
        "http://[::]/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://100.64.0.1/",
    ],
)
def test_addresses_inside_a_network_are_refused(url: str) -> None:
    with pytest.raises(Refused, match="public internet"):
        Fetcher().fetch(url)


class Rebinding:
    """A name whose answer changes between two questions, as an attacker's does."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str) -> list[str]:
        self.asked += 1
        return [self.answers[min(self.asked, len(self.answers)) - 1]]


def test_a_name_that_is_bound_anew_leads_only_where_it_was_looked_at(site: str) -> None:
    names = Rebinding("127.0.0.1", "10.0.0.1")
    page = Fetcher(names, lambda address: address == "127.0.0.1").fetch(f"{site}/help/returns.html")
    assert "30 days" in page.text  # the address that was checked is the one that was asked
    assert names.asked == 1


def test_a_name_that_is_bound_anew_before_a_redirect_is_refused(site: str) -> None:
    names = Rebinding("127.0.0.1", "10.0.0.1")
    with pytest.raises(Refused, match="public internet"):
        Fetcher(names, lambda address: address == "127.0.0.1").fetch(f"{site}/round")
    assert names.asked == 2


@pytest.fixture
def mute() -> Iterator[Callable[[bytes], str]]:
    """A server that takes a request and then says these bytes over and over, one at a time, or nothing."""
    listener, stop = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve(said: bytes) -> str:
        def talk() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                for byte in itertools.cycle(said) if said else iter(()):
                    connection.sendall(bytes([byte]))
                    if stop.wait(0.05):
                        return
                stop.wait(20)

        threading.Thread(target=talk, daemon=True).start()
        return f"http://shop.example:{listener.getsockname()[1]}/"

    yield serve
    stop.set()
    listener.close()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nX-More: and more and more", b"HTTP/1.1 200"])
def test_a_page_that_does_not_answer_is_given_up(mute: Callable[[bytes], str], said: bytes) -> None:
    with pytest.raises(Unavailable, match=r"does not answer|takes longer"):
        lenient(1.5).fetch(mute(said))


def test_nobody_at_home_is_said(free_port: int) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        lenient().fetch(f"http://shop.example:{free_port}/")
    with pytest.raises(Unavailable, match="there is no host"):
        Fetcher().fetch("http://no-such-host.invalid/")


def test_a_name_with_one_private_address_is_refused() -> None:
    with pytest.raises(Refused):
        Fetcher(lambda _: ["93.184.216.34", "10.0.0.1"]).fetch("http://two-faced.example/")


@pytest.mark.parametrize(
    "url", ["", "returns", "file:///etc/passwd", "ftp://a.b/", "http://user:pw@a.b/", "http://a.b:x/"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        Fetcher(lambda _: ["93.184.216.34"]).fetch(url)


def test_public_addresses_are_told_apart() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert not is_public("224.0.0.1")
    assert not is_public("2002:a00:1::")
