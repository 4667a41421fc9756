"""An emulated Jira Cloud site: REST v2 and v3, Connect apps, webhooks.

One process (or one `Site` object inside a test) is one site. It is held to Atlassian's OpenAPI document and
to captured payloads; it knows nothing of the apps that use it.
"""
