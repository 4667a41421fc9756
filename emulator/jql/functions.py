"""JQL's functions: what each takes, on which kinds of fields it works, and what it gives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.jql.dates import end_of, parse_date, start_of
from emulator.jql.errors import JqlError
from emulator.jql.world import Entity, FieldInfo, World

IssueTest = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """What a function gives: ids (of users, entities, issues), one moment, or a test for issues of its own."""

    ids: frozenset[str] = frozenset()
    moment: datetime | None = None
    test: IssueTest | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function: `kinds` are the kinds of fields it may stand beside, `is_list` that it stands behind IN."""

    name: str
    least: int
    most: int
    kinds: frozenset[str]
    java_type: str
    is_list: bool
    evaluate: Callable[[World, tuple[str, ...]], Found]

    def call(self, world: World, arguments: tuple[str, ...]) -> Found:
        """The function's value; raises JqlError for a wrong number of arguments or arguments that mean nothing."""
        if not self.least <= len(arguments) <= self.most:
            expected = f"'{self.least}'" if self.least == self.most else f"between '{self.least}' and '{self.most}'"
            raise JqlError(f"Function '{self.name}' expected {expected} arguments but received '{len(arguments)}'.")
        return self.evaluate(world, arguments)


def function_named(name: str) -> Function:
    """The function of this name in any case; raises JqlError."""
    found = FUNCTIONS.get(name.lower())
    if found is None:
        raise JqlError(f"Unable to find JQL function '{name}()'.")
    return found


def _field(world: World, name: str) -> FieldInfo | None:
    return next(iter(world.fields().get(name.lower(), ())), None)


def _entities(world: World, field_name: str) -> Iterable[Entity]:
    field = _field(world, field_name)
    return world.entities(field) if field else ()


def _ids(entities: Iterable[Entity]) -> Found:
    return Found(ids=frozenset(entity.id for entity in entities))


def _current_user(world: World, _: tuple[str, ...]) -> Found:
    user = world.current_user()
    return Found(ids=frozenset({user} if user else ()))


def _members_of(world: World, arguments: tuple[str, ...]) -> Found:
    members = world.group_members(arguments[0])
    if members is None:
        raise JqlError(
            f"Function 'membersOf' can not generate a list of usernames for group '{arguments[0]}'; "
            "the group does not exist."
        )
    return Found(ids=frozenset(members))


def _at(span: str, name: str, edge: Callable[[str, datetime, str], datetime | None]) -> Callable[..., Found]:
    def evaluate(world: World, arguments: tuple[str, ...]) -> Found:
        moment = edge(span, world.now(), arguments[0] if arguments else "")
        if moment is None:
            raise JqlError(
                f"Duration for function '{name}' should have the format (+/-)n(yMwdm), e.g -1M for 1 month earlier."
            )
        return Found(moment=moment)

    return evaluate


def _states(field_name: str, *states: str) -> Callable[..., Found]:
    def evaluate(world: World, arguments: tuple[str, ...]) -> Found:
        projects = {project.id for name in arguments for project in _project(world, name)}
        return _ids(
            entity
            for entity in _entities(world, field_name)
            if entity.state in states and (not arguments or entity.project in projects)
        )

    return evaluate


def _project(world: World, name: str) -> list[Entity]:
    wanted = name.casefold()
    found = [
        each for each in _entities(world, "project") if wanted in (each.id, each.key.casefold(), each.name.casefold())
    ]
    if not found:
        raise JqlError(f"Could not resolve the project '{name}' provided to function.")
    return found


def _edge_version(state: str, pick: Callable[..., Entity]) -> Callable[..., Found]:
    def evaluate(world: World, arguments: tuple[str, ...]) -> Found:
        projects = {project.id for project in _project(world, arguments[0])}
        versions = [
            version
            for version in _entities(world, "fixversion")
            if version.project in projects and version.state == state
        ]
        return _ids([pick(versions, key=lambda version: version.rank)] if versions else [])

    return evaluate


def _lead_by(field_name: str) -> Callable[..., Found]:
    def evaluate(world: World, arguments: tuple[str, ...]) -> Found:
        user = _user(world, arguments[0]) if arguments else world.current_user()
        return _ids(entity for entity in _entities(world, field_name) if user and entity.lead == user)

    return evaluate


def _user(world: World, name: str) -> str:
    found = world.user(name)
    if found is None:
        raise JqlError(f"The user '{name}' does not exist.")
    return found.id


def _linked_issues(world: World, arguments: tuple[str, ...]) -> Found:
    issue = world.issue(arguments[0])
    if issue is None:
        raise JqlError(f"Issue '{arguments[0]}' could not be found in function 'linkedIssues'.")
    wanted = {name.casefold() for name in arguments[1:]}
    links = world.links(issue)
    return Found(
        ids=frozenset(
            link.issue_id for link in links if not wanted or wanted & {name.casefold() for name in link.names}
        )
    )


