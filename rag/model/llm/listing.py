"""Which models a server with the OpenAI protocol serves: the cheapest proof that it can be reached."""

from __future__ import annotations

from rag.errors import GeneratorError

__all__ = ["served_models"]

_MOST_MODELS = 1000


def served_models(api_base: str, *, timeout_seconds: float = 10.0, key_base: str | None = None) -> tuple[str, ...]:
    """The names of the models at that address, as it lists them; nothing of a document is sent.

    key_base: the address that the key in `RAG_API_KEY` is for: it goes to no other; None: this one.

    Raises:
        SettingsError: the address or the key of the environment cannot be used.
        GeneratorError: there is no such server, it refuses the key, or it answers with something else.

    Source: OpenAI API reference, "List models" (GET /models).
    """
    import openai  # takes a second, and `import rag` names this function

    from rag.model.llm.server import Server, api_key, failure, http_client, shown_url

    url = shown_url(api_base)
    server = Server(url, "", api_key(url, key_base))
    with http_client(server, timeout_seconds) as client:
        protocol = openai.OpenAI(
            api_key=server.key or "none",
            base_url=server.url,
            http_client=client,
            max_retries=0,
            timeout=timeout_seconds,
        )
        try:
            listed = [str(model.id) for model in protocol.models.list().data[:_MOST_MODELS]]
        except Exception as error:  # the libraries below raise many kinds, and what is no such server any of them
            said = str(failure(error, server)).removeprefix("cannot get an answer of the model ''").strip()
            raise GeneratorError(f"cannot list the models {said}") from error
    if not listed:
        raise GeneratorError(f"cannot list the models at {server.url!r}: it serves none - load one there first")
    return tuple(listed)
