"""ADF as HTML, the way `renderedFields` show it. Everything is escaped; links that could run code are dropped."""

from collections.abc import Callable
from html import escape

from emulator.adf.node import Node, attributes, children
from emulator.adf.plain import iso_date, leaf_text

_SAFE_SCHEMES = ("http:", "https:", "mailto:", "ftp:", "ftps:", "tel:", "irc:", "/", "#")

_MARK_TAGS = {"strong": "b", "em": "em", "strike": "del", "underline": "ins", "code": "tt"}

_WRAPPERS = {
    "blockquote": ("<blockquote>", "</blockquote>"),
    "bulletList": ("<ul>", "</ul>"),
    "listItem": ("<li>", "</li>"),
    "taskList": ('<ul class="task-list">', "</ul>"),
    "decisionList": ('<ul class="decision-list">', "</ul>"),
    "decisionItem": ("<li>", "</li>"),
    "table": ('<table class="confluenceTable"><tbody>', "</tbody></table>"),
    "tableRow": ("<tr>", "</tr>"),
    "mediaGroup": ('<p class="mediaGroup">', "</p>"),
    "mediaSingle": ('<div class="mediaSingle">', "</div>"),
    "caption": ('<div class="caption">', "</div>"),
    "layoutSection": ('<div class="layoutSection">', "</div>"),
    "layoutColumn": ('<div class="layoutColumn">', "</div>"),
}


def to_html(doc: Node) -> str:
    """The document as HTML that may be put into a page as it is."""
    return "\n".join(_html(child) for child in children(doc))


def is_safe_url(url: str) -> bool:
    """Whether a browser may follow the address; relative ones and the usual schemes, nothing that runs code."""
    return url.strip().lower().startswith(_SAFE_SCHEMES) and "\n" not in url


def _html(node: Node) -> str:
    kind = node.get("type", "")
    special = _SPECIAL.get(kind)
    if special:
        return special(node)
    before, after = _WRAPPERS.get(kind, ("", ""))
    return before + (_inside(node) or escape(leaf_text(node))) + after


def _inside(node: Node) -> str:
    return "".join(_html(child) for child in children(node))


def _text(node: Node) -> str:
    result = escape(str(node["text"]))
    for mark in node.get("marks", []):
        result = _marked(result, mark)
    return result


def _marked(inner: str, mark: Node) -> str:
    attrs = attributes(mark)
    match mark.get("type"):
        case "link":
            return _anchor(str(attrs.get("href", "")), inner)
        case "subsup":
            tag = "sub" if attrs.get("type") == "sub" else "sup"
            return f"<{tag}>{inner}</{tag}>"
        case "textColor":
            return f'<font color="{escape(str(attrs.get("color", "")))}">{inner}</font>'
        case "backgroundColor":
            return f'<span style="background-color:{escape(str(attrs.get("color", "")))}">{inner}</span>'
    tag = _MARK_TAGS.get(str(mark.get("type")), "")
    return f"<{tag}>{inner}</{tag}>" if tag else inner


def _anchor(url: str, inner: str) -> str:
    if not is_safe_url(url):
        return inner
    return f'<a href="{escape(url)}" class="external-link" rel="nofollow noreferrer">{inner}</a>'


def _heading(node: Node) -> str:
    level = attributes(node).get("level")
    tag = f"h{int(level)}" if isinstance(level, int | float) and 1 <= level <= 6 else "h6"
    return f"<{tag}>{_inside(node)}</{tag}>"


def _code(node: Node) -> str:
    language = escape(str(attributes(node).get("language") or "java"))
    code = escape("".join(leaf_text(child) for child in children(node)))
    return (
        '<div class="code panel"><div class="codeContent panelContent">'
        f'<pre class="code-{language}">{code}</pre></div></div>'
    )


def _ordered_list(node: Node) -> str:
    order = attributes(node).get("order")
    start = f' start="{int(order)}"' if isinstance(order, int | float) and order != 1 else ""
    return f"<ol{start}>{_inside(node)}</ol>"


def _task_item(node: Node) -> str:
    checked = " checked" if attributes(node).get("state") == "DONE" else ""
    return f'<li><input type="checkbox" disabled{checked}> {_inside(node)}</li>'


def _panel(node: Node) -> str:
    kind = escape(str(attributes(node).get("panelType", "info")))
    return f'<div class="panel panel-{kind}"><div class="panelContent">{_inside(node)}</div></div>'


def _expand(node: Node) -> str:
    title = escape(str(attributes(node).get("title") or ""))
    return f"<details><summary>{title}</summary>{_inside(node)}</details>"


def _cell(node: Node) -> str:
    tag, name = ("th", "confluenceTh") if node["type"] == "tableHeader" else ("td", "confluenceTd")
    attrs = attributes(node)
    spans = "".join(
        f' {key}="{int(attrs[key])}"'
        for key in ("colspan", "rowspan")
        if isinstance(attrs.get(key), int | float) and attrs[key] > 1
    )
    return f'<{tag} class="{name}"{spans}>{_inside(node)}</{tag}>'


def _mention(node: Node) -> str:
    account_id = escape(str(attributes(node).get("id", "")))
    words = escape(leaf_text(node).removeprefix("@"))
    return f'<a href="/secure/ViewProfile.jspa?accountId={account_id}" class="user-hover">{words}</a>'


def _card(node: Node) -> str:
    url = str(attributes(node).get("url") or "")
    return _anchor(url, escape(url))


def _media(node: Node) -> str:
    attrs = attributes(node)
    name = escape(str(attrs.get("alt") or attrs.get("id") or attrs.get("url") or ""))
    url = str(attrs.get("url") or "")
    if attrs.get("type") == "external" and is_safe_url(url):
        return f'<img src="{escape(url)}" alt="{name}">'
    return f'<span class="media" data-media-id="{escape(str(attrs.get("id", "")))}">{name}</span>'


def _status(node: Node) -> str:
    colour = escape(str(attributes(node).get("color", "neutral")))
    return f'<span class="status status-{colour}">{escape(leaf_text(node))}</span>'


_SPECIAL: dict[str, Callable[[Node], str]] = {
    "text": _text,
    "paragraph": lambda node: f"<p>{_inside(node)}</p>",
    "heading": _heading,
    "codeBlock": _code,
    "orderedList": _ordered_list,
    "taskItem": _task_item,
    "blockTaskItem": _task_item,
    "panel": _panel,
    "expand": _expand,
    "nestedExpand": _expand,
    "tableCell": _cell,
    "tableHeader": _cell,
    "mention": _mention,
    "inlineCard": _card,
    "blockCard": _card,
    "embedCard": _card,
    "media": _media,
    "mediaInline": _media,
    "status": _status,
    "rule": lambda _: "<hr>",
    "hardBreak": lambda _: "<br>",
    "date": lambda node: f"<time>{escape(iso_date(attributes(node).get('timestamp')))}</time>",
}
