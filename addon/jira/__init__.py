"""All that knows Jira's REST: tokens, calls, reading, writing."""
