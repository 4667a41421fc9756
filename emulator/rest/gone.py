"""What Atlassian removed: 410 with the words of the real thing."""

from typing import Any

from emulator.errors import JiraError
from emulator.rest.routing import Resource

rest = Resource("gone")


def _gone(**_: str) -> Any:
    raise JiraError(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration"
        " guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
    )


for _method, _path in (
    ("GET", "/search"),
    ("POST", "/search"),
    ("POST", "/search/id"),
    ("POST", "/expression/eval"),
    ("GET", "/issue/createmeta"),
):
    rest.route(_method, _path, anonymous=True)(_gone)
