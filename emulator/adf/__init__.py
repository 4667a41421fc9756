"""The Atlassian Document Format: checked by Atlassian's schema, and to and from Jira's wiki markup, HTML and text.

Pure functions; nothing here knows of a site. What only a site knows (which media id a file has, how a person is
called) is handed in as a `Context`, which may be left out.

    problem_in(doc)               None for valid ADF, otherwise `content/0/content/1: what is wrong`
    from_wiki(text, context)      wiki markup to ADF; takes any text and always gives valid ADF
    to_wiki(doc, context)         ADF to wiki markup, by the rules of Atlassian's converter
    to_html(doc)                  HTML as in `renderedFields`, escaped
    to_text(doc)                  the words alone, for search and history

Wiki markup says less than ADF, and Jira's own conversion loses the same: task and decision lists become bullets, an
expand becomes its title in bold, tips and custom panels become information. What the markup cannot say at all
(merged cells, layouts, extensions) travels whole in an {adf} macro.
"""

from emulator.adf.blocks import from_wiki
from emulator.adf.html import to_html
from emulator.adf.node import Node
from emulator.adf.plain import to_text
from emulator.adf.schema import problem_in
from emulator.adf.vocabulary import Context
from emulator.adf.writer import to_wiki

__all__ = ["Context", "Node", "from_wiki", "problem_in", "to_html", "to_text", "to_wiki"]
