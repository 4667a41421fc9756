"""Who may open what; and that only this site's own pages may ask for frames."""

from __future__ import annotations

import pytest
import requests

from emulator.site import Site

from .conftest import Rest
from .probe_app import KEY, ProbeApp

pytestmark = pytest.mark.usefixtures("probe")


@pytest.fixture
def person(site: Site) -> requests.Session:
    return _logged_in(site, "user@example.com", "user")


@pytest.fixture
def admin(site: Site) -> requests.Session:
    return _logged_in(site, "admin@example.com", "admin")


def _logged_in(site: Site, email: str, token: str) -> requests.Session:
    session = requests.Session()
    answer = session.post(
        site.base_url + "/login",
        data={"email": email, "token": token},
        headers={"Origin": site.base_url},
        allow_redirects=False,
        timeout=10,
    )
    assert answer.status_code == 302
    return session


@pytest.mark.parametrize(
    "path", ["/issues", "/browse/SHOP-1", "/settings/apps", f"/plugins/servlet/ac/{KEY}/probe-admin"]
)
def test_without_a_session_every_page_leads_to_login(site: Site, path: str) -> None:
    answer = requests.get(site.base_url + path, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login?next=")


def test_a_wrong_token_is_refused_in_words(site: Site) -> None:
    given = {"email": "admin@example.com", "token": "wrong"}
    answer = requests.post(site.base_url + "/login", data=given, headers={"Origin": site.base_url}, timeout=10)
    assert answer.status_code == 401
    assert "E-mail or API token is wrong" in answer.text


def test_login_from_another_page_is_refused(site: Site) -> None:
    given = {"email": "admin@example.com", "token": "admin"}
    answer = requests.post(site.base_url + "/login", data=given, headers={"Origin": "http://evil.example"}, timeout=10)
    assert answer.status_code == 403
    assert not answer.cookies


@pytest.mark.parametrize(
    "path", ["/settings/apps", f"/plugins/servlet/ac/{KEY}/probe-admin", f"/plugins/servlet/ac/{KEY}/probe-configure"]
)
def test_settings_are_for_administrators(
    site: Site, person: requests.Session, admin: requests.Session, path: str
) -> None:
    refused = person.get(site.base_url + path, timeout=10)
    assert refused.status_code == 403 and "administrators" in refused.text
    assert admin.get(site.base_url + path, timeout=10).status_code == 200


def test_unknown_app_pages_are_404(site: Site, admin: requests.Session) -> None:
    for path in (f"/plugins/servlet/ac/{KEY}/nope", "/plugins/servlet/ac/nope/probe-admin"):
        assert admin.get(site.base_url + path, timeout=10).status_code == 404


def test_frames_are_resolved_for_our_pages_only(site: Site, admin: requests.Session) -> None:
    body = {"addon_key": KEY, "key": "probe-admin"}
    ask = site.base_url + "/_host/resolve"
    own = {"Origin": site.base_url}
    assert requests.post(ask, json=body, headers=own, timeout=10).status_code == 401
    assert admin.post(ask, json=body, timeout=10).status_code == 403
    assert admin.post(ask, json=body, headers={"Origin": "http://evil.example"}, timeout=10).status_code == 403
    assert admin.post(ask, data="nonsense", headers=own, timeout=10).status_code == 403
    assert admin.post(ask, json=body | {"addon_key": "nope"}, headers=own, timeout=10).status_code == 404
    assert admin.post(ask, json=body | {"key": "nope"}, headers=own, timeout=10).status_code == 404
    answer = admin.post(ask, json=body, headers=own, timeout=10)
    assert answer.status_code == 200
    assert "xdm_e=http%3A%2F%2F127.0.0.1" in answer.json()["url"] and "jwt=" in answer.json()["url"]


def test_pages_opened_under_another_name_move_to_the_site_s_own(site: Site) -> None:
    other = site.base_url.replace("127.0.0.1", "localhost")
    answer = requests.get(other + "/issues?jql=x", allow_redirects=False, timeout=10)
    assert answer.headers["Location"] == site.base_url + "/issues?jql=x"


def test_pages_forbid_framing_and_foreign_scripts(site: Site, admin: requests.Session, probe: ProbeApp) -> None:
    policy = admin.get(site.base_url + "/issues", timeout=10).headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "script-src 'self';" in policy
    assert f"frame-src {probe.base_url}" in policy


def test_the_frame_s_script_asks_nothing_of_the_cdn(site: Site) -> None:
    script = requests.get(site.base_url + "/atlassian-connect/all.js", timeout=10)
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert f'CDN_URL = "{site.base_url}/atlassian-connect"' in script.text
    theme = requests.get(site.base_url + "/atlassian-connect/themes/atlaskit-tokens_dark.css", timeout=10)
    assert theme.ok


def test_two_sites_on_one_machine_keep_their_own_sessions(site: Site, rest: Rest, admin: requests.Session) -> None:
    names = {cookie.name for cookie in admin.cookies}
    assert names == {f"jira_session_{site.identity['cloudId'][:8]}"}
