"""What is fetched: over HTTP, within limits, from the public network alone, and one clear sentence for what is not."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
import zlib
from contextlib import nullcontext

import pytest

from rag.errors import ReadError
from rag.ingestion.connecting import FetchLimits, _why_not, is_public
from rag.ingestion.fetching import Head, Manners, StatusError, Validators, fetch, normal_address
from rag.ingestion.uploads import suffix_of
from tests.conftest import Reply

HERE = FetchLimits(max_bytes=100_000, max_seconds=5, max_connect_seconds=2, may_be_private=True)
PUBLIC = HERE._replace(may_be_private=False)
BRIDGE = b"The bridge opened in 1932."


@pytest.fixture
def get(tmp_path):
    def get(address, limits=HERE, **arguments):
        path = tmp_path / "fetched"
        path.unlink(missing_ok=True)
        fetched = fetch(normal_address(address), path, limits=limits, refusal=lambda _: "", **arguments)
        return None if fetched is None else (fetched.head, path.read_bytes())

    return get


def refusal(get, address, limits=HERE, **arguments):
    with pytest.raises(ReadError) as caught:
        get(address, limits, **arguments)
    assert "\n" not in caught.value.reason
    assert " - " in caught.value.reason
    return caught.value.reason


# Where from


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "2130706433", "0x7f.1", "017700000001", "127.1", "0", "[::1]", "[::]"),
        *("[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fc00::1]"),
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "168.63.129.16", "224.0.0.1"),
    ],
)
def test_what_only_this_machine_can_reach_is_refused_however_it_is_written(get, monkeypatch, host):
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it was called"))
    reason = refusal(get, f"http://{host}/", PUBLIC)
    assert "which is not on the public network - set fetch_private" in reason or "no document comes from" in reason


@pytest.mark.parametrize("host", ["169.254.169.254", "[::ffff:169.254.169.254]", "168.63.129.16", "[fe80::1]"])
def test_where_clouds_keep_secrets_is_refused_also_where_private_addresses_are_allowed(get, host):
    assert "no document comes from" in refusal(get, f"http://{host}/")


def test_public_addresses_are_public():
    assert all(map(is_public, ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"]))


def test_name_of_which_one_address_is_private_is_refused(get, monkeypatch):
    names(monkeypatch, ["93.184.216.34", "127.0.0.1"])
    assert "'mixed.test' is 127.0.0.1" in refusal(get, "http://mixed.test/", PUBLIC)


def test_connection_goes_to_the_address_that_was_looked_at_when_the_name_changes(get, monkeypatch):
    called = []
    names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])

    def connect(place, *arguments, **_):
        called.append(place)
        raise OSError("not today")

    monkeypatch.setattr(socket, "create_connection", connect)
    assert refusal(get, "http://rebinding.test/", PUBLIC).startswith("no connection comes about (not today)")
    assert called == [("93.184.216.34", 80)]


def names(monkeypatch, *answers):
    """Let every name stand for the next of these lists of addresses, the last one for ever."""
    waiting = list(answers)

    def look_up(host, port, *_, **__):
        is_name = not host[0].isdecimal()
        found = [host] if not is_name else waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ("ftp://example.org/a", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("gopher://example.org/", "only http and https"),
        ("https://ida:secret@example.org/", "a name or a password"),
        ("http://", "names no host"),
        ("http://[::1", "it is no address"),
        ("http://example.org:99999/", "it is no address"),
        ("https://example.org/" + "a" * 5000, "longer than 4,000"),
    ],
)
def test_what_is_no_address_to_fetch_is_refused(given, because):
    with pytest.raises(ReadError, match=because) as caught:
        normal_address(given)
    assert "secret" not in str(caught.value)


def test_address_has_one_form():
    assert normal_address("HTTP://EXAMPLE.org:80/Ä?q=ä#top") == "http://example.org/%C3%84?q=%C3%A4"


def test_proxy_of_the_environment_is_used_and_asked_for_nothing_private(get, site, monkeypatch):
    site.put("http://example.test/", BRIDGE, "text/plain")
    monkeypatch.setenv("http_proxy", site.url)
    names(monkeypatch, ["93.184.216.34"])
    assert get("http://example.test/", PUBLIC)[1] == BRIDGE
    assert "not on the public network" in refusal(get, "http://127.0.0.1/", PUBLIC)
    assert site.asked == ["http://example.test/"]
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1080")
    assert "'socks5' are not spoken" in refusal(get, "http://example.test/", PUBLIC)
    monkeypatch.setenv("http_proxy", "http://[::1")
    assert "the proxy of the environment is no address" in refusal(get, "http://example.test/", PUBLIC)


# Redirects


def test_redirect_is_followed_and_its_end_is_told(get, site):
    site.put("/b", BRIDGE, "text/plain; charset=ISO-8859-1", ETag='"1"')
    site.lead("/a", "b#part")
    head, data = get(site.url + "/a")
    assert head == Head(site.url + "/b", "text/plain", "iso-8859-1", '"1"', "")
    assert data == BRIDGE


@pytest.mark.parametrize(
    ("location", "because"),
    [
        ("http://169.254.169.254/latest/meta-data", "no document comes from"),
        ("file:///etc/passwd", "only http and https"),
        ("//u:p@example.org/", "a name or a password"),
        ("", "does not say where"),
        ("/loop", "leads on and on"),
        ("http://[", "is not followed"),
    ],
)
def test_redirect_is_held_to_the_same_rules(get, site, location, because):
    assert because in refusal(get, site.lead("/loop", location))


def test_redirect_to_a_private_address_is_refused(get, site, monkeypatch):
    site.lead("/a", "http://inside.test/")
    names(monkeypatch, ["10.0.0.1"])
    monkeypatch.setattr("rag.ingestion.connecting.is_public", lambda ip: ip == "127.0.0.1")
    assert "'inside.test' is 10.0.0.1" in refusal(get, site.url + "/a", PUBLIC)


def test_chain_without_an_end_is_left(get, site):
    for number in range(30):
        site.lead(f"/{number}", f"/{number + 1}")
    assert "leads on and on (11 times" in refusal(get, site.url + "/0")
    assert len(site.asked) == 11


def test_https_leads_to_no_http():
    from rag.ingestion.fetching import _next_hop

    with pytest.raises(ReadError, match="which anybody could have changed"):
        _next_hop("https://example.org/", ["https://example.org/"], "http://example.org/b")
    assert _next_hop("http://example.org/", ["http://example.org/"], "https://example.org/") == "https://example.org/"


# Limits


def test_slow_server_is_left_when_the_time_is_up(get, site):
    def slowly():
        while True:
            yield b"x"
            time.sleep(0.05)

    site.pages["/slow"] = Reply(200, {"Content-Type": "text/plain"}, slowly())
    started = time.monotonic()
    assert "longer than 0.5 seconds" in refusal(get, site.url + "/slow", HERE._replace(max_seconds=0.5))
    assert time.monotonic() - started < 3


def test_silent_server_is_left_when_the_time_is_up(get):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert "longer than 0.3 seconds" in refusal(get, address, HERE._replace(max_seconds=0.3))


def test_slow_look_up_is_left(get, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [time.sleep(1)][1:])
    reason = refusal(get, "http://slow.test/", HERE._replace(max_connect_seconds=0.1))
    assert "not known (no answer within 0.1 seconds)" in reason


def test_endless_body_is_left_when_there_is_enough(get, site):
    def endless():
        while True:
            yield b"x" * 10_000

    site.pages["/endless"] = Reply(200, {"Content-Type": "text/plain"}, endless())
    assert "more than the 100,000 bytes" in refusal(get, site.url + "/endless")
    site.put("/long", b"", Content_Length="100001")
    assert "more than the 100,000 bytes" in refusal(get, site.url + "/long")


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_packed_body_is_unpacked_and_a_bomb_is_not(get, site, pack):
    packing = "gzip" if pack is gzip.compress else "deflate"
    site.put("/good", pack(BRIDGE), Content_Encoding=packing)
    assert get(site.url + "/good")[1] == BRIDGE
    site.put("/bomb", pack(bytes(50_000_000)), Content_Encoding=packing)
    assert "more than the 100,000 bytes" in refusal(get, site.url + "/bomb")
    site.put("/torn", pack(BRIDGE * 50)[:20], Content_Encoding=packing)
    assert "broke off" in refusal(get, site.url + "/torn")
    site.put("/bad", b"no such thing", Content_Encoding=packing)
    assert "cannot be unpacked" in refusal(get, site.url + "/bad")


def test_packing_that_was_not_asked_for_is_refused(get, site):
    site.put("/a", BRIDGE, Content_Encoding="br")
    assert "packs it as 'br'" in refusal(get, site.url + "/a")


def test_body_that_is_shorter_than_told_is_refused(get, site):
    site.put("/a", BRIDGE, Content_Length="1000")
    assert "broke off" in refusal(get, site.url + "/a")


# What servers answer


@pytest.mark.parametrize(
    ("status", "because"),
    [
        (404, "there is no such page"),
        (410, "there is no such page"),
        (403, "not for everybody"),
        (500, "500 (Internal Server Error)"),
        (204, "204 (No Content)"),
        (304, "304 (Not Modified)"),
        (799, "799 (an unknown status)"),
        (503, "try again later"),
    ],
)
def test_each_refusal_of_a_server_is_one_sentence(get, site, status, because):
    site.pages["/a"] = Reply(status, {}, [])
    with pytest.raises(StatusError, match=r"the server answers") as caught:
        get(site.url + "/a")
    assert because in caught.value.reason
    assert caught.value.is_gone is (status in (404, 410))


@pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("soon", 0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)])
def test_server_says_when_to_come_again(get, site, header, seconds):
    site.pages["/a"] = Reply(429, {"Retry-After": header}, [])
    with pytest.raises(StatusError) as caught:
        get(site.url + "/a")
    assert caught.value.seconds == seconds


def test_what_is_known_is_not_sent_again(get, site):
    def page(headers):
        is_known = headers.get("if-none-match") == '"7"' and headers.get("if-modified-since") == "yesterday"
        return Reply(304, {}, []) if is_known else Reply(200, {}, [BRIDGE])

    site.pages["/a"] = page
    assert get(site.url + "/a", known=Validators('"7"', "yesterday", site.url + "/a")) is None
    assert get(site.url + "/a", known=Validators('"7"', "yesterday", site.url + "/other"))[1] == BRIDGE


def test_we_say_who_we_are_and_nothing_of_who_asks(get, site):
    get(site.put("/a", BRIDGE))
    assert site.headers[0]["user-agent"].startswith("chapter-and-verse/")
    assert set(site.headers[0]) == {"host", "user-agent", "accept", "accept-encoding", "connection"}


def test_server_that_speaks_no_tls_is_one_sentence(get, site):
    assert refusal(get, site.url.replace("http:", "https:") + "/a").startswith("no encrypted connection comes about")


def test_certificate_that_cannot_be_trusted_is_one_sentence():
    error = ssl.SSLCertVerificationError("bad")
    error.verify_message = "self-signed certificate"
    outer = OSError("x")
    outer.__cause__ = error
    assert _why_not(outer).startswith("its certificate cannot be trusted (self-signed certificate) - ")


def test_nobody_listening_is_one_sentence(get):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    assert refusal(get, address).startswith("no connection comes about")


# Manners


def manners(robots: str | Exception, delay_seconds: float = 0.0) -> Manners:
    def text_of(address):
        assert address == "https://example.org/robots.txt"
        if isinstance(robots, Exception):
            raise robots
        return robots

    return Manners(text_of, delay_seconds=delay_seconds)


@pytest.mark.parametrize(
    ("robots", "is_allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\nUser-agent: chapter-and-verse\nDisallow: /private", True),
        ("User-agent: Chapter-And-Verse\nDisallow: /*.html?x=1$", False),
        ("User-agent: *\nDisallow: /news\nAllow: /news/a", True),
        ("User-agent: other\nDisallow: /", True),
        ("<html>not found</html>", True),
        (StatusError("x", "gone - wait", status=404), True),
        (StatusError("x", "not for you - wait", status=403), True),
        (StatusError("x", "too much - wait", status=429), False),
        (StatusError("x", "broken - wait", status=500), False),
        (ReadError("x", "nobody is there - wait"), False),
    ],
)
def test_site_says_what_programs_may_ask_for(robots, is_allowed):
    with nullcontext() if is_allowed else pytest.raises(ReadError, match=r"https://example\.org/robots\.txt .* - "):
        manners(robots).wait_for_turn("https://example.org/news/a.html?x=1")


def test_site_that_does_not_answer_is_not_waited_for_again():
    asked = []

    def text_of(address):
        asked.append(address)
        raise ReadError(address, "nobody is there - wait")

    polite = Manners(text_of, delay_seconds=0)
    for name in "ab":
        with pytest.raises(ReadError, match=f"{name}': https://example.org/robots.txt cannot be read: nobody is there"):
            polite.wait_for_turn(f"https://example.org/{name}")
    assert asked == ["https://example.org/robots.txt"]


def test_site_is_asked_no_more_often_than_it_wants():
    for robots, delay, least in (("", 0.1, 0.1), ("User-agent: *\nCrawl-delay: 0.2", 0.1, 0.2)):
        polite = manners(robots, delay)
        started = time.monotonic()
        for _ in range(2):
            polite.wait_for_turn("https://example.org/a")
        assert least <= time.monotonic() - started < least + 0.2


def test_site_that_wants_to_be_asked_too_seldom_is_asked_once():
    polite = manners("User-agent: *\nCrawl-delay: 86400")
    polite.wait_for_turn("https://example.org/a")
    with pytest.raises(ReadError, match="asks for 86400 seconds between two pages"):
        polite.wait_for_turn("https://example.org/b")


# Kinds


@pytest.mark.parametrize(
    ("name", "media_type", "start", "suffix"),
    [
        ("/a", "text/html", b"", ".html"),
        ("/a.pdf", "text/html", b"<html>", ".html"),
        ("/a", "application/octet-stream", b"%PDF-1.7", ".pdf"),
        ("/a", "text/html", b"%PDF-1.7", ".pdf"),
        ("/a.csv", "text/plain", b"a,b", ".csv"),
        ("/a", "text/plain", b"a,b", ".txt"),
        ("/a", "", b"  <!DOCTYPE html>", ".html"),
        ("/a.docx", "application/octet-stream", b"PK", ".docx"),
        ("/a", "", b"\xef\xbb\xbf<p>It rained.", ".html"),
        ("/a", "application/rss+xml", b"<rss>", ".xml"),
        ("/a.pdf", "application/x-unknown", b"?", ".pdf"),
        ("/a.pdf", "image/gif", b"GIF8", ""),
        ("/a", "", b"\0\1", ""),
        ("/a.exe", "application/octet-stream", b"MZ", ""),
    ],
)
def test_kind_is_what_the_server_says_else_the_name_else_the_bytes(name, media_type, start, suffix):
    suffixes = (".html", ".pdf", ".csv", ".txt", ".docx", ".xml")
    assert suffix_of(f"https://example.org{name}", media_type, start, suffixes) == suffix
