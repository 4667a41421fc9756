"""The site's pages for people: issue list, issue view, settings, and the frames of installed Connect apps.

The pages know no app by name: what they show of one comes from its descriptor. Everything about issues goes through
the site's own REST API with the browser's session, so a page can do nothing that a client could not.
"""

from emulator.pages.views import blueprint

__all__ = ["blueprint"]
