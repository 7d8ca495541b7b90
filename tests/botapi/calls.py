"""Reading one call of the Bot API from an HTTP request, and holding it to the fields that the method really has."""

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import aiogram.methods
from aiogram.methods import TelegramMethod
from aiohttp import web
from pydantic import BaseModel, ValidationError

from tests.botapi.errors import bad_request, not_found

_METHODS: dict[str, type[TelegramMethod[Any]]] = {
    known.__api_method__.lower(): known
    for name in aiogram.methods.__all__
    if isinstance(known := getattr(aiogram.methods, name), type)
    and issubclass(known, TelegramMethod)
    and known is not TelegramMethod
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call."""

    name: str
    mime_type: str
    content: bytes


@dataclass(slots=True, kw_only=True)
class Call:
    """One call: its method as Telegram spells it, its parameters as plain JSON values, its files."""

    method: str
    params: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    @property
    def chat_id(self) -> int | None:
        """The chat that is meant, if it is given by its number."""
        chat_id = self.params.get("chat_id")
        return chat_id if isinstance(chat_id, int) else None

    def part(self, params: dict[str, Any]) -> "Call":
        """The same call seen through one element of it, such as one medium of an album."""
        return Call(method=self.method, params=params, uploads=self.uploads)


async def read(request: web.Request) -> Call:
    """Read the call, or raise the refusal that it deserves: 404 for its method, 400 for its fields."""
    known = _METHODS.get(request.match_info["method"].lower())
    if known is None:
        raise not_found()
    call = Call(method=known.__api_method__)
    for name, value in (await _fields(request)).items():
        if isinstance(value, web.FileField):
            call.uploads[name] = Upload(value.filename, value.content_type, value.file.read())
            if name in known.model_fields:
                call.params[name] = f"attach://{name}"
        else:
            call.params[name] = _decoded(known, name, value)
    _check_fields(known, call.params)
    return call


async def _fields(request: web.Request) -> Mapping[str, Any]:
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json() if request.can_read_body else {}
        if not isinstance(body, dict):
            raise bad_request("can't parse JSON: an object is expected")
        return values | body
    return values | dict(await request.post())


def _decoded(known: type[TelegramMethod[Any]], name: str, value: Any) -> Any:
    """A form holds text only: what is not text by its type is JSON."""
    if not isinstance(value, str) or name not in known.model_fields:
        return value
    if name in ("chat_id", "from_chat_id"):
        return int(value) if value.lstrip("-").isdigit() else value
    annotation = known.model_fields[name].annotation
    if str in (annotation, *get_args(annotation)):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad_request(f"can't parse {name} JSON object") from None


def _check_fields(known: type[TelegramMethod[Any]], params: dict[str, Any]) -> None:
    if any("\ud800" <= letter <= "\udfff" for text in _texts(params) for letter in text):
        raise bad_request("strings must be encoded in UTF-8")
    _refuse_first(known.model_fields.keys(), params)
    try:
        method = known.model_validate(params)
    except ValidationError as error:
        raise bad_request(_first_fault(error)) from None
    for _, value in method:
        for nested in _models(value):
            _refuse_first((), nested.model_extra or {})


def _refuse_first(allowed: Container[str], given: Mapping[str, Any]) -> None:
    for name in given:
        if name not in allowed:
            raise bad_request(f"unknown field {name}")


def _models(value: Any) -> Iterator[BaseModel]:
    if isinstance(value, BaseModel):
        yield value
        for _, inner in value:
            yield from _models(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _models(item)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _first_fault(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"])
    if first["type"] != "missing":
        return f"field {where}: {first['msg']}"
    empty = {"text": "message text is empty", "chat_id": "chat_id is empty"}
    return empty.get(where, f"field {where} is required")
