"""The `~` operator: words, "phrases", prefix* and wildcards, much as Jira's text index understands them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from emulator.jql.errors import JqlError

_WORD = re.compile(r"\w+(?:['’]\w+)*", re.UNICODE)
_TERM = re.compile(r'([+\-!]?)(?:"([^"]*)"(?:~\d*)?|([^\s"()]+))')
_OPERATORS = frozenset({"AND", "OR", "NOT", "&&", "||"})

Match = Callable[[list[str]], bool]


@dataclass(frozen=True, slots=True)
class TextQuery:
    """A text query: any of the alternatives, each with terms that must and terms that must not be there."""

    alternatives: tuple[tuple[tuple[Match, ...], tuple[Match, ...]], ...]

    def matches(self, texts: Iterable[str]) -> bool:
        """Whether the texts, taken as one, are what is looked for. A phrase does not go over the end of a text."""
        words: list[str] = []
        for each in texts:
            words += [*words_of(each), ""]
        return any(
            all(match(words) for match in wanted) and not any(match(words) for match in unwanted)
            for wanted, unwanted in self.alternatives
        )


def words_of(text: str) -> list[str]:
    """The words of a text as the index has them: lower case, without punctuation."""
    return [match[0].casefold() for match in _WORD.finditer(text)]


def parse_text(query: str, field_name: str) -> TextQuery:
    """The query; raises JqlError where Jira's index would refuse it."""
    if query.strip()[:1] in ("*", "?"):
        raise JqlError(
            f"The text query '{query}' for field '{field_name}' is not allowed to start with character "
            f"'{query.strip()[0]}'."
        )
    if query.count('"') % 2:
        raise JqlError(f"Unable to parse the text '{query}' for field '{field_name}'.")
    alternatives: list[tuple[list[Match], list[Match]]] = [([], [])]
    negate = False
    for sign, phrase, term in _TERM.findall(query):
        if term in _OPERATORS:
            if term in ("OR", "||"):
                alternatives.append(([], []))
            negate = term == "NOT"
            continue
        match = _phrase(phrase) if not term else _word(term)
        if match is not None:
            alternatives[-1][1 if negate or sign in ("-", "!") else 0].append(match)
        negate = False
    kept = [(tuple(wanted), tuple(unwanted)) for wanted, unwanted in alternatives if wanted or unwanted]
    if not kept:
        raise JqlError(f"The text query '{query}' for field '{field_name}' has no words to look for.")
    return TextQuery(tuple(kept))


def _phrase(text: str) -> Match | None:
    wanted = words_of(text)
    if not wanted:
        return None
    length = len(wanted)
    return lambda words: any(words[at : at + length] == wanted for at in range(len(words) - length + 1))


def _word(term: str) -> Match | None:
    # Nearness (`word~`) and weight (`word^4`) change the order of results, which JQL does not show.
    term = re.sub(r"[~^][\d.]*$", "", term)
    if re.search(r"[*?]", term):
        pattern = re.compile("".join({"*": r"\w*", "?": r"\w"}.get(char, re.escape(char)) for char in term.casefold()))
        return lambda words: any(pattern.fullmatch(word) for word in words if word)
    return _phrase(term)
