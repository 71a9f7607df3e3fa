"""The application: its routes, how it says what is wrong, and the document that describes both."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib import metadata
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from rag.assistant import Assistant
from rag.errors import RagError
from rag.serving.asynchronous import AsyncAssistant
from rag.serving.chat_completions import chat_routes
from rag.serving.documents import document_routes
from rag.serving.entry.failures import RefusedError, explain, failure_of, response_to, unforeseen
from rag.serving.entry.guard import OPEN, REQUEST_ID, Guard
from rag.serving.entry.options import ServeOptions
from rag.serving.finding import finding_routes, health_routes
from rag.serving.messages import message_routes
from rag.serving.notebooks import notebook_routes
from rag.serving.responses import response_routes
from rag.serving.service import MODEL, QUOTES, Service
from rag.serving.streaming import ClientLeftError, Patience
from rag.serving.watching.records import Metrics, Record
from rag.serving.watching.tracing import Traces

__all__ = ["build_app", "guarded_app", "service_over"]

_CLIENT_LEFT = 499
_WARM_UP = "warm-up"


def service_over(assistant: Assistant, **options: Any) -> Service:
    """An assistant, served under both names; the caller closes it after the application has ended."""
    assistant._library.records_first = options.get("is_one_of_several", False)
    own = AsyncAssistant(assistant)
    quotes = own.with_settings(llm="none", generator="auto")
    return Service(by_model={MODEL: own, QUOTES: quotes}, started=int(time.time()), **options)


def guarded_app(service: Service, options: ServeOptions, *, traces: Traces | None = None) -> ASGIApp:
    """The application over a service, behind what every request passes.

    traces: where spans go; None for none.
    """
    metrics = Metrics()

    def record(request: Record) -> None:
        request.log(trace=traces.write(request) if traces is not None else "")
        metrics.count(request)

    inner = build_app(service, metrics)
    guarded = partial(Guard, inner, options=options, begin=metrics.begin, record=record)
    app: ASGIApp
    if options.provider is None:
        app = guarded()
    else:
        from rag.serving.entry.oidc import Login  # with what reads tokens, which nothing else needs
        from rag.serving.logins import login_routes

        login = Login(options.provider)
        inner.include_router(login_routes(login))
        app = guarded(session=login.holder)
    if options.origins:
        app = CORSMiddleware(
            app,
            allow_origins=options.origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-Api-Key"],
        )
    return Patience(app)


def build_app(service: Service, metrics: Metrics) -> FastAPI:
    """The application over a service."""
    service.on_answer = metrics.count_answer

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        warming = asyncio.ensure_future(_warm_up(service))
        if service.is_one_of_several:  # it is given connections as soon as it listens
            await warming
        yield
        service.is_ending = True
        warming.cancel()
        with suppress(asyncio.CancelledError):
            await warming

    app = FastAPI(
        title="Chapter and Verse",
        version=_version(),
        description="Answers questions only with what the documents say, and shows the sentences that prove it.",
        docs_url=None,  # these pages load their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        lifespan=life,
    )
    for routes in (
        chat_routes,
        response_routes,
        message_routes,
        finding_routes,
        document_routes,
        notebook_routes,
    ):
        app.include_router(routes(service))
    app.include_router(health_routes(service, metrics))
    _say_what_is_wrong(app)
    _describe(app)
    return app


async def _warm_up(service: Service) -> None:
    """Load the models before somebody waits for them; what cannot be loaded is said when it is asked for."""
    with suppress(RagError):
        await service.assistant.retrieve(_WARM_UP, k=1)
    service.on_warm()
    service.is_ready = True


def _say_what_is_wrong(app: FastAPI) -> None:
    @app.exception_handler(RefusedError)
    async def _(_request: Request, error: RefusedError) -> Response:
        return response_to(error)

    @app.exception_handler(RagError)
    async def _(_request: Request, error: RagError) -> Response:
        return response_to(failure_of(error))

    @app.exception_handler(RequestValidationError)
    async def _(_request: Request, error: RequestValidationError) -> Response:
        return response_to(explain(error.errors()))

    @app.exception_handler(ClientLeftError)
    async def _(_request: Request, _error: ClientLeftError) -> Response:
        return Response(status_code=_CLIENT_LEFT)

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        response = response_to(_failure_of_routing(request, error))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def _(request: Request, _error: Exception) -> Response:
        return response_to(unforeseen(str(request.scope.get(REQUEST_ID, ""))))


def _describe(app: FastAPI) -> None:
    """Let the OpenAPI document say what is so: what is wrong is told with 400, not 422, and keys come in two ways."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        document = made()
        for path, methods in document["paths"].items():
            for described in methods.values():
                described["responses"].pop("422", None)
                described["security"] = [] if path in OPEN else [{"bearer": []}, {"x-api-key": []}, {}]
        parts = document["components"]
        for name in ("HTTPValidationError", "ValidationError"):
            parts["schemas"].pop(name, None)
        parts["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "x-api-key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        }
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _failure_of_routing(request: Request, error: HTTPException) -> RefusedError:
    path = request.url.path[:100]
    if error.status_code == 404:
        return RefusedError(404, f"nothing is at {path!r} - see /openapi.json", code="unknown_path")
    if error.status_code == 405:
        return RefusedError(405, f"cannot {request.method[:20]} {path!r} - see /openapi.json", code="unknown_method")
    return RefusedError(400, "cannot read the body - send what /openapi.json describes", code="invalid_body")


def _version() -> str:
    try:
        return metadata.version("chapter-and-verse")
    except metadata.PackageNotFoundError:
        return "0"
