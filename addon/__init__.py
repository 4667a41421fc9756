"""Twinline: issue sync for Jira. The line a change travels is told in ``addon.sync``."""
