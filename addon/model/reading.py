"""Reading JSON from outside into frozen values, strictly: each value's own declaration is its schema.

What a partner answers is read with this (their requests are read at the door by ``web.schemas``). Every key must be
there unless it has a default, none may be unknown, each of exactly its type.
"""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

MAX_TEXT = 100_000
MAX_ITEMS = 20_000
MAX_WHOLE = 2**53

T = TypeVar("T")


class Unreadable(ValueError):
    """The JSON is not what it should be; the message says where, without quoting it."""


def read(kind: type[T], data: Any) -> T:
    """The value of this dataclass that the JSON says.

    Raises:
        Unreadable: a key is missing, unknown or of the wrong type or size.
    """
    result: T = _record(kind, data, kind.__name__)
    return result


@cache
def _declared(kind: type[Any]) -> dict[str, tuple[Any, bool]]:
    hints = get_type_hints(kind)
    return {
        field.name: (hints[field.name], field.default is MISSING and field.default_factory is MISSING)
        for field in fields(kind)
    }


def _record(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise Unreadable(f"{where} is not an object")
    declared = _declared(kind)
    if not data.keys() <= declared.keys():
        raise Unreadable(f"{where} holds an unknown key")
    missing = [name for name, (_, required) in declared.items() if required and name not in data]
    if missing:
        raise Unreadable(f"{where}.{missing[0]} is missing")
    return kind(**{name: _value(declared[name][0], value, f"{where}.{name}") for name, value in data.items()})


def _value(kind: Any, data: Any, where: str) -> Any:
    origin = get_origin(kind)
    if kind is Any:
        return data
    if origin in (Union, types.UnionType):
        options = [option for option in get_args(kind) if option is not type(None)]
        return None if data is None else _value(options[0], data, where)
    if origin is tuple:
        return _list(get_args(kind)[0], data, where)
    if origin is Mapping:
        return _mapping(get_args(kind)[1], data, where)
    return _record(kind, data, where) if is_dataclass(kind) else _plain(kind, data, where)


def _list(inner: Any, data: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(data, list) or len(data) > MAX_ITEMS:
        raise Unreadable(f"{where} is not a list, or too long")
    return tuple(_value(inner, item, where) for item in data)


def _mapping(inner: Any, data: Any, where: str) -> dict[str, Any]:
    if not isinstance(data, dict) or len(data) > MAX_ITEMS:
        raise Unreadable(f"{where} is not an object, or too large")
    return data if inner is Any else {str(key): _value(inner, value, where) for key, value in data.items()}


def _plain(kind: Any, data: Any, where: str) -> Any:
    if get_origin(kind) is Literal and isinstance(data, str) and data in get_args(kind):
        return data
    # `True` is an int to Python; JSON knows better.
    if kind is bool and isinstance(data, bool):
        return data
    if kind is str and isinstance(data, str) and len(data) <= MAX_TEXT and "\x00" not in data:
        return data
    number = isinstance(data, int | float) and not isinstance(data, bool) and abs(data) <= MAX_WHOLE
    if kind is int and number and isinstance(data, int):
        return data
    if kind is float and number and math.isfinite(data):
        return float(data)
    raise Unreadable(f"{where} is not of its type, or out of bounds")
