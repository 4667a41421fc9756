"""Who is asking: e-mail and API token, an app's JWT, or a browser's session cookie."""

import base64
import binascii
import hmac
from dataclasses import dataclass

from flask import Request, Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from emulator import tokens
from emulator.errors import JiraError
from emulator.site import Site
from emulator.store import Record

SESSION_S = 30 * 24 * 3600

# A scope implies those to its right. Source: Connect app descriptor reference, "scopes".
SCOPE_ORDER = ["ADMIN", "PROJECT_ADMIN", "DELETE", "WRITE", "READ", "NONE"]


@dataclass(frozen=True, slots=True)
class Caller:
    """The account behind a request; `user` is None for an anonymous one."""

    user: Record | None = None
    app: Record | None = None
    trace: str | None = None

    @property
    def account_id(self) -> str | None:
        return self.user["id"] if self.user else None

    @property
    def is_admin(self) -> bool:
        return bool(self.user and self.user.get("admin"))

    def may_use(self, scope: str) -> bool:
        """Whether the app's descriptor asked for a scope; people have all of them."""
        return self.app is None or scope in granted_scopes(self.app["descriptor"].get("scopes", []))


def granted_scopes(declared: list[str]) -> set[str]:
    """The scopes of a descriptor with everything they imply."""
    granted = set(declared) | {"NONE"}
    for index, scope in enumerate(SCOPE_ORDER):
        if scope in declared:
            granted.update(SCOPE_ORDER[index:])
    return granted


def raw_target(incoming: Request) -> str:
    """The request target as the client sent it; a decoded path would break the hash."""
    environ = incoming.environ
    target = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or incoming.full_path.rstrip("?"))
    if "://" in target.partition("?")[0]:
        target = "/" + target.split("://", 1)[1].partition("/")[2]
    return target


def authenticate(site: Site, incoming: Request) -> Caller:
    """The caller of a REST request. A wrong credential is 401; none at all is anonymous."""
    trace = incoming.headers.get("X-Atlassian-Webhook-Trace")
    header = incoming.headers.get("Authorization", "")
    kind, _, credential = header.partition(" ")
    token = incoming.args.get("jwt")
    if kind.upper() == "JWT" or token:
        if token and kind.upper() == "JWT" and token != credential.strip():
            raise unauthorized()
        return _app_caller(site, incoming, token or credential.strip(), trace)
    if kind.lower() == "basic":
        return Caller(_basic_user(site, credential), trace=trace)
    if header:
        raise unauthorized()
    return Caller(current_user(site), trace=trace)


def unauthorized(message: str = "Client must be authenticated to access this resource.") -> JiraError:
    return JiraError(401, message, headers={"WWW-Authenticate": 'OAuth realm="Jira"'})


def _basic_user(site: Site, credential: str) -> Record:
    try:
        email, _, token = base64.b64decode(credential, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise unauthorized("Basic authentication with passwords is deprecated.") from None
    return user_of_token(site, email, token)


def user_of_token(site: Site, email: str, token: str) -> Record:
    """The active person with this e-mail and API token; 401 for any other."""
    user = next((u for u in site.store.all("user") if u.get("email", "").lower() == email.lower()), None)
    if user and user["active"] and user.get("token") and hmac.compare_digest(user["token"].encode(), token.encode()):
        return user
    raise unauthorized()


def _app_caller(site: Site, incoming: Request, token: str, trace: str | None) -> Caller:
    app = site.store.get("app", tokens.unverified_issuer(token))
    if app is None or app["state"] == "uninstalled":
        raise unauthorized("Unable to find the app that issued the token.")
    claims = tokens.verify_hs256(token, app["secret"], site.clock.seconds())
    if claims is None or claims["qsh"] != tokens.qsh(incoming.method, raw_target(incoming)):
        raise unauthorized("The JWT is expired, signed with another secret or made for another request.")
    # A GET with a body is refused to apps since CHANGE-2328.
    if incoming.method == "GET" and (incoming.content_length or 0) > 0:
        raise JiraError(403, "A GET request must not have a body.")
    return Caller(site.store.get("user", app["accountId"]), app, trace)


def current_user(site: Site) -> Record | None:
    """The person whom the browser's session cookie names, or None."""
    value = request.cookies.get(session_cookie(site))
    if not value:
        return None
    try:
        account_id = _serializer(site).loads(value, max_age=SESSION_S)
    except BadSignature:
        return None
    user = site.store.get("user", account_id)
    return user if user and user["active"] else None


def log_in(site: Site, response: Response, account_id: str) -> Response:
    """Give the browser a session of this account."""
    value = _serializer(site).dumps(account_id)
    response.set_cookie(session_cookie(site), value, max_age=SESSION_S, httponly=True, samesite="Lax")
    return response


def log_out(site: Site, response: Response) -> Response:
    response.delete_cookie(session_cookie(site))
    return response


def session_cookie(site: Site) -> str:
    """Cookies know no ports: two sites on one machine would overwrite each other's session under one name."""
    return f"jira_session_{site.identity['cloudId'][:8]}"


def _serializer(site: Site) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(site.identity["cookieSecret"], salt="session")
