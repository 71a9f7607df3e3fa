"""`/v1/notebooks`: collections of documents that people make, fill and share.

With keys each notebook belongs to a user, by the name of the key. Others see it, and what is in it, where it is shared
with them, or with everybody (`*`); only its owner, and whoever may do everything, changes it. A document belongs to the
owner of all notebooks that it is in. It never leaves the last one, or it would be for nobody, or for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from rag.assistant import Assistant
from rag.errors import NotFoundError, SettingsError
from rag.serving.entry.failures import RefusedError, failures
from rag.serving.entry.keys import HOLDER, Holder
from rag.serving.service import Service, user_of
from rag.serving.viewing import UserAssistant
from rag.types import Document, Notebook

__all__ = ["UPLOADS", "notebook_for_uploads", "notebook_routes", "own_document", "owner_in"]

UPLOADS = "Uploads"
"""The notebook of a user that takes what is handed over without the name of one."""
EVERYBODY = "*"

_USER = re.compile(r"[\w.@+-]{1,100}|\*")
_Number = Annotated[int, Path(ge=1, le=2**31)]


class NotebookBody(BaseModel):
    """A notebook. shared_with: users who may use it, `*` for all; empty for those who do not own it."""

    id: int
    object: Literal["notebook"]
    name: str
    owner: str
    shared_with: list[str]
    n_documents: int
    made_at: str


class NotebooksBody(BaseModel):
    """Those that are yours or shared with you, by name."""

    object: Literal["list"]
    data: list[NotebookBody]


class NewNotebook(BaseModel):
    """What a notebook is called, and who else may use it."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: str = Field(description="1 to 80 characters")
    shared_with: list[str] = Field([], max_length=1000, description="names of users; * for all")


