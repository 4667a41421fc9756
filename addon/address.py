"""Which addresses may be called. Jira and partner URLs come from outside: they must not lead into our own network.

Names are resolved here, every answer of the DNS is checked, and the connection then goes to a checked address: a name
that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from typing import Any
from urllib.parse import urlsplit

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
_V6_GLOBAL = ipaddress.IPv6Network("2000::/3")
# Inside 2000::/3, but leading to an IPv4 address of the sender's choice (Teredo, 6to4) or set aside for documents.
_V6_REFUSED = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# Former 6to4 relays and AS112: routable by the books, of no use to a Jira.
_V4_REFUSED = tuple(map(ipaddress.IPv4Network, ("192.88.99.0/24", "192.31.196.0/24", "192.52.193.0/24")))


class AddressRefused(Exception):
    """This address is not called; the message is a sentence for people."""


class NotFound(Exception):
    """The host name has no address."""


def normal_url(url: str, *, development: bool = False) -> str:
    """The form in which a site's URL is stored and compared: ``scheme://host[:port][/path]``, lower-case host.

    Raises:
        AddressRefused: not a plain https URL (``development`` allows http as well).
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise AddressRefused("This is not a URL.") from error
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("https", "http") or not host:
        raise AddressRefused("This is not a URL. Write it as https://your-site.atlassian.net.")
    if parts.scheme == "http" and not development:
        raise AddressRefused("The URL must start with https://.")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise AddressRefused("The URL must hold no user name, query or fragment.")
    if not host.isascii() or not all(char.isalnum() or char in "-._:" for char in host):
        raise AddressRefused("The URL's host name holds characters that no host name has.")
    path = parts.path.rstrip("/")
    if "\\" in path or ".." in path or "//" in path or not path.isascii() or not path.isprintable():
        raise AddressRefused("The URL's path cannot be used. Give the address of the site's start page.")
    shown = f"[{host}]" if ":" in host else host
    default = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{shown}{'' if port in (None, default) else f':{port}'}{path}"


def callable_address(address: str, *, loopback: bool) -> bool:
    """Whether this IP address may be connected to: globally routable and not set aside for anything else."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.is_loopback:
        return loopback
    if isinstance(ip, ipaddress.IPv6Address):
        # The standard library's tables lag behind: `fec0::` and addresses that embed IPv4 pass for global there.
        return ip in _V6_GLOBAL and ip.is_global and not any(ip in network for network in _V6_REFUSED)
    refused = ip.is_multicast or ip.is_reserved or any(ip in network for network in _V4_REFUSED)
    return ip.is_global and not refused


def resolve(host: str, port: int, *, loopback: bool, timeout: float) -> list[tuple[int, tuple[Any, ...]]]:
    """The checked addresses of a host, as ``(family, socket address)``.

    Raises:
        AddressRefused: one of them may not be called. One bad answer spoils all: it is no accident.
        NotFound: there is none, or the DNS does not answer within ``timeout`` seconds.
    """
    answers = _look_up(host, port, timeout)
    found = []
    for family, _, _, _, sockaddr in answers:
        if not callable_address(str(sockaddr[0]), loopback=loopback):
            raise AddressRefused("This host's address is not on the public internet, so it is not called.")
        found.append((int(family), tuple(sockaddr)))
    if not found:
        raise NotFound("The host name has no address.")
    return found


def _look_up(host: str, port: int, timeout: float) -> list[Any]:
    # getaddrinfo knows no time limit: it runs aside, and is left behind where it takes too long.
    answer: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            answer.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        result = answer.get(timeout=max(timeout, 0.01))
    except queue.Empty as error:
        raise NotFound("The DNS does not answer.") from error
    if isinstance(result, Exception):
        raise NotFound("The host name is not known.") from result
    return result
