"""The projects of the two sites that are shown to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator import rich_text
from emulator.seeds import base, titanium, writing

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

ISSUES = 300
SMALL_SET = (
    (
        base.BUG,
        "2",
        "Checkout hangs when the card is declined",
        "The *spinner* never stops.\n\n* pay with a declined card\n* wait",
    ),
    (base.TASK, "3", "Renew the certificate of the payment gateway", "Expires at the end of the month."),
    (base.STORY, "3", "As a buyer I can save my cart", "{panel:title=Why}Half of the carts are left.{panel}"),
    (base.BUG, "4", "Typo on the returns page", "{{recieve}} should be {{receive}}."),
    (base.EPIC, "3", "Faster checkout", "h2. Goal\nThree clicks from cart to receipt."),
)


def blue(site: Site) -> None:
    """SHOP with real issues where they are at hand, OPS with a few."""
    shop = writing.project(site, "SHOP", "Shop")
    path = titanium.data_file()
    if path is None or titanium.load(site, shop, path, ISSUES) == 0:
        _small(site, shop)
    _small(site, writing.project(site, "OPS", "Operations"))


def green(site: Site) -> None:
    """QA and HELP, with little in them."""
    writing.project(site, "QA", "Quality")
    writing.project(site, "HELP", "Help desk", "service_desk")


def _small(site: Site, project: Record) -> None:
    for type_id, priority, summary, text in SMALL_SET:
        fields = {"issuetype": type_id, "priority": priority, "summary": summary}
        writing.issue(site, project, fields | {"description": rich_text.from_wiki(text), "labels": ["sample"]})
