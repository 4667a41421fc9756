"""Partner HTTP: the calls to another deployment, signed, and what their answers mean.

==============================  =====================================================================
2xx                             read strictly into a value; what cannot be read is ``Retryable``
4xx with a sentence             ``Refused`` with it (401: they do not know our key)
429, 5xx, cut, time-out         ``Retryable``; ambiguous where they may have acted
no connection                   ``Retryable``
==============================  =====================================================================
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from addon import net
from addon.config import Settings
from addon.errors import Refused, Retryable
from addon.model.catalog import EndInfo
from addon.model.message import Message
from addon.model.preview import Question, Reply
from addon.model.reading import Unreadable, read
from addon.model.scope import ProjectInfo
from addon.model.state import Answer, Receipt, SiteAnswer, State
from addon.store.synchronization import Synchronization
from addon.strict_json import Malformed, parse_answer
from addon.sync import signature

PERSON_SECONDS = 10.0
"""The deadline of calls that a person waits for."""
LIMIT_BYTES = 16 * net.MiB
_CLOCK_STEPS = 3600.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Projects:
    projects: tuple[ProjectInfo, ...]


@dataclass(frozen=True, slots=True)
class _Signer:
    key_id: str
    private_key: str


def batch_size(message: Message) -> int:
    """About how many bytes a message takes on its way."""
    return len(_json(message.to_json()))


class PartnerHttp:
    """Calls to partners' deployments. Thread-safe."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._own_endpoint = settings.base_url
        self._deadline = settings.deadline_seconds
        self._clock = clock
        self._http = net.Http(
            deadline=settings.deadline_seconds,
            limit=LIMIT_BYTES,
            development=settings.development,
            size=settings.worker_threads,
        )
        # Seconds their clock is ahead of ours, learned from a refusal. Lost with the process, learned again.
        self._ahead: dict[str, float] = {}

    def messages(self, to: Synchronization, private_key: str, batch: Sequence[Message]) -> Receipt:
        """POST a batch."""
        body = {"endpoint": self._own_endpoint, "messages": [message.to_json() for message in batch]}
        answer = self._signed("POST", to, private_key, "/messages", body, self._deadline)
        return _read(Receipt, answer)

    def state(self, to: Synchronization, private_key: str, state: State) -> Answer:
        """PUT our state; theirs comes back."""
        answer = self._signed("PUT", to, private_key, "/state", state.to_json(), PERSON_SECONDS)
        return _read(Answer, answer)

    def projects(self, to: Synchronization, private_key: str, etag: str) -> tuple[str, tuple[ProjectInfo, ...]] | None:
        """GET what they show us, with its ETag; None where it is still what came with ``etag``."""
        headers = {"If-None-Match": etag} if etag else {}
        answer = self._signed("GET", to, private_key, "/projects", None, PERSON_SECONDS, headers)
        if answer.status == 304 and etag:
            return None
        return answer.headers.get("ETag", ""), _read(_Projects, answer).projects

    def end(
        self, to: Synchronization, private_key: str, project_id: str, issue_type_id: str, etag: str, *, fresh: bool
    ) -> tuple[str, EndInfo] | None:
        """GET one project and issue type as they show it, as ``projects``. ``fresh``: they shall ask their Jira."""
        headers = {"If-None-Match": etag} if etag else {}
        if fresh:
            headers["Cache-Control"] = "no-cache"
        what = f"/projects/{quote(project_id, safe='')}/types/{quote(issue_type_id, safe='')}"
        answer = self._signed("GET", to, private_key, what, None, PERSON_SECONDS, headers)
        if answer.status == 304 and etag:
            return None
        told = _read(EndInfo, answer)
        if (told.project_id, told.issue_type_id) != (project_id, issue_type_id):
            raise _unreadable()
        return answer.headers.get("ETag", ""), told

    def preview(self, to: Synchronization, private_key: str, question: Question) -> Reply:
        """POST a question that changes nothing."""
        body = {"endpoint": self._own_endpoint, **question.to_json()}
        return _read(Reply, self._signed("POST", to, private_key, "/preview", body, PERSON_SECONDS))

    def invitation(self, to: Synchronization, private_key: str, state: State) -> Answer:
        """POST an invitation to the deployment where its target lives."""
        url = f"{to.partner_endpoint}/partner/invitations"
        body = {"target_url": to.partner_url, "state": state.to_json()}
        answer = self._call("POST", url, body, PERSON_SECONDS, signer=_Signer(to.key_id, private_key))
        return _read(Answer, answer)

    def site(self, deployment: str, url: str) -> SiteAnswer:
        """GET whether a Jira is a tenant there."""
        answer = self._call("GET", f"{deployment}/partner/site?url={quote(url, safe='')}", None, PERSON_SECONDS)
        return _read(SiteAnswer, answer)

    def vouches(self, deployment: str, state: State, target_url: str) -> bool:
        """GET the invitation where it says it was sent, and compare."""
        url = f"{deployment}/partner/invitations/{quote(state.agreement_id, safe='')}"
        try:
            answer = self._call("GET", url, None, PERSON_SECONDS)
        except Refused:
            return False
        data = _data(answer)
        told = {"key_id": state.key_id, "target_url": target_url, "site_url": state.site_url}
        return isinstance(data, dict) and data == told

    def is_jira(self, url: str) -> bool:
        """GET the two things that every Jira Cloud tells a stranger."""
        for path, key in (("/rest/api/3/serverInfo", "deploymentType"), ("/_edge/tenant_info", "cloudId")):
            try:
                answer = self._http.send(self._http.prepare("GET", url + path), deadline=PERSON_SECONDS)
                data = parse_answer(answer.body)
            except net.Refused as error:
                raise Refused(f"This address cannot be called: {error}", field="partner_url") from error
            except net.TooLarge:
                continue
            except net.NetError as error:
                raise Retryable(str(error), party="partner") from error
            except Malformed:
                continue
            if answer.status == 200 and isinstance(data, dict) and key in data:
                return True
        return False

    def _signed(
        self,
        method: str,
        to: Synchronization,
        private_key: str,
        what: str,
        body: Any,
        deadline: float,
        headers: Mapping[str, str] | None = None,
    ) -> net.Answer:
        url = f"{to.partner_endpoint}/partner/synchronizations/{to.agreement_id}{what}"
        return self._call(method, url, body, deadline, signer=_Signer(to.key_id, private_key), headers=headers)

    def _call(
        self,
        method: str,
        url: str,
        body: Any,
        deadline: float,
        *,
        signer: _Signer | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> net.Answer:
        host = urlsplit(url).netloc
        answer = self._once(method, url, body, deadline, signer, headers or {}, host)
        if answer.status == 401 and signer is not None and self._learn_clock(host, answer):
            answer = self._once(method, url, body, deadline, signer, headers or {}, host)
        return _checked(answer, host)

    def _once(
        self,
        method: str,
        url: str,
        body: Any,
        deadline: float,
        signer: _Signer | None,
        headers: Mapping[str, str],
        host: str,
    ) -> net.Answer:
        content = _json(body) if body is not None else b""
        sent = {"Accept": "application/json", **headers}
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            prepared = self._http.prepare(method, url, headers=sent, body=content or None)
            if signer is not None:
                now = self._clock() + self._ahead.get(host, 0.0)
                assert prepared.url is not None
                proof = signature.sign(
                    method, prepared.url, content, key_id=signer.key_id, private_key=signer.private_key, now=now
                )
                prepared.headers.update(proof)
            return self._http.send(prepared, deadline=min(deadline, self._deadline))
        except (net.Refused, net.Unreachable) as error:
            raise Retryable(f"Your partner's Twinline at {host} cannot be reached.", party="partner") from error
        except net.NetError as error:
            raise Retryable(
                f"Your partner's Twinline at {host} did not answer in time.", ambiguous=method != "GET", party="partner"
            ) from error

    def _learn_clock(self, host: str, answer: net.Answer) -> bool:
        """Two clocks that are minutes apart must not stop a synchronization: theirs is told with the refusal."""
        try:
            data = parse_answer(answer.body)
        except Malformed:
            return False
        told = data.get("clock") if isinstance(data, dict) else None
        if not isinstance(told, int | float) or isinstance(told, bool):
            return False
        ahead = float(told) - self._clock()
        if abs(ahead) > _CLOCK_STEPS:
            return False
        self._ahead[host] = ahead
        return True


def _checked(answer: net.Answer, host: str) -> net.Answer:
    status = answer.status
    if 200 <= status < 300 or status == 304:
        return answer
    said, unknown = _said(answer)
    if status == 401 and not unknown:
        # They have the key and do not take the signature: a clock, or a proxy that changes the address on the way.
        raise Retryable(
            f"Your partner's Twinline at {host} does not accept our signature. Its operator should compare its clock "
            "and its public address with ours.",
            party="partner",
        )
    if status in (429, 503):
        raise Retryable(
            said or f"Your partner's Twinline at {host} asks us to wait.", after=_after(answer), party="partner"
        )
    if status in (400, 401, 404, 409, 410, 413, 422):
        raise Refused(said or f"Your partner's Twinline at {host} refuses this ({status}).", status=status)
    raise Retryable(
        f"Your partner's Twinline at {host} has a problem of its own ({status}).",
        ambiguous=status >= 500,
        party="partner",
    )


def _said(answer: net.Answer) -> tuple[str, bool]:
    try:
        data = parse_answer(answer.body)
    except Malformed:
        return "", False
    if not isinstance(data, dict):
        return "", False
    words = data.get("error")
    return words[:1000] if isinstance(words, str) else "", data.get("unknown") is True


def _after(answer: net.Answer) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return min(float(text), 3600.0) if text.isascii() and text.isdigit() else None


def _data(answer: net.Answer) -> Any:
    try:
        return parse_answer(answer.body)
    except Malformed as error:
        raise _unreadable() from error


def _read(kind: type[T], answer: net.Answer) -> T:
    try:
        return read(kind, _data(answer))
    except Unreadable as error:
        raise _unreadable() from error


def _unreadable() -> Retryable:
    return Retryable(
        "Your partner's Twinline answers something unexpected; one of the two may need to be updated.",
        ambiguous=True,
        party="partner",
    )


def _json(data: Any) -> bytes:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
