"""Fields whose values are other records: users, options, versions, priorities and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator import beans, permissions
from emulator.errors import FieldProblem
from emulator.fields.base import Field, FieldType, Scene

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record


class Reference(FieldType):
    """One record of a kind, given by id or name."""

    kind = "entity"

    def __init__(self, record_kind: str, noun: str, name_key: str = "name") -> None:
        self.record_kind = record_kind
        self.kind = record_kind
        self.noun = noun
        self.name_key = name_key

    def candidates(self, of: Field, scene: Scene) -> list[Record]:
        return scene.site.store.all(self.record_kind)

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        if not isinstance(value, dict):
            raise FieldProblem("data was not an object")
        records = self.candidates(of, scene)
        if value.get("id") is not None:
            found = next((r for r in records if r["id"] == str(value["id"])), None)
            if found is None:
                raise FieldProblem(f"{self.noun} id '{value['id']}' is not valid")
            return found["id"]
        name = value.get(self.name_key, value.get("name"))
        if name is None:
            raise FieldProblem(f"Could not find valid 'id' or '{self.name_key}' in the {self.noun.lower()} object.")
        found = next((r for r in records if str(r[self.name_key]).lower() == str(name).lower()), None)
        if found is None:
            raise FieldProblem(f"{self.noun} {self.name_key} '{name}' is not valid")
        return found["id"]

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        record = scene.site.store.get(self.record_kind, stored)
        return beans.of_kind(self.record_kind, record, scene) if record else None

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return stored if stored is None else str(stored)

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        record = site.store.get(self.record_kind, stored)
        return str(record[self.name_key]) if record else None

    def allowed(self, of: Field, scene: Scene) -> list[Any] | None:
        return [beans.of_kind(self.record_kind, r, scene) for r in self.candidates(of, scene)]


class Priority(Reference):
    """A priority; its wrong values are named in a way of their own."""

    def __init__(self) -> None:
        super().__init__("priority", "Priority")

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        try:
            return super().parse(of, value, scene)
        except FieldProblem:
            raise FieldProblem("The priority selected is invalid.") from None


class OfProject(Reference):
    """A record that belongs to the issue's project: a version or a component."""

    def candidates(self, of: Field, scene: Scene) -> list[Record]:
        if scene.project is None:
            return []
        return scene.site.store.owned(self.record_kind, scene.project["id"])


class IssueType(Reference):
    """One of the project's issue types."""

    def __init__(self) -> None:
        super().__init__("issuetype", "Issue type")

    def candidates(self, of: Field, scene: Scene) -> list[Record]:
        if scene.project is None:
            return super().candidates(of, scene)
        known = (scene.site.store.get("issuetype", type_id) for type_id in scene.project["issueTypes"])
        return [record for record in known if record]

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        try:
            return super().parse(of, value, scene)
        except FieldProblem:
            raise FieldProblem("Specify a valid issue type") from None


class Security(Reference):
    """A level of the project's security scheme."""

    def __init__(self) -> None:
        super().__init__("securitylevel", "Security level")

    def candidates(self, of: Field, scene: Scene) -> list[Record]:
        wanted = (scene.project or {}).get("securityLevels", [])
        return [record for record in super().candidates(of, scene) if record["id"] in wanted]


class User(FieldType):
    """An account, by account id only."""

    kind = "user"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        account_id = value.get("accountId", value.get("id")) if isinstance(value, dict) else None
        if account_id is None and isinstance(value, dict) and "accountId" in value:
            return None
        user = scene.site.store.get("user", account_id)
        if user is None:
            raise FieldProblem(f"User '{account_id}' was not found" if account_id else "expected Object with accountId")
        return user["id"]

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        user = scene.site.store.get("user", stored)
        return beans.user(user, scene) if user else None

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return None if stored is None else str(stored)

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        user = site.store.get("user", stored)
        return str(user["displayName"]) if user else None


class Assignee(User):
    """Somebody who may be assigned issues of the project; `-1` is the project's default."""

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        account_id = value.get("accountId", value.get("id")) if isinstance(value, dict) else None
        if account_id == "-1":
            return permissions.default_assignee(scene.project)
        if isinstance(value, dict) and account_id is None and "name" not in value:
            return None
        user = scene.site.store.get("user", account_id)
        if user is None or not permissions.is_assignable(scene.site, user, scene.project):
            raise FieldProblem(f"User '{account_id}' cannot be assigned issues.")
        return user["id"]


class Reporter(User):
    """Who reported the issue."""

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        try:
            return super().parse(of, value, scene)
        except FieldProblem:
            raise FieldProblem("The reporter specified is not a user.") from None


class Group(FieldType):
    """A group, by name or id."""

    kind = "group"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        wanted = value if isinstance(value, dict) else {}
        for group in scene.site.store.all("group"):
            if wanted.get("groupId") == group["id"] or wanted.get("name") == group["name"]:
                return group["id"]
        raise FieldProblem(f"Could not find group with name '{wanted.get('name')}'.")

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        group = scene.site.store.get("group", stored)
        return beans.group(group, scene) if group else None

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return None

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        group = site.store.get("group", stored)
        return str(group["name"]) if group else None


class Many(FieldType):
    """A list of values of another type."""

    operations = ("set", "add", "remove")
    many = True

    def __init__(self, one: FieldType) -> None:
        self.one = one
        self.kind = one.kind

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        if not isinstance(value, list):
            raise FieldProblem("data was not an array")
        return list(dict.fromkeys(self.one.parse(of, item, scene) for item in value))

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        shown = (self.one.show(of, item, scene) for item in stored)
        return [item for item in shown if item is not None]

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return ", ".join(str(self.one.ids(of, item, site)) for item in stored) if stored else None

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        return ",".join(str(self.one.text(of, item, site)) for item in stored) if stored else None

    def allowed(self, of: Field, scene: Scene) -> list[Any] | None:
        return self.one.allowed(of, scene)
