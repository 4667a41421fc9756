"""JQL, Jira's query language: parsed with lark, compiled against a site, with Jira's own messages for what is wrong.

Pure: issues and site are known only through the `World` protocol of `world.py`, which says what each method gives;
`kinds.py` lists the kinds of fields and the form of their values.

    query = parse(text)                 raises JqlError(messages); cached; "" is the query for everything
    query.is_bounded                    False if nothing restricts it (only ORDER BY, or nothing)
    query.where, query.order_by         the tree of `syntax.py`
    structure(query)                    JSON in the form of /jql/parse; also query.structure()
    plan = compile_query(query, world)  raises JqlError with all unknown fields, values and functions
    plan.matches(issue), plan.sort(issues)
    reference_data(world)               JSON of /jql/autocompletedata
    suggestions(world, field, prefix)   results of /jql/autocompletedata/suggestions

A plan is made for one user at one moment; make a new one for each search.
"""

from emulator.jql.autocomplete import reference_data, suggestions
from emulator.jql.compiling import Plan, compile_query
from emulator.jql.errors import JqlError
from emulator.jql.parser import parse
from emulator.jql.structure import structure
from emulator.jql.syntax import Query
from emulator.jql.world import Change, Entity, FieldInfo, Link, World

__all__ = [
    "Change",
    "Entity",
    "FieldInfo",
    "JqlError",
    "Link",
    "Plan",
    "Query",
    "World",
    "compile_query",
    "parse",
    "reference_data",
    "structure",
    "suggestions",
]
