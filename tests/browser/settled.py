"""Two sites that are already synchronized, with what the editor's tests need: Bug at Blue, Incident at Green."""

from __future__ import annotations

from addon.model.scope import Scope
from addon.store import synchronization
from emulator.site import Site
from tests.browser.stand import Stand, eventually


def synchronize(stand: Stand, name: str = "Green escalations") -> int:
    """An accepted synchronization between Blue and Green; Blue's id of it."""
    blue, green = stand.tenant(stand.blue), stand.tenant(stand.green)
    shake = stand.parts.handshake
    shake.invite(blue, name=name, partner_url=green.base_url, scope=Scope(), person=me(stand, stand.blue))
    shake.accept(green, eventually(lambda: own(stand, stand.green)), scope=Scope(), person=me(stand, stand.green))
    return eventually(lambda: own(stand, stand.blue))


def own(stand: Stand, site: Site) -> int:
    """A site's only synchronization, by its id there; 0 while there is none."""
    with stand.parts.db.read() as tx:
        found = synchronization.of_tenant(tx, stand.tenant(site).id)
    return found[0].id if found else 0


def reviewed(stand: Stand, site: Site) -> bool:
    """Whether a site has been told that its changes wait for the partner."""
    with stand.parts.db.read() as tx:
        return any(one.partner_review for one in synchronization.of_tenant(tx, stand.tenant(site).id))


def me(stand: Stand, site: Site) -> str:
    return str(stand.call(site, "GET", "/rest/api/3/myself")["accountId"])


def incidents(stand: Stand) -> None:
    """Green's projects have issues of the type Incident."""
    body = {"name": "Incident", "description": "Something is broken now", "type": "standard"}
    stand.call(stand.green, "POST", "/rest/api/3/issuetype", body)
