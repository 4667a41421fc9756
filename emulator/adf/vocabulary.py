"""The one table between ADF and Jira's wiki markup, read by the reader, the writer and the HTML view alike.

The pairs are those of Atlassian's own converter (npm @atlaskit/editor-wikimarkup-transformer), so that what a
version 2 client sees here is what it would see from Jira.
"""

from dataclasses import dataclass, field

from emulator.adf.node import Node


@dataclass(frozen=True, slots=True)
class Context:
    """What only the site knows: how its files and people are called on either side.

    `media_ids` maps a file name to the media id that ADF uses, `mention_names` an account id to the name shown.
    """

    media_ids: dict[str, str] = field(default_factory=dict)
    mention_names: dict[str, str] = field(default_factory=dict)

    def media_id(self, name: str) -> str:
        return self.media_ids.get(name, name)

    def file_name(self, media_id: str) -> str:
        return next((name for name, each in self.media_ids.items() if each == media_id), media_id)


NO_CONTEXT = Context()

# Wiki sign to ADF mark. `??` is a citation: ADF has no such mark and Jira shows it as emphasis.
MARKS: dict[str, Node] = {
    "*": {"type": "strong"},
    "_": {"type": "em"},
    "-": {"type": "strike"},
    "+": {"type": "underline"},
    "^": {"type": "subsup", "attrs": {"type": "sup"}},
    "~": {"type": "subsup", "attrs": {"type": "sub"}},
    "??": {"type": "em"},
}

# The writer wraps a text in this order, innermost first: colour outside of the signs, a link outside of all.
SIGN_ORDER = ("_", "-", "*", "^", "~", "+")

PANEL_COLOURS = {
    "info": "#deebff",
    "note": "#eae6ff",
    "success": "#e3fcef",
    "warning": "#fffae6",
    "error": "#ffebe6",
}

STATUS_COLOURS = {
    "neutral": "#97A0AF",
    "purple": "#6554C0",
    "blue": "#00B8D9",
    "red": "#FF5630",
    "yellow": "#FF991F",
    "green": "#36B37E",
}

# Languages the wiki renderer highlights; code in any other is written as {noformat}, as Jira does.
CODE_LANGUAGES = frozenset(
    {
        "actionscript",
        "ada",
        "applescript",
        "bash",
        "c",
        "c#",
        "c++",
        "cpp",
        "css",
        "erlang",
        "go",
        "groovy",
        "haskell",
        "html",
        "java",
        "javascript",
        "js",
        "json",
        "lua",
        "none",
        "nyan",
        "objc",
        "perl",
        "php",
        "python",
        "r",
        "rainbow",
        "ruby",
        "scala",
        "sh",
        "sql",
        "swift",
        "visualbasic",
        "xml",
        "yaml",
    }
)

COLOUR_NAMES = {
    "aqua": "#00ffff",
    "black": "#000000",
    "blue": "#0000ff",
    "brown": "#a52a2a",
    "cyan": "#00ffff",
    "darkgreen": "#006400",
    "darkred": "#8b0000",
    "fuchsia": "#ff00ff",
    "gray": "#808080",
    "green": "#008000",
    "grey": "#808080",
    "lime": "#00ff00",
    "magenta": "#ff00ff",
    "maroon": "#800000",
    "navy": "#000080",
    "olive": "#808000",
    "orange": "#ffa500",
    "pink": "#ffc0cb",
    "purple": "#800080",
    "red": "#ff0000",
    "silver": "#c0c0c0",
    "teal": "#008080",
    "white": "#ffffff",
    "yellow": "#ffff00",
}

_EMOJI = (
    ("1f642", ":slight_smile:", "🙂", (":)", ":-)")),
    ("1f61e", ":disappointed:", "😞", (":(", ":-(")),
    ("1f61b", ":stuck_out_tongue:", "😛", (":P", ":-P", ":p", ":-p")),
    ("1f603", ":smiley:", "😃", (":D", ":-D")),
    ("1f609", ":wink:", "😉", (";)", ";-)")),
    ("1f44d", ":thumbsup:", "👍", ("(y)",)),
    ("1f44e", ":thumbsdown:", "👎", ("(n)",)),
    ("atlassian-info", ":info:", ":info:", ("(i)",)),
    ("atlassian-check_mark", ":check_mark:", ":check_mark:", ("(/)",)),
    ("atlassian-cross_mark", ":cross_mark:", ":cross_mark:", ("(x)",)),
    ("atlassian-warning", ":warning:", ":warning:", ("(!)",)),
    ("atlassian-plus", ":plus:", ":plus:", ("(+)",)),
    ("atlassian-minus", ":minus:", ":minus:", ("(-)",)),
    ("atlassian-question_mark", ":question:", ":question:", ("(?)",)),
    ("atlassian-light_bulb_on", ":light_bulb_on:", ":light_bulb_on:", ("(on)",)),
    ("atlassian-light_bulb_off", ":light_bulb_off:", ":light_bulb_off:", ("(off)",)),
    ("atlassian-yellow_star", ":yellow_star:", ":yellow_star:", ("(*)", "(*y)")),
    ("atlassian-red_star", ":red_star:", ":red_star:", ("(*r)",)),
    ("atlassian-green_star", ":green_star:", ":green_star:", ("(*g)",)),
    ("atlassian-blue_star", ":blue_star:", ":blue_star:", ("(*b)",)),
    ("atlassian-flag_on", ":flag_on:", ":flag_on:", ("(flag)",)),
    ("atlassian-flag_off", ":flag_off:", ":flag_off:", ("(flagoff)",)),
)

EMOJI_BY_EMOTICON: dict[str, Node] = {
    emoticon: {"type": "emoji", "attrs": {"shortName": short_name, "id": emoji_id, "text": shown}}
    for emoji_id, short_name, shown, emoticons in _EMOJI
    for emoticon in emoticons
}
EMOTICON_BY_EMOJI = {short_name: emoticons[0] for _, short_name, _, emoticons in _EMOJI}

CARD_KINDS = {
    "smart-link": "inlineCard",
    "smart-card": "blockCard",
    "block-link": "blockCard",
    "smart-embed": "embedCard",
}
CARD_WORDS = {"inlineCard": "smart-link", "blockCard": "smart-card", "embedCard": "smart-embed"}
