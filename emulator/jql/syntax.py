"""The parsed query: plain values that know nothing of any site."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Property:
    """`[key].path` behind a field's name: a value inside an entity property."""

    key: str
    path: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field as the query names it; `name` is `cf[10010]` for that form and `issue.property` before a property."""

    name: str
    property: Property | None = None

    def __str__(self) -> str:
        if self.property is None:
            return self.name
        path = f".{self.property.path}" if self.property.path else ""
        return f"{self.name}[{self.property.key}]{path}"


@dataclass(frozen=True, slots=True)
class Value:
    """A word, number or quoted string, without its quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """EMPTY or NULL."""


@dataclass(frozen=True, slots=True)
class Values:
    """A list in parentheses."""

    operands: tuple["Operand", ...]


Operand = Value | Call | Empty | Values


@dataclass(frozen=True, slots=True)
class Predicate:
    """`AFTER "2026/11/21"` and the like, behind WAS and CHANGED; the name is in lower case."""

    name: str
    operand: Operand


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field operator operand`; operators are in lower case: `=`, `not in`, `is not`."""

    field: Field
    operator: str
    operand: Operand


@dataclass(frozen=True, slots=True)
class Was:
    """`status WAS NOT IN (...) BY ...`; the operator is one of `was`, `was not`, `was in`, `was not in`."""

    field: Field
    operator: str
    operand: Operand
    predicates: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """`status CHANGED FROM ... TO ...`."""

    field: Field
    predicates: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses with `and` or `or` between them."""

    operator: str
    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """NOT."""

    clause: "Clause"


Clause = Comparison | Was | Changed | Group | Negation


@dataclass(frozen=True, slots=True)
class Sort:
    """One field of ORDER BY; `direction` is `asc`, `desc` or, where the query is silent, None."""

    field: Field
    direction: str | None


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query. The text is that of the user, for messages."""

    text: str
    where: Clause | None
    order_by: tuple[Sort, ...]

    @property
    def is_bounded(self) -> bool:
        """Whether there is any restriction at all; `search/jql` refuses queries without one."""
        return self.where is not None

    def structure(self) -> dict[str, Any]:
        """The query as JSON, in the form of `POST /jql/parse`."""
        # The tree is data for its writer, and the writer is no part of the tree.
        from emulator.jql.structure import structure  # noqa: PLC0415

        return structure(self)

    def clauses(self) -> Iterator[Comparison | Was | Changed]:
        """All clauses that name a field, in the order of the text."""
        waiting = [self.where] if self.where else []
        while waiting:
            clause = waiting.pop(0)
            if isinstance(clause, Group):
                waiting[:0] = clause.clauses
            elif isinstance(clause, Negation):
                waiting.insert(0, clause.clause)
            else:
                yield clause
