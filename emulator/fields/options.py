"""Select lists: options belong to a context, a context to a field, some projects and some issue types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator import beans
from emulator.errors import FieldProblem
from emulator.fields.base import Field, FieldType, Scene

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record


def context_for(site: Site, field_id: str, project_id: str | None, type_id: str | None) -> Record | None:
    """The context of a custom field that covers a project and issue type; a narrow one beats the global one."""
    covering = [
        context
        for context in site.store.owned("context", field_id)
        if (not context["projects"] or project_id is None or project_id in context["projects"])
        and (not context["issueTypes"] or type_id is None or type_id in context["issueTypes"])
    ]
    return max(covering, key=lambda c: (bool(c["projects"]), bool(c["issueTypes"])), default=None)


def options_in(of: Field, scene: Scene, parent: str | None = None) -> list[Record]:
    """The options offered for an issue, top level or below a parent."""
    type_id = scene.issue["fields"].get("issuetype") if scene.issue else None
    context = context_for(scene.site, of.id, scene.project["id"] if scene.project else None, type_id)
    return [
        option
        for option in scene.site.store.owned("option", of.id)
        if context and option["context"] == context["id"] and option.get("parent") == parent
    ]


class Option(FieldType):
    """One option, by id or value."""

    kind = "option"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        return self._pick(of, value, options_in(of, scene))

    @staticmethod
    def _pick(of: Field, value: Any, options: list[Record]) -> str:
        if not isinstance(value, dict):
            raise FieldProblem("Specify a valid 'id' or 'name' for " + of.name)
        enabled = [option for option in options if not option["disabled"]]
        if value.get("id") is not None:
            found = next((o for o in enabled if o["id"] == str(value["id"])), None)
            if found is None:
                raise FieldProblem(f"Option id '{value['id']}' is not valid")
            return str(found["id"])
        found = next((o for o in enabled if o["value"] == value.get("value")), None)
        if found is None:
            raise FieldProblem(f"Option value '{value.get('value')}' is not valid")
        return str(found["id"])

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        option = scene.site.store.get("option", stored)
        return beans.option(option, scene) if option else None

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return None if stored is None else str(stored)

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        option = site.store.get("option", stored)
        return str(option["value"]) if option else None

    def allowed(self, of: Field, scene: Scene) -> list[Any] | None:
        return [beans.option(o, scene) for o in options_in(of, scene) if not o["disabled"]]


class Cascade(Option):
    """A parent option and perhaps a child, kept as a list of one or two ids."""

    kind = "cascade"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        parent = self._pick(of, value, options_in(of, scene))
        child = value.get("child")
        if child is None:
            return [parent]
        return [parent, self._pick(of, child, options_in(of, scene, parent))]

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        shown = super().show(of, stored[0], scene)
        if shown and len(stored) > 1:
            shown["child"] = super().show(of, stored[1], scene)
        return shown

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return self._words(stored, [str(item) for item in stored or []])

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        names = [super(Cascade, self).text(of, item, site) or "" for item in stored or []]
        return self._words(stored, names)

    @staticmethod
    def _words(stored: Any, names: list[str]) -> str | None:
        if not stored:
            return None
        levels = [f"Parent values: {names[0]}({stored[0]})"]
        if len(names) > 1:
            levels.append(f"Level 1 values: {names[1]}({stored[1]})")
        return "".join(levels)

    def allowed(self, of: Field, scene: Scene) -> list[Any] | None:
        shown = []
        for option in options_in(of, scene):
            children = [beans.option(o, scene) for o in options_in(of, scene, option["id"]) if not o["disabled"]]
            if not option["disabled"]:
                shown.append(beans.option(option, scene) | ({"children": children} if children else {}))
        return shown
