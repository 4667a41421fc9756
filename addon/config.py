"""The settings: read from the environment once, checked at start, frozen. Nobody else reads ``os.environ``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

CONNECT_KEY_HOSTS = (
    "https://asap-distribution.us-west-2.prod.atl-asap.net",
    "https://connect-install-keys.atlassian.com",
)
CONNECT_JS = "https://connect-cdn.atl-paas.net/all.js"


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set. Times in seconds. See ``docs/operations.md`` for the environment variables."""

    base_url: str
    """Where Jira and partners reach this deployment; no trailing slash."""
    database_url: str
    redis_url: str
    secret_keys: tuple[str, ...]
    """Fernet keys, newest first: the first encrypts, all decrypt (key rotation)."""
    app_key: str = "io.twinline.sync"
    jira_hosts: tuple[str, ...] = (".atlassian.net", ".jira.com")
    """Host name endings (leading dot) or exact hosts whose Jira may install the app."""
    install_key_urls: tuple[str, ...] = CONNECT_KEY_HOSTS
    """Where the public keys of signed installs are fetched: ``{url}/{kid}``, asked in this order."""
    connect_js: str = CONNECT_JS
    """Address of Connect's all.js; ``{baseUrl}`` stands for the tenant's Jira."""
    partner_deployments: tuple[str, ...] = ()
    """Base URLs of other Twinline deployments whose tenants may invite ours and be invited."""
    development: bool = False
    """Loopback addresses and plain http are allowed for Jira, its keys and partners. Never in production."""
    lease_seconds: float = 180.0
    deadline_seconds: float = 30.0
    """No call to Jira or a partner lasts longer (D)."""
    settle_seconds: float = 60.0
    """How long an ambiguous create is left alone before it is looked for (Q); more than the deadline."""
    sweep_seconds: float = 30.0
    reconcile_seconds: float = 600.0
    """How often each tenant is searched for changes whose webhook never came."""
    invitation_days: float = 14.0
    worker_threads: int = 16
    log_level: str = "INFO"
    crash_at: str = ""
    """Development only: ``name:n``, kill this process the n-th time it comes by this crash point (``addon.crash``)."""

    @property
    def base_path(self) -> str:
        """The path part of ``base_url``: Connect's context path, stripped before a qsh is computed."""
        return urlsplit(self.base_url).path.rstrip("/")

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read and check every setting.

        Raises:
            SettingsError: a setting is missing or cannot be used.
        """
        env = os.environ if env is None else env
        given: dict[str, Any] = {
            "base_url": _required(env, "ADDON_BASE_URL").rstrip("/"),
            "database_url": _required(env, "DATABASE_URL"),
            "redis_url": _required(env, "REDIS_URL"),
            "secret_keys": _list(_required(env, "SECRET_KEYS")),
            "development": env.get("DEVELOPMENT", "") == "1",
        }
        for field in fields(cls):
            text = env.get(field.name.upper(), "").strip()
            if field.name in given or not text:
                continue
            if isinstance(field.default, tuple):
                given[field.name] = tuple(part.rstrip("/") for part in _list(text))
            elif isinstance(field.default, str):
                given[field.name] = text
            else:
                number = _number(env, field.name.upper())
                given[field.name] = int(number) if isinstance(field.default, int) else number
        settings = cls(**given)
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse settings that would fail later or open a hole.

        Raises:
            SettingsError: with the name of the setting and what to write.
        """
        for key in self.secret_keys:
            try:
                Fernet(key)
            except ValueError as error:
                raise SettingsError("SECRET_KEYS: each key must be a Fernet key (32 bytes, base64)") from error
        if urlsplit(self.base_url).scheme != "https" and not self.development:
            raise SettingsError("ADDON_BASE_URL must start with https:// (or set DEVELOPMENT=1 on one machine)")
        if self.crash_at and not self.development:
            raise SettingsError("CRASH_AT is for development alone (DEVELOPMENT=1)")
        if not self.deadline_seconds < self.settle_seconds < self.lease_seconds:
            raise SettingsError("DEADLINE_SECONDS < SETTLE_SECONDS < LEASE_SECONDS must hold")


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set; see docs/operations.md")
    return value


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _number(env: Mapping[str, str], name: str) -> float:
    try:
        value = float(env[name])
    except ValueError as error:
        raise SettingsError(f"{name} must be a number") from error
    if value <= 0:
        raise SettingsError(f"{name} must be more than 0")
    return value
