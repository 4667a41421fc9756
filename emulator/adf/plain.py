"""ADF as plain text: what search looks into and what history rows show."""

from datetime import UTC, datetime

from emulator.adf.node import Node, attributes, children

_BLOCKS_OF_BLOCKS = frozenset(
    {
        "doc",
        "blockquote",
        "panel",
        "bulletList",
        "orderedList",
        "taskList",
        "decisionList",
        "listItem",
        "table",
        "tableRow",
        "tableCell",
        "tableHeader",
        "expand",
        "nestedExpand",
        "layoutSection",
        "layoutColumn",
        "bodiedExtension",
        "bodiedSyncBlock",
        "mediaSingle",
        "mediaGroup",
        "blockTaskItem",
    }
)


def to_text(doc: Node) -> str:
    """The document's words; blocks on lines of their own, cells of a row with tabs between them."""
    return _text(doc).strip("\n")


def iso_date(timestamp: object) -> str:
    """The day of a date node's timestamp (milliseconds since 1970 as text, UTC); the input itself if it is none."""
    try:
        return datetime.fromtimestamp(int(str(timestamp)) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return str(timestamp)


def _text(node: Node) -> str:
    kind = node.get("type")
    if kind == "tableRow":
        return "\t".join(_text(cell) for cell in children(node))
    if kind in _BLOCKS_OF_BLOCKS:
        title = attributes(node).get("title")
        parts = [title] if title else []
        return "\n".join([*parts, *(_text(child) for child in children(node))])
    return leaf_text(node) or "".join(_text(child) for child in children(node))


def leaf_text(node: Node) -> str:  # noqa: PLR0911 - one case per type
    """The words of a node that has no content of its own; empty for every other."""
    attrs = attributes(node)
    match node.get("type"):
        case "text":
            return str(node["text"])
        case "hardBreak":
            return "\n"
        case "mention":
            return str(attrs.get("text") or f"@{attrs.get('id', '')}")
        case "emoji":
            return str(attrs.get("text") or attrs.get("shortName", ""))
        case "status" | "placeholder":
            return str(attrs.get("text", ""))
        case "date":
            return iso_date(attrs.get("timestamp"))
        case "inlineCard" | "blockCard" | "embedCard":
            return str(attrs.get("url") or "")
        case "media" | "mediaInline":
            return str(attrs.get("alt") or "")
        case "extension" | "inlineExtension":
            return str(attrs.get("text") or "")
    return ""