class NotebookChanges(BaseModel):
    """What is to be otherwise; shared_with takes the place of the names before."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: str | None = None
    shared_with: list[str] | None = Field(None, max_length=1000)


class MoreDocuments(BaseModel):
    """Documents of yours."""

    model_config = ConfigDict(strict=True, extra="forbid")

    documents: list[str] = Field(min_length=1, max_length=1000, description="their ids")


class GoneNotebook(BaseModel):
    """A notebook that is gone."""

    id: int
    object: Literal["notebook.deleted"]
    deleted: Literal[True]


def notebook_routes(service: Service) -> APIRouter:
    """The routes, over a service."""
    router = APIRouter(tags=["Notebooks"])
    run, assistant = service.assistant.run, service.assistant.assistant

    async def notebook_of(request: Request, number: int, *, to_change: bool = False) -> Notebook:
        """The notebook, if whoever sends the request may use it, or change it."""
        user = user_of(request)
        known = await run(assistant.notebooks, user=user or None)
        notebook = next((each for each in known if each.number == number), None)
        if notebook is None:
            raise RefusedError(404, f"no notebook has the id {number} - see GET /v1/notebooks", code="not_found")
        if to_change and user not in ("", notebook.owner):
            raise RefusedError(
                403, f"cannot change the notebook {number}: it is another user's - ask its owner", code="not_owner"
            )
        return notebook

    @router.get("/v1/notebooks", responses=failures(), operation_id="list_notebooks")
    async def list_notebooks(request: Request) -> NotebooksBody:
        """The notebooks that are yours or shared with you."""
        known = await run(assistant.notebooks, user=user_of(request) or None)
        return NotebooksBody(object="list", data=[_body(each, request) for each in known])

    @router.post("/v1/notebooks", responses=failures(409), operation_id="make_notebook")
    async def make_notebook(body: NewNotebook, request: Request) -> NotebookBody:
        """A new notebook of yours."""
        users, owner = _users(body.shared_with), owner_in(request)

        def make() -> Notebook:
            made = assistant.make_notebook(body.name, owner=owner)
            return assistant.share_notebook(made.name, users, owner=owner) if users else made

        return _body(await run(_explained, make), request)

    @router.get("/v1/notebooks/{number}", responses=failures(404), operation_id="get_notebook")
    async def get_notebook(request: Request, number: _Number) -> NotebookBody:
        """One of them; its documents are `GET /v1/documents?where=notebook = 'NAME'`."""
        return _body(await notebook_of(request, number), request)

    @router.patch("/v1/notebooks/{number}", responses=failures(404, 409), operation_id="change_notebook")
    async def change_notebook(body: NotebookChanges, request: Request, number: _Number) -> NotebookBody:
        """Give a notebook of yours another name, or say who else may use it."""
        notebook = await notebook_of(request, number, to_change=True)

        def change() -> Notebook:
            changed, owner = notebook, notebook.owner
            if body.name is not None:
                changed = assistant.rename_notebook(changed.name, body.name, owner=owner)
            if body.shared_with is not None:
                changed = assistant.share_notebook(changed.name, _users(body.shared_with), owner=owner)
            return changed

        return _body(await run(_explained, change), request)

    @router.delete("/v1/notebooks/{number}", responses=failures(404, 409), operation_id="delete_notebook")
    async def delete_notebook(request: Request, number: _Number) -> GoneNotebook:
        """Forget a notebook of yours; where there are users, an empty one."""
        notebook = await notebook_of(request, number, to_change=True)
        if user_of(request) and notebook.n_documents:
            raise RefusedError(
                409,
                f"cannot forget the notebook {number}: {notebook.n_documents} documents are in it - delete them first",
                code="not_empty",
            )
        await run(assistant.remove_notebook, notebook.name, owner=notebook.owner)
        return GoneNotebook(id=number, object="notebook.deleted", deleted=True)

    @router.post("/v1/notebooks/{number}/documents", responses=failures(404), operation_id="put_in_notebook")
    async def put_in_notebook(body: MoreDocuments, request: Request, number: _Number) -> NotebookBody:
        """Put documents of yours into a notebook of yours, too."""
        notebook = await notebook_of(request, number, to_change=True)
        ids = [(await own_document(service, request, each)).id for each in body.documents]
        return _body(await run(assistant.put_in_notebook, notebook.name, ids, owner=notebook.owner), request)

    @router.delete(
        "/v1/notebooks/{number}/documents/{document_id}",
        responses=failures(404, 409),
        operation_id="take_out_of_notebook",
    )
    async def take_out_of_notebook(request: Request, number: _Number, document_id: str) -> NotebookBody:
        """Take a document out of a notebook of yours; where there are users, not out of the last one that it is in."""
        notebook = await notebook_of(request, number, to_change=True)
        document = await own_document(service, request, document_id)
        viewed = service.seen_by(request).assistant
        if isinstance(viewed, UserAssistant):
            others = {each.number for each in await run(viewed.notebooks_with, document.id)} - {number}
            if not others:
                raise RefusedError(
                    409,
                    f"cannot take {document_id!r} out: it is in no other notebook - put it into one, or delete it",
                    code="last_notebook",
                )
        taken = assistant.take_out_of_notebook
        return _body(await run(taken, notebook.name, [document.id], owner=notebook.owner), request)

    return router


def owner_in(request: Request) -> str:
    """Whose a notebook is that the request makes; empty without keys."""
    holder: Holder | None = request.scope.get(HOLDER)
    return holder.user if holder is not None else ""


def notebook_for_uploads(assistant: Assistant, name: str, owner: str) -> str:
    """The name of the notebook that takes what is handed over; empty for none, which is only so without users.

    Raises:
        NotFoundError: the user has none of that name.
    """
    wanted = name or (UPLOADS if owner else "")
    if not wanted:
        return ""
    found = next((each for each in assistant.notebooks(user=owner) if _is(each, wanted, owner)), None)
    if found is None and name:
        raise NotFoundError(f"you have no notebook {name!r} - make it with POST /v1/notebooks")
    return found.name if found is not None else assistant.make_notebook(wanted, owner=owner).name


def _is(notebook: Notebook, name: str, owner: str) -> bool:
    return notebook.owner == owner and notebook.name.lower() == " ".join(name.split()).lower()


async def own_document(service: Service, request: Request, document_id: str) -> Document:
    """The document, which whoever sends the request may delete and share.

    Raises:
        NotFoundError: he does not see it. RefusedError: it is another user's too.
    """
    viewed = service.seen_by(request)
    document = await viewed.document(document_id)
    if isinstance(viewed.assistant, UserAssistant):
        owners = {each.owner for each in await viewed.run(viewed.assistant.notebooks_with, document.id)}
        if owners != {user_of(request)}:
            raise RefusedError(
                403,
                f"cannot change the document {document_id!r}: it is not yours alone - ask its owner",
                code="not_owner",
            )
    return document


def _users(names: list[str]) -> list[str]:
    """The names as they are compared.

    Raises:
        RefusedError: one of them can be no user's.
    """
    for name in names:
        if not _USER.fullmatch(name):
            raise RefusedError(
                400, f"cannot share with {name[:40]!r}: no user is called so - name users, or *", code="invalid_value"
            )
    return [name.casefold() for name in names]


def _explained(change: Callable[[], Notebook]) -> Notebook:
    """Raises RefusedError: the notebook cannot be called so, or there are too many."""
    try:
        return change()
    except SettingsError as error:
        raise RefusedError(409, str(error), code="notebook_name", param="name") from error


def _body(notebook: Notebook, request: Request) -> NotebookBody:
    is_own = user_of(request) in ("", notebook.owner)
    return NotebookBody(
        id=notebook.number,
        object="notebook",
        name=notebook.name,
        owner=notebook.owner,
        shared_with=list(notebook.shared_with) if is_own else [],
        n_documents=notebook.n_documents,
        made_at=notebook.made_at,
    )
