"""The interface of field types, and what a field is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulator.errors import FieldProblem

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record


@dataclass(frozen=True, slots=True)
class Scene:
    """What a value is read or shown against."""

    site: Site
    version: int = 3
    viewer: str | None = None
    project: Record | None = None
    issue: Record | None = None

    @property
    def root(self) -> str:
        """The base of `self` links."""
        return f"{self.site.base_url}/rest/api/{self.version}"


class FieldType:
    """How values of one type behave. Subclasses override what differs from plain JSON."""

    operations: tuple[str, ...] = ("set",)
    many = False
    kind = "string"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        """The stored form of a client's value; raises FieldProblem. None has been dealt with before."""
        return value

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        """The JSON of a stored value; never called with an empty one."""
        return stored

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        """`from`/`to` of a changelog item."""
        return None

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        """`fromString`/`toString` of a changelog item."""
        return None if stored is None else str(stored)

    def allowed(self, of: Field, scene: Scene) -> list[Any] | None:
        """`allowedValues` of create and edit metadata, or None where the type has no fixed set."""
        return None

    def apply(self, of: Field, current: Any, operation: str, operand: Any, scene: Scene) -> Any:
        """The stored value after one operation of `update`."""
        if operation not in self.operations:
            raise FieldProblem(
                f"Field '{of.id}' does not support update '{operation}'. Supported update operations:"
                f" {', '.join(self.operations)}"
            )
        if operation == "set":
            return self.read(of, operand, scene)
        parsed = self.parse(of, [operand], scene)
        present = current or []
        if operation == "remove":
            return [item for item in present if item not in parsed]
        return present + [item for item in parsed if item not in present]

    def read(self, of: Field, value: Any, scene: Scene) -> Any:
        """Parse, with the empty value of this type for null."""
        if value is None:
            return [] if self.many else None
        return self.parse(of, value, scene)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a site, system or custom."""

    id: str
    name: str
    type: FieldType
    schema: dict[str, Any] = field(hash=False)
    change_name: str
    clauses: tuple[str, ...] = ()
    on_create: bool = True
    on_edit: bool = True
    navigable: bool = True
    orderable: bool = True
    searchable: bool = True
    required: bool = False
    custom: bool = False
    in_issue: bool = True
