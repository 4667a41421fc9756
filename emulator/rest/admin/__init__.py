"""What administrators change by REST: projects, types, fields, workflows, screens, permissions."""

from emulator.rest.admin import (
    fields,
    issue_types,
    lists,
    people,
    permission_schemes,
    projects,
    roles,
    screen_schemes,
    screens,
    security,
    statuses,
    tasks,
    workflow_schemes,
    workflows,
)

MODULES = (
    fields,
    issue_types,
    lists,
    people,
    permission_schemes,
    projects,
    roles,
    screen_schemes,
    screens,
    security,
    statuses,
    tasks,
    workflow_schemes,
    workflows,
)
