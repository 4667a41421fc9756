"""The site about itself."""

from typing import Any

from emulator import context
from emulator.clock import jira_time
from emulator.rest.routing import Resource, site_admin

rest = Resource("server")
UPLOAD_LIMIT = 100 * 1024 * 1024


@rest.get("/serverInfo", anonymous=True)
def server_info() -> Any:
    site = context.site()
    return {
        "baseUrl": site.base_url,
        "displayUrl": site.base_url,
        "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud",
        "buildNumber": 100300,
        "buildDate": "2026-11-01T00:00:00.000+0000",
        "serverTime": jira_time(site.clock.now()),
        "scmInfo": "emulator",
        "serverTitle": site.name,
        "serverTimeZone": "Etc/UTC",
    }


@rest.get("/configuration")
def configuration() -> Any:
    return {
        "votingEnabled": True,
        "watchingEnabled": True,
        "unassignedIssuesAllowed": True,
        "subTasksEnabled": True,
        "issueLinkingEnabled": True,
        "timeTrackingEnabled": True,
        "attachmentsEnabled": True,
        "timeTrackingConfiguration": {
            "workingHoursPerDay": 8.0,
            "workingDaysPerWeek": 5.0,
            "timeFormat": "pretty",
            "defaultUnit": "minute",
        },
    }


@rest.get("/attachment/meta", anonymous=True)
def attachment_meta() -> Any:
    return {"enabled": True, "uploadLimit": UPLOAD_LIMIT}


@rest.get("/instance/license")
def license_info() -> Any:
    return {"applications": [{"id": "jira-software", "plan": "PAID"}]}


@rest.get("/announcementBanner", scope="ADMIN")
def banner() -> Any:
    site_admin()
    return {"isDismissible": False, "isEnabled": False, "hashId": "0", "message": "", "visibility": "public"}
