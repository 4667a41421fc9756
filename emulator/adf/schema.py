"""Validates documents against Atlassian's own ADF schema, quickly and with a message that names the place.

General JSON-schema validators try every branch of the schema's wide `anyOf`s and then report all of them. Here
the schema is compiled once into closures, and a branch is entered only when its `type` is the node's `type`;
that is what makes a document of a thousand nodes a matter of milliseconds and lets the one relevant fault be named.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SCHEMA_PATH = Path(__file__).parent.parent / "vendor" / "adf-schema" / "full.json"
"""The `full` schema of npm @atlaskit/adf-schema; version and digest are in the lock file beside it."""

# Deeper documents are refused before any recursion can meet the interpreter's own limit. The editor
# itself cannot make documents half as deep.
MAX_DEPTH = 120

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault and the way to it: keys and indexes, outermost first."""

    path: tuple[str | int, ...]
    words: str

    def below(self, step: str | int) -> "Problem":
        return Problem((step, *self.path), self.words)

    def __str__(self) -> str:
        return f"{'/'.join(map(str, self.path)) or 'document'}: {self.words}"


Check = Callable[[Any], Problem | None]

_TYPE_TESTS: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def problem_in(doc: object) -> str | None:
    """None for a valid ADF document, otherwise one sentence with the place, e.g. `content/0/content/1: ...`."""
    if _too_deep(doc):
        return f"document: is nested deeper than {MAX_DEPTH} levels"
    problem = _compiler().reference("#/definitions/doc_node")(doc)
    return None if problem is None else str(problem)


def allowed_in(definition: str) -> frozenset[str]:
    """The node types that may stand in the content of e.g. `panel_node`; by the schema itself."""
    compiler = _compiler()
    schema = compiler.resolved({"$ref": f"#/definitions/{definition}"})
    while schema.get("type") != "array":
        schema = compiler.resolved(schema["properties"]["content"])
    return compiler.types_of(schema["items"])


@cache
def _compiler() -> "_Compiler":
    return _Compiler(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))


def _too_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return False
        level = below
    return True


class _Compiler:
    """Turns the keywords the ADF schema uses (a subset of draft-04) into checks."""

    def __init__(self, root: Schema) -> None:
        self._definitions: dict[str, Schema] = root["definitions"]
        self._checks: dict[str, Check] = {}

    def reference(self, ref: str) -> Check:
        """The check of one definition; made when first called, since definitions refer to each other."""
        made: Check | None = None

        def check(value: Any) -> Problem | None:
            nonlocal made
            if made is None:
                made = self._checks.get(ref) or self.compile(self.resolved({"$ref": ref}))
                self._checks[ref] = made
            return made(value)

        return self._checks.get(ref, check)

    def resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._definitions[schema["$ref"].removeprefix("#/definitions/")]
        return schema

    def types_of(self, schema: Schema) -> frozenset[str]:
        """All values of `type` under which a branch can match; empty means the branch does not say."""
        schema = self.resolved(schema)
        if "anyOf" in schema:
            return frozenset().union(*(self.types_of(branch) for branch in schema["anyOf"]))
        if "allOf" in schema:
            return frozenset().union(*(self.types_of(branch) for branch in schema["allOf"]))
        named = schema.get("properties", {}).get("type", {})
        return frozenset(named.get("enum", ()))

    def compile(self, schema: Schema) -> Check:
        """A check for any schema of the document; unknown keywords are an error at start, not a silent pass."""
        if "$ref" in schema:
            return self.reference(schema["$ref"])
        unknown = schema.keys() - _KEYWORDS
        if unknown:
            raise ValueError(f"The ADF schema uses keywords that are not supported: {sorted(unknown)}")
        checks = [check for keyword, make in _MAKERS if keyword in schema for check in [make(self, schema)]]
        return checks[0] if len(checks) == 1 else _all(checks)


def _all(checks: list[Check]) -> Check:
    def check(value: Any) -> Problem | None:
        for each in checks:
            problem = each(value)
            if problem is not None:
                return problem
        return None

    return check


def _type(_: _Compiler, schema: Schema) -> Check:
    name = schema["type"]
    fits = _TYPE_TESTS[name]
    return lambda value: None if fits(value) else Problem((), f"must be of type {name}")


def _enum(_: _Compiler, schema: Schema) -> Check:
    allowed = schema["enum"]
    words = f"must be {' or '.join(json.dumps(each) for each in allowed)}"

    def check(value: Any) -> Problem | None:
        # In Python True equals 1, in JSON it does not.
        return None if value in allowed and not isinstance(value, bool) else Problem((), words)

    return check


