"""The REST resources, one module each; `blueprints()` lists them for the application."""

from flask import Blueprint

from emulator.rest import (
    changelogs,
    comments,
    connect,
    control,
    createmeta,
    edge,
    fields,
    gone,
    issues,
    links,
    lists,
    permissions,
    projects,
    properties,
    remote_links,
    search,
    server,
    statuses,
    transitions,
    users,
    webhooks,
)

_MODULES = (
    changelogs,
    comments,
    connect,
    control,
    createmeta,
    edge,
    fields,
    gone,
    issues,
    links,
    lists,
    permissions,
    projects,
    properties,
    remote_links,
    search,
    server,
    statuses,
    transitions,
    users,
    webhooks,
)


def blueprints() -> list[Blueprint]:
    """Every resource of a site."""
    return [module.rest.blueprint for module in _MODULES]
