"""Text, numbers, dates, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from emulator import rich_text
from emulator.clock import jira_time, parse_date, parse_time
from emulator.errors import FieldProblem
from emulator.fields.base import Field, FieldType, Scene

if TYPE_CHECKING:
    from emulator.site import Site

LONG_TEXT = 32767


class Text(FieldType):
    """A single line of up to 255 characters."""

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        if not isinstance(value, str):
            raise FieldProblem("Operation value must be a string")
        if len(value) > 255:
            raise FieldProblem("The entered text is too long. It exceeds the allowed limit of 255 characters.")
        return value or None


class Summary(Text):
    """The one text field that may not be empty."""

    def read(self, of: Field, value: Any, scene: Scene) -> Any:
        if value is None or (isinstance(value, str) and not value.strip()):
            raise FieldProblem("You must specify a summary of the issue.")
        if not isinstance(value, str):
            raise FieldProblem("Operation value must be a string")
        if "\n" in value or "\r" in value:
            raise FieldProblem("The summary is invalid because it contains newline characters.")
        if len(value) > 255:
            raise FieldProblem("Summary can't exceed 255 characters.")
        return value.strip()


class Url(Text):
    """A web address."""

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        text = super().parse(of, value, scene)
        if text and not (urlsplit(text).scheme and urlsplit(text).netloc):
            raise FieldProblem("Not a valid URL")
        return text


class RichText(FieldType):
    """An ADF document; wiki markup under REST v2."""

    kind = "text"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        return rich_text.read(value, scene.version)

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        return rich_text.show(stored, scene.version)

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        return None if stored is None else rich_text.to_wiki(stored)


class Number(FieldType):
    """A floating point number."""

    kind = "number"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise FieldProblem("Operation value must be a number")
        return float(value)

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        return None if stored is None else f"{stored:g}" if abs(stored) < 1e15 else str(stored)


class Date(FieldType):
    """`yyyy-mm-dd`."""

    kind = "date"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        date = parse_date(value) if isinstance(value, str) else None
        if date is None:
            raise FieldProblem(f"Error parsing date string: {value}")
        return date

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return None if stored is None else str(stored)


class DateTime(FieldType):
    """A moment, kept as epoch milliseconds."""

    kind = "datetime"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        moment = parse_time(value) if isinstance(value, str) else None
        if moment is None:
            raise FieldProblem(f"Error parsing time: {value}")
        return moment

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        return jira_time(stored)

    def ids(self, of: Field, stored: Any, site: Site) -> str | None:
        return jira_time(stored)

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        return jira_time(stored)


class Labels(FieldType):
    """Words without spaces."""

    operations = ("add", "set", "remove")
    many = True
    kind = "labels"

    def parse(self, of: Field, value: Any, scene: Scene) -> Any:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise FieldProblem("data was not an array")
        for label in value:
            if any(character.isspace() for character in label):
                raise FieldProblem(f"The label '{label}' contains spaces which is invalid.")
            if len(label) > 255:
                raise FieldProblem(f"The label '{label}' exceeds the maximum length for a single label.")
        return sorted(set(filter(None, value)))

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        return " ".join(stored or [])

    def apply(self, of: Field, current: Any, operation: str, operand: Any, scene: Scene) -> Any:
        return sorted(super().apply(of, current, operation, operand, scene))


class ReadOnly(FieldType):
    """A value that Jira works out itself."""

    operations = ()


class ReadOnlyTime(ReadOnly):
    """A moment that Jira sets itself."""

    kind = "datetime"

    def show(self, of: Field, stored: Any, scene: Scene) -> Any:
        return jira_time(stored)

    def text(self, of: Field, stored: Any, site: Site) -> str | None:
        return jira_time(stored)