def _properties(compiler: _Compiler, schema: Schema) -> Check:
    checks = {name: compiler.compile(each) for name, each in schema.get("properties", {}).items()}
    required = schema.get("required", [])
    closed = schema.get("additionalProperties") is False

    def check(value: Any) -> Problem | None:
        if not isinstance(value, dict):
            return None
        for name in required:
            if name not in value:
                return Problem((), f"'{name}' is missing")
        for name, each in value.items():
            known = checks.get(name)
            if known is None:
                if closed:
                    return Problem((), f"'{name}' is not allowed here")
                continue
            problem = known(each)
            if problem is not None:
                return problem.below(name)
        return None

    return check


def _items(compiler: _Compiler, schema: Schema) -> Check:
    items = schema["items"]
    if isinstance(items, list):
        positional = [compiler.compile(each) for each in items]
        return lambda value: _each(value, positional) if isinstance(value, list) else None
    one = compiler.compile(items)
    return lambda value: _each(value, [one] * len(value)) if isinstance(value, list) else None


def _each(values: list[Any], checks: list[Check]) -> Problem | None:
    for index, (value, check) in enumerate(zip(values, checks, strict=False)):
        problem = check(value)
        if problem is not None:
            return problem.below(index)
    return None


def _all_of(compiler: _Compiler, schema: Schema) -> Check:
    return _all([compiler.compile(each) for each in schema["allOf"]])


def _any_of(compiler: _Compiler, schema: Schema) -> Check:
    branches = [(compiler.types_of(each), compiler.compile(each)) for each in schema["anyOf"]]
    by_type: dict[str, list[Check]] = {}
    for types, branch in branches:
        for name in types:
            by_type.setdefault(name, []).append(branch)
    untyped = [branch for types, branch in branches if not types]
    known = ", ".join(sorted(by_type))

    def check(value: Any) -> Problem | None:
        name = value.get("type") if isinstance(value, dict) else None
        candidates = by_type.get(name, untyped) if isinstance(name, str) else untyped
        if not candidates:
            said = f"a node of type '{name}' is not allowed here" if name else "must be a node with a 'type'"
            return Problem((), f"{said} (allowed: {known})")
        return _closest(value, candidates)

    return check


def _closest(value: Any, candidates: list[Check]) -> Problem | None:
    """None if any candidate accepts; otherwise the fault of the branch that got furthest."""
    found: Problem | None = None
    for candidate in candidates:
        problem = candidate(value)
        if problem is None:
            return None
        if found is None or len(problem.path) > len(found.path):
            found = problem
    return found


def _limit(keyword: str, words: str, broken: Callable[[Any, Any], bool]) -> Callable[[_Compiler, Schema], Check]:
    def make(_: _Compiler, schema: Schema) -> Check:
        limit = schema[keyword]
        message = words.format(limit)
        return lambda value: Problem((), message) if broken(value, limit) else None

    return make


def _is_number(value: Any) -> bool:
    return _TYPE_TESTS["number"](value)


def _pattern(_: _Compiler, schema: Schema) -> Check:
    # In ECMAScript `$` is the very end; Python's would let a trailing newline pass.
    pattern = re.compile(schema["pattern"].replace("$", r"\Z"))
    words = f"must match {schema['pattern']}"

    def check(value: Any) -> Problem | None:
        return None if not isinstance(value, str) or pattern.search(value) else Problem((), words)

    return check


_MAKERS: list[tuple[str, Callable[[_Compiler, Schema], Check]]] = [
    ("type", _type),
    ("enum", _enum),
    ("minLength", _limit("minLength", "must not be empty", lambda v, n: isinstance(v, str) and len(v) < n)),
    ("pattern", _pattern),
    ("minimum", _limit("minimum", "must be at least {}", lambda v, n: _is_number(v) and v < n)),
    ("maximum", _limit("maximum", "must be at most {}", lambda v, n: _is_number(v) and v > n)),
    ("minItems", _limit("minItems", "needs at least {} item(s)", lambda v, n: isinstance(v, list) and len(v) < n)),
    ("maxItems", _limit("maxItems", "takes at most {} item(s)", lambda v, n: isinstance(v, list) and len(v) > n)),
    ("properties", _properties),
    ("items", _items),
    ("allOf", _all_of),
    ("anyOf", _any_of),
]
_KEYWORDS = {keyword for keyword, _ in _MAKERS} | {"required", "additionalProperties"}
