"""`/v1/documents`: what is in the store, one page after the other; uploads; deletion; the folder that is followed.

Texts are served, files never: what a client can name is the id of a document, and no path.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from rag.answering.stages import Clock
from rag.assistant import Assistant
from rag.errors import SettingsError
from rag.serving.entry.failures import RefusedError, failures
from rag.serving.notebooks import UPLOADS, notebook_for_uploads, own_document, owner_in
from rag.serving.service import Service
from rag.storage.conditions import name_of_upload
from rag.types import AddReport, DocumentInfo

__all__ = ["document_routes"]

_MOST_SHOWN = 1000
_NOTABLE = ("author", "language", "url")


class DocumentBody(BaseModel):
    """A document without its text."""

    id: str
    object: Literal["document"]
    source: str
    title: str
    media_type: str
    published: str = Field(description="as the document says (ISO 8601); empty when it does not")
    added_at: str
    n_characters: int
    n_sentences: int
    metadata: dict[str, str] = Field(description="author, language and url, where the document says them")


class DocumentsPage(BaseModel):
    """A page of the list; the next one begins `after` the `last_id`."""

    object: Literal["list"]
    data: list[DocumentBody]
    first_id: str | None
    last_id: str | None
    has_more: bool
    n_total: int


class DocumentText(BaseModel):
    """The text of a document, or a part of it, to which `start` and `end` of a citation refer."""

    id: str
    object: Literal["document.text"]
    source: str
    title: str
    media_type: str
    published: str
    sha256: str = Field(description="of the whole text in UTF-8")
    n_characters: int
    start: int
    end: int
    text: str


class FailedFile(BaseModel):
    """A file that was not added, and why."""

    source: str
    reason: str


class ReportBody(BaseModel):
    """What was done, by source."""

    object: Literal["report"]
    added: list[str]
    unchanged: list[str]
    superseded: list[str]
    removed: list[str]
    renamed: list[tuple[str, str]]
    skipped: list[str]
    failed: list[FailedFile]
    notices: list[str]
    data: list[DocumentBody] = Field(description="the documents that were sent, as they are now; empty for a sync")


class DeletedBody(BaseModel):
    """A document that is gone, with its older versions and the recorded answers that quote it."""

    id: str
    object: Literal["document.deleted"]
    deleted: Literal[True]


class SyncRequest(BaseModel):
    """How the folder is followed. Which folder is said where the server is started."""

    model_config = ConfigDict(strict=True, extra="forbid")

    dry_run: bool = Field(False, description="change nothing, and report what would be done")
    allow_empty: bool = Field(False, description="remove all documents of a folder that is missing or empty")


def document_routes(service: Service) -> APIRouter:
    """The routes, over a service."""
    router = APIRouter(tags=["Documents"])
    assistant = service.assistant

    @router.get("/v1/documents", responses=failures(), operation_id="list_documents")
    async def list_documents(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=_MOST_SHOWN)] = 100,
        after: Annotated[str, Query(max_length=200, description="the last_id of the page before")] = "",
        where: Annotated[str, Query(max_length=2000, description="a filter, such as: language = en")] = "",
    ) -> DocumentsPage:
        """The documents that are searched, by source."""
        infos = await service.seen_by(request).documents(where=where)
        ids = [info.id for info in infos]
        if after and after not in ids:
            raise RefusedError(
                400,
                f"no document of this list has the id {after!r} - begin without after",
                code="unknown_id",
                param="after",
            )
        first = ids.index(after) + 1 if after else 0
        shown = [_body(info) for info in infos[first : first + limit]]
        return DocumentsPage(
            object="list",
            data=shown,
            first_id=shown[0].id if shown else None,
            last_id=shown[-1].id if shown else None,
            has_more=first + limit < len(infos),
            n_total=len(infos),
        )

    @router.post("/v1/documents", responses=failures(404, 502, 507), operation_id="add_documents")
    async def add_documents(
        request: Request,
        file: Annotated[list[UploadFile], File(min_length=1, max_length=100, description="one file or several")],
        notebook: Annotated[
            str, Form(max_length=200, description=f"name of a notebook of yours; with keys {UPLOADS!r} without it")
        ] = "",
    ) -> ReportBody:
        """Add files, to a notebook; one of a name that is known takes the place of the older one of the same user."""
        owner = owner_in(request)
        home = await assistant.run(notebook_for_uploads, assistant.assistant, notebook, owner)
        received = [(name_of_upload(owner, upload.filename or "upload"), upload) for upload in file]
        with Clock().stage("add"):
            report = await assistant.run(_add, assistant.assistant, received)
        stored = {*report.added, *report.superseded, *report.unchanged}
        if report.failed and not stored:
            failure = report.failed[0]
            raise RefusedError(
                400, f"cannot read {failure.source!r}: {failure.reason}", code="unreadable_document", param="file"
            )
        infos = [info for info in await assistant.documents() if info.source in stored]
        if home:
            ids = [info.id for info in infos]
            await assistant.run(assistant.assistant.put_in_notebook, home, ids, owner=owner)
        return _report(report, infos)

    @router.post("/v1/documents/sync", responses=failures(409, 507), operation_id="sync_documents")
    async def sync_documents(body: SyncRequest) -> ReportBody:
        """Make the store hold what the folder holds that was named when the server was started."""
        if service.folder is None:
            raise RefusedError(
                409, "cannot follow a folder: none was named - start the server with --sync FOLDER", code="no_folder"
            )
        try:
            with Clock().stage("add"):
                report = await assistant.sync(service.folder, dry_run=body.dry_run, allow_empty=body.allow_empty)
            return _report(report, [])
        except SettingsError as error:
            raise RefusedError(409, str(error), code="cannot_sync") from error

    @router.get("/v1/documents/{document_id}", responses=failures(404), operation_id="get_document")
    async def get_document(
        request: Request,
        document_id: str,
        start: Annotated[int, Query(ge=0, le=10**12, description="first code point")] = 0,
        end: Annotated[int | None, Query(ge=0, le=10**12, description="excluded; to the end without it")] = None,
    ) -> DocumentText:
        """The text of a document, also of an older version that a citation refers to."""
        document = await service.seen_by(request).document(document_id)
        n = len(document.text)
        first, last = min(start, n), n if end is None else min(end, n)
        if first > last:
            raise RefusedError(
                400,
                f"cannot show from {start} to {end}: the end is before the start - turn them",
                code="invalid_value",
                param="end",
            )
        return DocumentText(
            id=document.id,
            object="document.text",
            source=document.source,
            title=document.title,
            media_type=document.media_type,
            published=document.published,
            sha256=await service.fingerprints.of(document.id),
            n_characters=n,
            start=first,
            end=last,
            text=document.text[first:last],
        )

    @router.delete("/v1/documents/{document_id}", responses=failures(404), operation_id="delete_document")
    async def delete_document(request: Request, document_id: str) -> DeletedBody:
        """Delete a document, with its older versions and all that was made from them."""
        document = await own_document(service, request, document_id)  # `remove` takes paths and folders too
        await assistant.remove([document.id])
        return DeletedBody(id=document.id, object="document.deleted", deleted=True)

    return router


def _add(assistant: Assistant, received: Sequence[tuple[str, UploadFile]]) -> AddReport:
    with assistant.receiving() as folder:
        files: list[tuple[str, Path]] = []
        for number, (name, upload) in enumerate(received):
            path = folder / str(number)
            with path.open("wb") as copy:
                shutil.copyfileobj(upload.file, copy)
            files.append((name, path))
        return assistant.add_uploads(files)


def _report(report: AddReport, infos: Sequence[DocumentInfo]) -> ReportBody:
    return ReportBody(
        object="report",
        added=list(report.added),
        unchanged=list(report.unchanged),
        superseded=list(report.superseded),
        removed=list(report.removed),
        renamed=list(report.renamed),
        skipped=list(report.skipped),
        failed=[FailedFile(source=each.source, reason=each.reason) for each in report.failed],
        notices=list(report.notices),
        data=[_body(info) for info in infos],
    )


def _body(info: DocumentInfo) -> DocumentBody:
    return DocumentBody(
        id=info.id,
        object="document",
        source=info.source,
        title=info.title,
        media_type=info.media_type,
        published=info.published,
        added_at=info.added_at,
        n_characters=info.n_characters,
        n_sentences=info.n_sentences,
        metadata={name: info.metadata[name] for name in _NOTABLE if name in info.metadata},
    )
