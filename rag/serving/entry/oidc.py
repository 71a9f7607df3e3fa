"""Logging in at a provider of OpenID Connect: the authorisation code with PKCE, and what is checked of what comes back.

A browser is sent to the provider and comes back with a code, for which the server gets a token that says who it is. The
token is believed when the provider signed it, for this server, for this login, and not too long ago. Then the browser
gets a cookie that only this process could have made; it opens what a key would. Nothing is kept of the token.

Source: OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE); RFC 9700 (best practice).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
import jwt

from rag.serving.entry.keys import Holder
from rag.serving.entry.options import CALLBACK, Provider

__all__ = ["Login", "LoginError"]

_ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA")  # signed with a key that only the provider has
_LOGIN_SECONDS = 600
_SESSION_SECONDS = 8 * 3600
_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 10.0
_NEEDED = frozenset({"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"})
_USER = re.compile(r"[\w.@+-]{1,100}")


class LoginError(Exception):
    """Nobody is let in; the message says why, and what to do."""


class Started(NamedTuple):
    """A login that has begun: where the browser goes, and the cookie by which it is known again."""

    location: str
    cookie: str


class Login:
    """Logs people in at one provider."""

    def __init__(self, provider: Provider, *, clock: Callable[[], float] = time.time) -> None:
        self._provider = provider
        self._redirect_uri = f"{provider.public_url.rstrip('/')}{CALLBACK}"
        self.is_secure = provider.public_url.startswith("https:")
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._described: dict[str, Any] = {}

    async def start(self) -> Started:
        """Begin a login.

        Raises:
            LoginError: the provider cannot be asked, or says that it is another one.
        """
        described = await self._description()
        begun = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun["verifier"].encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid email profile",
            "state": begun["state"],
            "nonce": begun["nonce"],
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        return Started(f"{described['authorization_endpoint']}?{urlencode(asked)}", self._signed(begun, _LOGIN_SECONDS))

    async def finish(self, cookie: str, *, state: str, code: str) -> str:
        """The cookie of a session, for who comes back from the provider.

        Raises:
            LoginError: something of it is not what it has to be.
        """
        begun = self._read(cookie)
        if not begun or "state" not in begun:
            raise LoginError("cannot log you in: this browser has begun no login here, or too long ago - begin again")
        if not hmac.compare_digest(begun["state"].encode(), state.encode("utf-8", "replace")):
            raise LoginError("cannot log you in: the state is that of another login - begin again")
        if not code:
            raise LoginError("cannot log you in: the provider did not let you in - begin again, or ask who runs it")
        token = await self._token(code, begun["verifier"])
        user = await self._user_in(token, begun["nonce"])
        return self._signed({"user": user}, _SESSION_SECONDS)

    def holder(self, cookie: str) -> Holder | None:
        """Who has the cookie of a session; None when it is none, or over."""
        said = self._read(cookie)
        return Holder(said["user"], self._provider.rights) if said and "user" in said else None

    async def _description(self) -> dict[str, Any]:
        if not self._described:
            issuer = self._provider.issuer.rstrip("/")
            described = await self._json("GET", f"{issuer}/.well-known/openid-configuration")
            if missing := _NEEDED - described.keys():
                raise LoginError(f"cannot log you in: {issuer!r} does not say its {min(missing)} - name a provider")
            if str(described.get("issuer", "")).rstrip("/") != issuer:
                raise LoginError(
                    f"cannot log you in: {issuer!r} says that it is {described.get('issuer')!r} - name that one"
                )
            self._described = described
        return self._described

    async def _token(self, code: str, verifier: str) -> str:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "client_id": self._provider.client_id,
            "code_verifier": verifier,
        }
        if self._provider.client_secret:
            sent["client_secret"] = self._provider.client_secret
        described = await self._description()
        answer = await self._json("POST", str(described["token_endpoint"]), data=sent)
        return str(answer.get("id_token", ""))

    async def _user_in(self, token: str, nonce: str) -> str:
        """The user that a token names, when all of it is as it has to be."""
        described = await self._description()
        keys = await self._json("GET", str(described["jwks_uri"]))
        try:
            key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token).get("kid", "")]
            said = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                audience=self._provider.client_id,
                issuer=described["issuer"],
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub"]},
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise LoginError(f"cannot log you in: {_what_is_wrong(error)} - begin again, or ask who runs it") from error
        if not hmac.compare_digest(str(said.get("nonce", "")).encode(), nonce.encode()):
            raise LoginError("cannot log you in: the token is that of another login (nonce) - begin again")
        if self._provider.claim == "email" and said.get("email_verified") is False:
            raise LoginError("cannot log you in: the provider has not verified your address - verify it there")
        user = said.get(self._provider.claim)
        if not isinstance(user, str) or not _USER.fullmatch(user):
            raise LoginError(f"cannot log you in: its {self._provider.claim!r} names no user - ask who runs it")
        return user

    async def _json(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
                answer = await client.request(method, url, **more)
            answer.raise_for_status()
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise LoginError(
                f"cannot log you in: the provider does not answer as one does ({type(error).__name__}) - try again"
            ) from error
        return said if isinstance(said, dict) else {}

    def _signed(self, said: dict[str, str], seconds: float) -> str:
        text = json.dumps(said | {"until": self._clock() + seconds}).encode()
        body = base64.urlsafe_b64encode(text).decode()
        return f"{body}.{hmac.digest(self._secret, text, 'sha256').hex()}"

    def _read(self, cookie: str) -> dict[str, Any] | None:
        body, _, mark = cookie.partition(".")
        try:
            text = base64.urlsafe_b64decode(body.encode())
        except ValueError:
            return None
        if not hmac.compare_digest(hmac.digest(self._secret, text, "sha256").hex().encode(), mark.encode()):
            return None
        said: dict[str, Any] = json.loads(text)
        return said if said["until"] > self._clock() else None


def _what_is_wrong(error: Exception) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "the token is too old"
        case jwt.InvalidAudienceError():
            return "the token is for another server (audience)"
        case jwt.InvalidIssuerError():
            return "the token is of another provider (issuer)"
        case jwt.InvalidAlgorithmError() | jwt.InvalidSignatureError() | KeyError():
            return "the token is not signed by the provider"
        case _:
            return "the token cannot be read"
