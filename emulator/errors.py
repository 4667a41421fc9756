"""The one error that resources raise; the app turns it into Jira's error body."""

from collections.abc import Mapping


class FieldProblem(Exception):
    """A value that a field refuses, in Jira's words."""


class JiraError(Exception):
    """An answer other than success, with the words Jira would use."""

    def __init__(
        self,
        status: int,
        *messages: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status}: {' '.join(messages)} {dict(errors or {})}")
        self.status = status
        self.messages = list(messages)
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})

    def body(self) -> dict[str, object]:
        """The standard error collection of the REST API."""
        return {"errorMessages": self.messages, "errors": self.errors}


def bad_field(field_id: str, message: str) -> JiraError:
    """400 that blames one field."""
    return JiraError(400, errors={field_id: message})
