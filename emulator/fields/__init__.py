"""Fields of issues: how each type reads, shows, changes and describes its values.

A stored value is JSON in the site's own terms: ids of options, users, versions; epoch milliseconds; ADF
documents. `Field.type` turns what a client sends into that and back.
"""

from emulator.errors import FieldProblem
from emulator.fields.base import Field, FieldType, Scene
from emulator.fields.registry import all_fields, field_named, find_field, is_on_screen, is_required

__all__ = [
    "Field",
    "FieldProblem",
    "FieldType",
    "Scene",
    "all_fields",
    "field_named",
    "find_field",
    "is_on_screen",
    "is_required",
]