def _updated_by(world: World, arguments: tuple[str, ...]) -> Found:
    user = _user(world, arguments[0])
    bounds = [_moment(world, argument) for argument in arguments[1:]]

    def test(issue: Any) -> bool:
        return any(
            author == user and (not bounds or at >= bounds[0]) and (len(bounds) < 2 or at <= bounds[1])
            for at, author in world.updates(issue)
        )

    return Found(test=test)


def _moment(world: World, text: str) -> datetime:
    moment = parse_date(text, world.now())
    if moment is None:
        raise JqlError(f"Date value '{text}' for function 'updatedBy' is invalid.")
    return moment


def _of_current_user(field_name: str) -> Callable[..., Found]:
    def evaluate(world: World, _: tuple[str, ...]) -> Found:
        field, user = _field(world, field_name), world.current_user()

        def test(issue: Any) -> bool:
            people = world.value(issue, field) if field else None
            return any(person.id == user for person in people or ())

        return Found(test=test)

    return evaluate


_DATES = frozenset({"date", "datetime"})
_USERS = frozenset({"user"})
_ISSUES = frozenset({"issue", "parent"})
_VERSIONS = frozenset({"version"})
_SPRINTS = frozenset({"sprint"})
_TYPES = frozenset({"issuetype"})
_ANY_NUMBER = 1000

_JAVA = {
    "date": "java.util.Date",
    "user": "com.atlassian.jira.user.ApplicationUser",
    "issue": "com.atlassian.jira.issue.Issue",
    "version": "com.atlassian.jira.project.version.Version",
    "sprint": "com.atlassian.greenhopper.service.sprint.Sprint",
    "issuetype": "com.atlassian.jira.issue.issuetype.IssueType",
    "project": "com.atlassian.jira.project.Project",
    "component": "com.atlassian.jira.bc.project.component.ProjectComponent",
}


def _made(
    name: str,
    kinds: frozenset[str],
    java: str,
    evaluate: Callable[[World, tuple[str, ...]], Found],
    *,
    arguments: tuple[int, int] = (0, 0),
    is_list: bool = True,
) -> Function:
    return Function(name, *arguments, kinds, _JAVA[java], is_list, evaluate)


def _date_functions() -> list[Function]:
    made = [_made("now", _DATES, "date", lambda world, _: Found(moment=world.now()), is_list=False)]
    for span in ("Day", "Week", "Month", "Year"):
        for word, edge in (("startOf", start_of), ("endOf", end_of)):
            evaluate = _at(span.lower(), f"{word}{span}", edge)
            made.append(_made(f"{word}{span}", _DATES, "date", evaluate, arguments=(0, 1), is_list=False))
    return made


_ALL = [
    _made("currentUser", _USERS, "user", _current_user, is_list=False),
    _made("membersOf", _USERS, "user", _members_of, arguments=(1, 1)),
    *_date_functions(),
    _made("issueHistory", _ISSUES, "issue", lambda world, _: Found(ids=frozenset(world.viewed_issues()))),
    _made("linkedIssues", _ISSUES, "issue", _linked_issues, arguments=(1, _ANY_NUMBER)),
    _made("votedIssues", _ISSUES, "issue", _of_current_user("voter")),
    _made("watchedIssues", _ISSUES, "issue", _of_current_user("watcher")),
    _made("updatedBy", _ISSUES, "issue", _updated_by, arguments=(1, 3)),
    _made("openSprints", _SPRINTS, "sprint", _states("sprint", "active")),
    _made("closedSprints", _SPRINTS, "sprint", _states("sprint", "closed")),
    _made("futureSprints", _SPRINTS, "sprint", _states("sprint", "future")),
    _made("releasedVersions", _VERSIONS, "version", _states("fixversion", "released"), arguments=(0, _ANY_NUMBER)),
    _made("unreleasedVersions", _VERSIONS, "version", _states("fixversion", "unreleased"), arguments=(0, _ANY_NUMBER)),
    _made(
        "latestReleasedVersion", _VERSIONS, "version", _edge_version("released", max), arguments=(1, 1), is_list=False
    ),
    _made(
        "earliestUnreleasedVersion",
        _VERSIONS,
        "version",
        _edge_version("unreleased", min),
        arguments=(1, 1),
        is_list=False,
    ),
    _made("projectsLeadByUser", frozenset({"project"}), "project", _lead_by("project"), arguments=(0, 1)),
    _made("componentsLeadByUser", frozenset({"component"}), "component", _lead_by("component"), arguments=(0, 1)),
    _made("standardIssueTypes", _TYPES, "issuetype", _states("issuetype", "standard")),
    _made("subtaskIssueTypes", _TYPES, "issuetype", _states("issuetype", "subtask")),
]

FUNCTIONS = {function.name.lower(): function for function in _ALL}
