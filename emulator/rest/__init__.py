"""The REST resources, one module each; `blueprints()` lists them for the application."""

from flask import Blueprint

from emulator.rest import (
    agile,
    attachments,
    bulk,
    changelogs,
    comments,
    connect,
    contexts,
    control,
    createmeta,
    edge,
    fields,
    gone,
    groups,
    issues,
    links,
    lists,
    media,
    permissions,
    projects,
    properties,
    remote_links,
    search,
    server,
    statuses,
    transitions,
    users,
    versions,
    watchers,
    webhooks,
    worklogs,
)

_MODULES = (
    agile,
    attachments,
    bulk,
    contexts,
    groups,
    media,
    versions,
    watchers,
    worklogs,
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
