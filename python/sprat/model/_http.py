"""How is a service without a client library of its own asked? In JSON, through httpx."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from sprat.errors import InvalidArgumentError
from sprat.model._service import Service, Wire, require_client

_TIMEOUT_S = 60.0


def wire(name: str, extra: str, texts: int, size_bytes: int) -> Wire:
    """The service's wire, if httpx is there."""
    require_client("httpx", f"asking {name}", extra)
    import httpx

    return Wire(name, texts, size_bytes, (httpx.HTTPStatusError,), (httpx.TransportError,), _detail)


def endpoint(api_url: str, path: str) -> str:
    """Where requests go: ``path`` at the service's address."""
    if not str(api_url).startswith(("http://", "https://")):
        raise InvalidArgumentError(f"api_url must begin with http:// or https://, got {api_url!r}")
    return f"{api_url.rstrip('/')}/{path}"


def open_service(service: Service, headers: dict[str, str]) -> tuple[Service, Any, Callable[[], Any]]:
    """The service, a client of httpx for it, and what makes an asynchronous one."""
    import httpx

    given: dict[str, Any] = {"timeout": _TIMEOUT_S, **service.timeout("timeout"), "verify": _certificates()}
    given["headers"] = headers
    return service, service.owns(httpx.Client(**given)), lambda: httpx.AsyncClient(**given)


@functools.cache
def _certificates() -> Any:
    """Whom to trust; read once, since that takes longer than a request."""
    import httpx

    return httpx.create_ssl_context()


def body(response: Any) -> Any:
    """The JSON of a response; any status but success is an error."""
    response.raise_for_status()
    return response.json()


def answer(response: Any, name: str) -> Any:
    """What the JSON of a response has under ``name``."""
    found = body(response)
    if not isinstance(found, dict) or name not in found:
        raise ValueError(f"no {name!r} in {found!r}")
    return found[name]


def in_order(entries: list[dict[str, Any]], key: str) -> list[Any]:
    """The values under ``key``, by the entries' ``index``, which must count from 0 without a gap."""
    by_index = {entry["index"]: entry[key] for entry in entries}
    if len(by_index) != len(entries):
        raise ValueError("an index occurs twice")
    return [by_index[position] for position in range(len(entries))]


def _detail(error: Any) -> str:
    """What the service says of its refusal: a field of its JSON, or all of its text."""
    try:
        body = error.response.json()
        said = next(body[name] for name in ("detail", "message", "error") if body.get(name))
    except (ValueError, AttributeError, StopIteration):
        said = error.response.text
    return str(said)
