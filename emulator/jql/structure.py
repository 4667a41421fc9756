"""A query as JSON, in the form of `POST /jql/parse` (schema JqlQuery of Atlassian's OpenAPI document)."""

import re
from typing import Any

from emulator.jql.reserved import RESERVED_WORDS
from emulator.jql.syntax import (
    Call,
    Changed,
    Clause,
    Comparison,
    Empty,
    Field,
    Group,
    Negation,
    Operand,
    Query,
    Value,
    Values,
    Was,
)

# cf is reserved, yet names a custom field when a number in brackets follows.
_PLAIN = re.compile(r"[\w.:-]+|cf\[\d+\]")
_RESERVED = frozenset(RESERVED_WORDS)

Json = dict[str, Any]


def structure(query: Query) -> Json:
    """The query's tree. Absent parts are absent, as in Jira."""
    result: Json = {}
    if query.where is not None:
        result["where"] = _clause(query.where)
    if query.order_by:
        sorts = (
            {"field": _field(sort.field), **({"direction": sort.direction} if sort.direction else {})}
            for sort in query.order_by
        )
        result["orderBy"] = {"fields": list(sorts)}
    return result


def encoded(text: str) -> str:
    """The text as it must stand in a query: in quotes unless it is a plain word."""
    if _PLAIN.fullmatch(text) and text.isascii() and text.lower() not in _RESERVED:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def _clause(clause: Clause) -> Json:
    match clause:
        case Group(operator, clauses):
            return {"operator": operator, "clauses": [_clause(each) for each in clauses]}
        case Negation(inner):
            return {"operator": "not", "clauses": [_clause(inner)]}
        case Comparison(field, operator, operand):
            # Atlassian's document spells "!~" as "~=" and knows no other word for it.
            named = "~=" if operator == "!~" else operator
            return {"field": _field(field), "operator": named, "operand": _operand(operand)}
        case Was(field, operator, operand, _):
            return {
                "field": _field(field),
                "operator": operator,
                "operand": _operand(operand),
                "predicates": _predicates(clause),
            }
    return {"field": _field(clause.field), "operator": "changed", "predicates": _predicates(clause)}


def _predicates(clause: Was | Changed) -> list[Json]:
    return [{"operator": each.name, "operand": _operand(each.operand)} for each in clause.predicates]


def _field(field: Field) -> Json:
    name = field.name if field.property is None else str(field)
    result: Json = {"name": name, "encodedName": encoded(field.name)}
    if field.property is not None:
        key, path = field.property.key, field.property.path
        suffix = f".{path}" if path else ""
        result["encodedName"] = f"{field.name}[{encoded(key)}]{suffix}"
        result["property"] = [{"entity": field.name.partition(".")[0], "key": key, "path": path}]
    return result


def _operand(operand: Operand) -> Json:
    match operand:
        case Value(text):
            return {"value": text, "encodedValue": encoded(text)}
        case Call(name, arguments):
            call = f"{name}({', '.join(encoded(each) for each in arguments)})"
            return {"function": name, "arguments": list(arguments), "encodedOperand": call}
        case Values(operands):
            parts = [_operand(each) for each in operands]
            return {"values": parts, "encodedOperand": f"({', '.join(_encoding(part) for part in parts)})"}
        case Empty():
            return {"keyword": "empty"}


def _encoding(operand: Json) -> str:
    return str(operand.get("encodedOperand") or operand.get("encodedValue") or operand.get("keyword"))
