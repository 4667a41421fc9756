"""Logging in and out. One click per person, as this is a site for developing and testing."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from emulator import auth
from emulator.errors import JiraError
from emulator.pages import shell
from emulator.site import Site
from emulator.store import Record


def register(pages: Blueprint, site: Site) -> None:
    """Add `/login` and `/logout`."""

    @pages.get("/login")
    def login_page() -> str:
        return _page(site, "")

    @pages.post("/login")
    def login() -> AnyResponse:
        if not shell.from_our_pages():
            return _again(site, 403, "Log in from this site's own page.")
        account_id = request.form.get("accountId") or _account_of(site)
        user = site.store.get("user", account_id)
        if user is None or not user["active"] or user.get("accountType", "atlassian") != "atlassian":
            return _again(site, 401, "E-mail or API token is wrong. Check both, or pick a person.")
        response = redirect(next_page(request.form.get("next", "")))
        assert isinstance(response, Response)
        return auth.log_in(site, response, user["id"])

    @pages.post("/logout")
    def logout() -> AnyResponse:
        response = redirect("/login")
        assert isinstance(response, Response)
        return auth.log_out(site, response) if shell.from_our_pages() else response


def next_page(wanted: str) -> str:
    """Where to go after login: only ever a path of this site."""
    parts = urlsplit(wanted)
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc
    return wanted if inside else "/issues"


def _account_of(site: Site) -> str:
    try:
        user = auth.user_of_token(site, request.form.get("email", ""), request.form.get("token", ""))
    except JiraError:
        return ""
    return str(user["id"])


def _people(site: Site) -> tuple[list[Record], list[Record]]:
    """Those with an API token (who came with the site), and everybody else."""
    people = [u for u in site.store.all("user") if u["active"] and u.get("accountType", "atlassian") == "atlassian"]
    people.sort(key=lambda u: str(u["displayName"]).lower())
    return [u for u in people if u.get("token")], [u for u in people if not u.get("token")]


def _page(site: Site, problem: str) -> str:
    known, others = _people(site)
    wanted = next_page(request.values.get("next", ""))
    return shell.render(site, None, "login.html", known=known, others=others, next=wanted, problem=problem)


def _again(site: Site, status: int, problem: str) -> AnyResponse:
    return make_response(_page(site, problem), status)
