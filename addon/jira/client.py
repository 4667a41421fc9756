"""Calls to one tenant's Jira. What an answer means is decided here, once, and told as a verdict.

=====================================================  ===========================================================
2xx                                                    the JSON, or None where there is no body
400, 403, 413, 422; 409 after one more try             ``Blocked``, with Jira's own sentence
404                                                    ``Missing``: gone, or hidden from the app
401                                                    ``Retryable``: uninstalled, or its secret was rotated
429                                                    ``Retryable`` after what Jira says; nothing was done
5xx, time-out, cut answer, something that is not JSON  ``Retryable``; ambiguous if the call would have changed anything
no connection                                          ``Retryable``; nothing was done
=====================================================  ===========================================================
"""

from __future__ import annotations

import json as json_text
import math
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from addon import net
from addon.errors import Blocked, Ignored, Missing, Retryable
from addon.jira import auth
from addon.jira.complaint import fields_named, sentence
from addon.strict_json import Malformed, parse_answer

if TYPE_CHECKING:
    from addon.config import Settings
    from addon.store.secret import Vault
    from addon.store.tenant import Tenant

TRACE_HEADER = "X-Atlassian-Webhook-Trace"
CONFLICT_PAUSE_SECONDS = 0.5
_READING_POSTS = (
    "/search/jql",
    "/search/approximate-count",
    "/bulkfetch",
    "/permissions/check",
    "/jql/match",
    "/jql/parse",
    "/comment/list",
    "/worklog/list",
    "/api/3/workflows",
    "/expression/evaluate",
)
"""Ends of paths that are asked by POST and change nothing."""


class JiraClient:
    """REST calls as the app, signed for one tenant. Thread-safe."""

    def __init__(self, tenant: Tenant, settings: Settings, vault: Vault, http: net.Http) -> None:
        """``http``: the pool of connections to Jira (``net.jira_http``).

        Raises:
            Ignored: the app is not installed there any more.
        """
        if not tenant.live:
            raise Ignored(f"Twinline is {tenant.state} at {tenant.base_url}.")
        self._tenant = tenant
        self._app_key = settings.app_key
        self._base_path = urlsplit(tenant.base_url).path.rstrip("/")
        self._secret = vault.open(tenant.shared_secret)
        self._http = http

    def get(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        """GET ``path`` (from ``/rest`` on). Raises the verdicts above."""
        return self._call("GET", path, params, None, trace=False)

    def post(
        self, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None, trace: bool | None = None
    ) -> Any:
        """POST JSON. ``trace``: mark this call's webhooks as our own; left out, every call that writes is."""
        return self._call("POST", path, params, {} if json is None else json, trace)

    def put(
        self, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None, trace: bool | None = None
    ) -> Any:
        """PUT JSON; see ``post``."""
        return self._call("PUT", path, params, {} if json is None else json, trace)

    def delete(self, path: str, *, params: Mapping[str, Any] | None = None, trace: bool | None = None) -> Any:
        """DELETE; see ``post``."""
        return self._call("DELETE", path, params, None, trace)

    def _call(self, method: str, path: str, params: Mapping[str, Any] | None, json: Any, trace: bool | None) -> Any:
        writes = method != "GET" and not (method == "POST" and path.endswith(_READING_POSTS))
        marked = writes if trace is None else trace
        answer = self._send(method, path, params, json, writes=writes, trace=marked)
        if answer.status == 409:
            time.sleep(CONFLICT_PAUSE_SECONDS)
            answer = self._send(method, path, params, json, writes=writes, trace=marked)
        return _verdict(answer, self._tenant.base_url, writes)

    def _send(
        self, method: str, path: str, params: Mapping[str, Any] | None, json: Any, *, writes: bool, trace: bool
    ) -> net.Answer:
        headers = {"Accept": "application/json"}
        body = None
        if json is not None:
            body = json_text.dumps(json, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
            headers["Content-Type"] = "application/json"
        if trace:
            headers[TRACE_HEADER] = self._tenant.trace
        try:
            url = self._tenant.base_url + path
            prepared = self._http.prepare(method, url, params=params, headers=headers, body=body)
            token = auth.app_token(
                self._app_key, self._secret, method, prepared.path_url, now=time.time(), base_path=self._base_path
            )
            prepared.headers["Authorization"] = f"JWT {token}"
            return self._http.send(prepared)
        except (net.Refused, net.Unreachable) as error:
            raise Retryable(f"Jira was not reached: {error}", party="jira") from error
        except net.NetError as error:
            raise Retryable(f"Jira did not answer: {error}", ambiguous=writes, party="jira") from error


def _verdict(answer: net.Answer, site: str, writes: bool) -> Any:
    status = answer.status
    if 200 <= status < 300:
        return _content(answer, writes)
    if status == 429 or (status == 503 and "Retry-After" in answer.headers):
        # A limit on writes to one issue holds up that issue only.
        per_issue = answer.headers.get("RateLimit-Reason") == "jira-per-issue-on-write"
        raise Retryable(
            f"Jira asks us to wait ({status}).",
            after=_retry_after(answer),
            ambiguous=writes and status == 503,
            party="link" if per_issue else "jira",
        )
    if status == 401:
        raise Retryable(
            f"{site} does not accept our token: the app may have been uninstalled there, or its secret rotated.",
            party="jira",
        )
    if status >= 500 or status in (408, 425) or 300 <= status < 400:
        raise Retryable(f"Jira has a problem of its own ({status}).", ambiguous=writes and status >= 500, party="jira")
    said = sentence(answer.body)
    if status == 404:
        raise Missing(said or "Jira does not find it: it is gone, or hidden from the app.")
    raise Blocked(
        said or f"Jira refuses this ({status}).", fix=_FIXES.get(status, ""), fields=fields_named(answer.body)
    )


_FIXES = {
    403: "Give the app's user the permission in the project, or take the project out of the mapping.",
    409: "The issue is being changed by someone else. Retry.",
    413: "The issue has reached one of Jira's limits. Remove something from it, then retry.",
    422: "Ask a Jira administrator to check the project's workflow and screens, then retry.",
}


def _content(answer: net.Answer, writes: bool) -> Any:
    if not answer.body.strip():
        return None
    try:
        return parse_answer(answer.body)
    except Malformed as error:
        raise Retryable("Jira's answer is not JSON.", ambiguous=writes, party="jira") from error


def _retry_after(answer: net.Answer) -> float | None:
    """Seconds, from a number or an HTTP date (RFC 9110 §10.2.3); None where it says nothing usable."""
    text = answer.headers.get("Retry-After", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
