"""Atlassian's OpenAPI document as a judge of requests and answers."""

import json
import os
import re
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

ROOT = "urn:openapi"
# Keys that real answers carry although the schemas forbid additional ones.
KNOWN_EXTRAS = {"untranslatedName", "entityId", "expand", "hierarchyLevel"}
# Query parameters that the document calls required although they have a default; clients leave them out.
WITH_DEFAULT = {"validation"}
# What widely used clients send although the document has it otherwise; Jira reads numbers and nulls leniently.
LENIENT = {
    ("POST", "/rest/api/3/issueLink", "$.comment"): "null for no comment",
    ("POST", "/rest/api/3/issue/{issueIdOrKey}/transitions", "$.transition.id"): "a number",
    ("POST", "/rest/agile/1.0/board", "$.filterId"): "a number as a string",
    ("POST", "/rest/api/3/filter", "$.favourite"): "the word for a truth value",
    **{
        ("PUT", "/rest/api/3/version/{id}", f"$.{name}"): "null for unchanged"
        for name in ("name", "archived", "released", "startDate", "releaseDate", "description")
    },
}


def shared() -> Path:
    """The folder of other people's contracts beside the checkout."""
    given = os.environ.get("TWINLINE_SHARED")
    return Path(given) if given else Path(__file__).resolve().parents[3] / "shared"


class Contract:
    """Validates bodies of operations; compiled validators are kept."""

    def __init__(self, path: Path) -> None:
        self.document: dict[str, Any] = json.loads(path.read_text())
        schemas = self.document["components"]["schemas"]
        self._mend_history(schemas)
        if "IssueBulkMovePayload" in schemas:
            self._mend_platform(schemas)
        if "/rest/agile/1.0/board/{boardId}/configuration" in self.document["paths"]:
            self._mend_software(self.document["paths"])
        self._validators: dict[str, OAS30Validator] = {}
        self.seen: set[tuple[str, str]] = set()

    @staticmethod
    def _mend_history(schemas: dict[str, Any]) -> None:
        """Known fault of both documents: values that real answers leave null."""
        for name in ("from", "fromString", "to", "toString"):
            schemas["ChangeDetails"]["properties"][name]["nullable"] = True
        for name in ("tmpFromAccountId", "tmpToAccountId"):
            schemas["ChangeDetails"]["properties"][name] = {"type": "string", "nullable": True}

    @staticmethod
    def _mend_software(paths: dict[str, Any]) -> None:
        """Known faults of the agile document: its own examples have these keys."""
        board = paths["/rest/agile/1.0/board/{boardId}/configuration"]["get"]["responses"]["200"]
        configuration = board["content"]["application/json"]["schema"]["properties"]
        configuration["location"].pop("additionalProperties", None)

    @staticmethod
    def _mend_platform(schemas: dict[str, Any]) -> None:
        """Known faults of the platform's document."""
        # Required here are names that the properties do not have.
        move = schemas["IssueBulkMovePayload"]
        move.pop("required", None)
        schemas[_name_of(move["properties"]["targetToSourcesMapping"]["additionalProperties"])].pop("required", None)
        # A clause is one of several kinds, and then the document forbids all their keys.
        schemas["JqlQueryClause"].pop("additionalProperties", None)
        schemas["CustomFieldContextDefaultValue"].pop("additionalProperties", None)
        # Bulk changelogs give the time in milliseconds, as recorded from the real service.
        entry = dict(schemas["Changelog"], properties=dict(schemas["Changelog"]["properties"]))
        entry["properties"]["created"] = {"type": "integer"}
        schemas["BulkChangelogEntry"] = entry
        histories = schemas["IssueChangeLog"]["properties"]["changeHistories"]
        histories["items"] = {"$ref": "#/components/schemas/BulkChangelogEntry"}

    @cached_property
    def registry(self) -> Registry[Any]:
        return Registry().with_resource(ROOT, Resource.from_contents(self.document, default_specification=DRAFT4))

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], str]]:
        def pattern(template: str) -> re.Pattern[str]:
            return re.compile("^" + re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(template)) + "$")

        # A literal path wins over one with a variable at the same place.
        ordered = sorted(self.document["paths"], key=lambda template: [part[:1] == "{" for part in template.split("/")])
        return [(pattern(template), template) for template in ordered]

    def template(self, method: str, url: str) -> str | None:
        path = _canonical(urlsplit(url).path)
        for pattern, template in self._paths:
            if pattern.match(path) and method.lower() in self.document["paths"][template]:
                return template
        return None

    def check(
        self, method: str, url: str, sent: bytes | str | None, status: int, kind: str, answer: bytes
    ) -> list[str]:
        """What a request and its answer do against the document, in words."""
        template = self.template(method, url)
        if template is None:
            return []
        operation = self.document["paths"][template][method.lower()]
        self.seen.add((method, template))
        given = {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
        pointer = f"{ROOT}#/paths/{template.replace('~', '~0').replace('/', '~1')}/{method.lower()}"
        problems = []
        if sent and status < 400 and "application/json" in operation.get("requestBody", {}).get("content", {}):
            found = self._judge(f"{pointer}/requestBody/content/application~1json/schema", json.loads(sent))
            problems += [each for each in found if (method, template, each.partition(":")[0]) not in LENIENT]
        if status < 400:
            asked = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query" and p.get("required")}
            problems += [f"done without the required parameter {name}" for name in sorted(asked - given - WITH_DEFAULT)]
        documented = operation["responses"].get(str(status))
        if documented is None and status < 400:
            problems.append(f"status {status} is not among {sorted(operation['responses'])}")
        if status >= 400 and b'"errorMessages"' in answer:
            # Every resource may answer with the error collection, whatever else is documented for it.
            documented = None
        if documented and "schema" in documented.get("content", {}).get("application/json", {}) and "json" in kind:
            schema = f"{pointer}/responses/{status}/content/application~1json/schema"
            problems += self._judge(schema, json.loads(answer) if answer else None)
        return [f"{method} {template} {status}: {problem}" for problem in problems]

    def _judge(self, pointer: str, value: Any) -> list[str]:
        if value is None:
            return []
        validator = self._validators.get(pointer)
        if validator is None:
            validator = OAS30Validator({"$ref": pointer}, registry=self.registry)
            self._validators[pointer] = validator
        return [words for words in map(_words, validator.iter_errors(value)) if words]


def _words(error: Any) -> str | None:
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        extras = set(error.instance) - set(error.schema.get("properties", {})) - KNOWN_EXTRAS
        if not extras:
            return None
        return f"{error.json_path}: keys {sorted(extras)} are not in the schema"
    return f"{error.json_path}: {error.message[:200]}"


def _canonical(path: str) -> str:
    """The path as the documents write it: v2 has the same resources, only its rich text is markup."""
    path = re.sub(r"^/rest/api/(2|latest)/", "/rest/api/3/", path.rstrip("/"))
    return re.sub(r"^/rest/agile/latest/", "/rest/agile/1.0/", path)


def _name_of(reference: dict[str, Any]) -> str:
    return str(reference.get("$ref") or reference["allOf"][0]["$ref"]).rpartition("/")[2]
