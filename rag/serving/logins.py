"""`/login`: how a browser gets the cookie that opens what a key would, where a provider says who people are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Cookie, Query
from starlette.responses import JSONResponse, RedirectResponse, Response

from rag.serving.entry.failures import RefusedError
from rag.serving.entry.guard import SESSION
from rag.serving.entry.oidc import Login, LoginError
from rag.serving.entry.options import CALLBACK, LOGIN

__all__ = ["login_routes"]

_BEGUN = "login"


def login_routes(login: Login) -> APIRouter:
    """The two routes, which people see and programs do not need."""
    router = APIRouter(include_in_schema=False)

    @router.get(LOGIN)
    async def begin() -> Response:
        """Send the browser to the provider."""
        try:
            started = await login.start()
        except LoginError as error:
            raise _refused(error) from error
        response = RedirectResponse(started.location, status_code=303)
        _put(response, login, _BEGUN, started.cookie, path=LOGIN)
        return response

    @router.get(CALLBACK)
    async def finish(
        login_: Annotated[str, Cookie(alias=_BEGUN, max_length=4000)] = "",
        state: Annotated[str, Query(max_length=1000)] = "",
        code: Annotated[str, Query(max_length=4000)] = "",
    ) -> Response:
        """Let in who comes back from it."""
        try:
            session = await login.finish(login_, state=state, code=code)
        except LoginError as error:
            raise _refused(error) from error
        holder = login.holder(session)
        response = JSONResponse({"object": "session", "user": holder.user if holder else ""})
        _put(response, login, SESSION, session, path="/")
        response.delete_cookie(_BEGUN, path=LOGIN)
        return response

    return router


def _put(response: Response, login: Login, name: str, value: str, *, path: str) -> None:
    response.set_cookie(name, value, path=path, httponly=True, samesite="lax", secure=login.is_secure)


def _refused(error: LoginError) -> RefusedError:
    return RefusedError(401, str(error), code="login_failed")
