"""Logging in at a provider of OpenID Connect that runs here: who comes back is let in only when all of it is right."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from rag import SettingsError
from rag.serving.entry.keys import Right
from rag.serving.entry.options import Address, Provider, ServeOptions

KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
HERE = "http://127.0.0.1:1"
"""How browsers know the server; the tests go to where it really is."""


class OpenIdProvider:
    """A provider that lets in everybody who asks, and says of the tokens what a test wants.

    said: what the next token says otherwise. key, algorithm: what it is signed with.
    """

    def __init__(self) -> None:
        self.said: dict[str, object] = {}
        self.key: object = KEY
        self.algorithm = "RS256"
        self.asked: dict[str, dict[str, str]] = {}
        self.url = ""

    def described(self) -> dict[str, object]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    def keys(self) -> dict[str, object]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes on to, with a code that is good once."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str]) -> tuple[int, dict[str, object]]:
        asked = self.asked.pop(sent.get("code", ""), None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or any(sent[name] != asked[name] for name in ("client_id", "redirect_uri"))
            or sent["client_secret"] != "hush"
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {"iss": self.url, "aud": asked["client_id"], "sub": "1", "iat": now, "exp": now + 300}
        said |= {"nonce": asked["nonce"], "email": "Anna@example.org", "email_verified": True}
        said = {name: value for name, value in (said | self.said).items() if value is not None}
        token = jwt.encode(said, self.key, algorithm=self.algorithm, headers={"kid": "one"})
        return 200, {"id_token": token, "access_token": "x", "token_type": "Bearer"}


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    made = OpenIdProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", made.authorize(dict(parse_qsl(parts.query))))
                self.end_headers()
            else:
                self.answer(200, made.keys() if parts.path == "/keys" else made.described())

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(*made.token(dict(parse_qsl(sent))))

        def answer(self, status: int, said: dict[str, object]) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *arguments: object) -> None:
            """Say nothing on stderr."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture
def browser(own_server, provider) -> httpx.Client:
    """A browser that knows nobody, before a server whose users may read and ask."""
    told = Provider(issuer=provider.url, public_url=HERE, client_id="ours", client_secret="hush")
    return own_server(provider=told).http


def sent_back(browser: httpx.Client) -> str:
    """The path with which the provider sends the browser back."""
    begun = browser.get("/login")
    assert begun.status_code == 303
    location = httpx.get(begun.headers["location"]).headers["location"]
    assert location.startswith(f"{HERE}/login/callback?")
    return location.removeprefix(HERE)


def refusal(answer: httpx.Response) -> str:
    assert answer.status_code == 401
    assert "session" not in answer.cookies
    assert answer.json()["error"]["code"] == "login_failed"
    message: str = answer.json()["error"]["message"]
    assert " - " in message
    return message


def test_who_logs_in_may_do_what_users_may(browser):
    assert browser.get("/v1/models").status_code == 401
    answer = browser.get(sent_back(browser))
    assert answer.json() == {"object": "session", "user": "anna@example.org"}
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.get("/v1/documents").json()["data"] == []
    assert browser.post("/v1/search", json={"query": "bridge"}).json()["data"] == []
    assert browser.delete("/v1/documents/x").status_code == 403
    assert browser.get("/metrics").status_code == 403


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": None}, "cannot be read"),
        ({"exp": int(time.time()) - 3600}, "too old"),
        ({"exp": None}, "cannot be read"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"email": None}, "names no user"),
        ({"email": "a b"}, "names no user"),
        ({"email_verified": False}, "not verified"),
    ],
)
def test_token_that_is_not_right_lets_nobody_in(browser, provider, said, why):
    provider.said = said
    assert why in refusal(browser.get(sent_back(browser)))
    assert browser.get("/v1/models").status_code == 401


@pytest.mark.parametrize(
    ("key", "algorithm"), [(OTHER_KEY, "RS256"), (None, "none"), ("a secret that everybody knows, 32", "HS256")]
)
def test_token_that_the_provider_did_not_sign_lets_nobody_in(browser, provider, key, algorithm):
    provider.key, provider.algorithm = key, algorithm
    assert "not signed by the provider" in refusal(browser.get(sent_back(browser)))


def test_state_code_and_cookie_have_to_be_those_of_one_login(browser, provider):
    back = sent_back(browser)
    asked = parse_qs(urlsplit(back).query)
    assert "state" in refusal(browser.get(f"/login/callback?code={asked['code'][0]}&state=another"))
    assert "did not let you in" in refusal(
        browser.get(f"/login/callback?error=access_denied&state={asked['state'][0]}")
    )
    assert "does not answer" in refusal(browser.get(f"/login/callback?code=guessed&state={asked['state'][0]}"))
    kept = dict(browser.cookies)
    browser.cookies.clear()
    assert "begun no login here" in refusal(browser.get(back))
    assert "begun no login here" in refusal(browser.get(back, headers={"Cookie": f"login={kept['login'][:-1]}x"}))
    assert browser.get(back, headers={"Cookie": f"login={kept['login']}"}).status_code == 200
    assert "does not answer" in refusal(browser.get(back, headers={"Cookie": f"login={kept['login']}"}))


@pytest.mark.parametrize("value", ["", "x", "x.y", "e30=.00", "é"])
def test_cookie_that_was_not_made_here_opens_nothing(browser, value):
    answer = browser.get("/v1/models", headers={"Cookie": f"session={value}".encode()})
    assert answer.status_code == 401


def test_cookie_of_a_login_is_no_session(browser):
    sent_back(browser)
    assert browser.get("/v1/models", headers={"Cookie": f"session={browser.cookies['login']}"}).status_code == 401


@pytest.mark.parametrize("change", [{"issuer": "http://example.org"}, {"public_url": "ftp://x"}, {"client_id": ""}])
def test_provider_that_cannot_be_is_refused_at_the_start(change):
    right = {"issuer": "https://id.example.org", "public_url": "https://rag.example.org", "client_id": "ours"}
    told = Provider(**right)
    assert told.rights == {Right.READ, Right.ASK}
    assert ServeOptions(address=Address("0.0.0.0", 0), provider=told).has_users
    with pytest.raises(SettingsError, match=" - give"):
        Provider(**right | change)
