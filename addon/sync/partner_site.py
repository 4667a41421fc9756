"""Partner site: is there a Jira at this URL, with Twinline installed and switched on, and where does that live?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from addon.address import AddressRefused, normal_url
from addon.config import Settings
from addon.errors import Refused, Retryable
from addon.model.state import SiteAnswer
from addon.store import tenant as tenant_store
from addon.store.db import Database
from addon.store.tenant import Tenant


@dataclass(frozen=True, slots=True)
class PartnerSite:
    """A Jira that can be invited. ``endpoint`` is its Twinline deployment; ``tenant_id`` is set where that is ours."""

    url: str
    name: str
    endpoint: str
    tenant_id: int | None


class Asking(Protocol):
    """What is needed of ``sync.transport``."""

    def site(self, deployment: str, url: str) -> SiteAnswer: ...

    def is_jira(self, url: str) -> bool: ...


def find(db: Database, settings: Settings, transport: Asking, tenant: Tenant, text: str) -> PartnerSite:
    """The site that a person means by this URL.

    Raises:
        Refused: not a URL, one's own, not reachable, not a Jira, without Twinline, or switched off there.
    """
    url = _site_url(text, settings)
    if url in (tenant.base_url, tenant.display_url):
        raise _refused("This is your own Jira. Enter the address of your partner's.")
    with db.read() as tx:
        here = tenant_store.by_base_url(tx, url)
    if here is not None:
        return _usable(
            SiteAnswer("enabled" if here.live else "disabled", here.base_url, here.name), settings.base_url, here
        )
    silent = ""
    for deployment in settings.partner_deployments:
        try:
            answer = transport.site(deployment, url)
        except Retryable as error:
            silent = error.reason
            continue
        except Refused as refused:
            silent = refused.sentence
            continue
        if answer.state != "absent":
            return _usable(answer, deployment, None)
    raise _absent(url, transport, silent)


def _usable(answer: SiteAnswer, endpoint: str, here: Tenant | None) -> PartnerSite:
    if answer.state != "enabled":
        raise _refused(f"Twinline is switched off at {answer.url}. Ask your partner to enable it under Manage apps.")
    return PartnerSite(answer.url, answer.name or urlsplit(answer.url).netloc, endpoint, here.id if here else None)


def _absent(url: str, transport: Asking, silent: str) -> Refused:
    try:
        is_jira = transport.is_jira(url)
    except Retryable:
        return _refused(f"Nothing answers at {url}. Check the address, and whether the site is up.")
    except Refused as refused:
        return _refused(refused.sentence)
    if not is_jira:
        return _refused(f"There is no Jira at {url}. Check the address.")
    if silent:
        return Refused(
            f"Whether Twinline is installed at {url} cannot be found out just now: {silent} Try again.", status=503
        )
    return _refused(f"Twinline is not installed at {url}. Ask your partner to install it, then try again.")


def _site_url(text: str, settings: Settings) -> str:
    """What people paste: with or without https://, often with the path of the page they were on."""
    text = text.strip()
    if not text or len(text) > 2_000 or any(char.isspace() for char in text):
        raise _refused("Enter the address of your partner's Jira, such as https://partner.atlassian.net.")
    if "://" not in text:
        text = "https://" + text
    try:
        parts = urlsplit(text)
        url = normal_url(f"{parts.scheme}://{parts.netloc}", development=settings.development)
    except (AddressRefused, ValueError) as error:
        reason = str(error) if isinstance(error, AddressRefused) else "This is not a URL."
        raise _refused(reason) from error
    if "." not in url.partition("://")[2] and not settings.development:
        raise _refused("This is not the address of a site. Write it as https://partner.atlassian.net.")
    return url


def _refused(sentence: str) -> Refused:
    return Refused(sentence, field="partner_url")
