"""Parses JQL with lark, and says in Jira's own words what was expected instead."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from emulator.jql.errors import JqlError
from emulator.jql.lexer import JqlLexer, place
from emulator.jql.syntax import (
    Call,
    Changed,
    Clause,
    Comparison,
    Empty,
    Field,
    Group,
    Negation,
    Operand,
    Predicate,
    Property,
    Query,
    Sort,
    Value,
    Values,
    Was,
)

MAX_SORTS = 7

_OPERATORS = "'=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'"


@lru_cache(maxsize=2048)
def parse(text: str) -> Query:
    """The query of this text; an empty text is the query for everything. Raises JqlError, nothing else."""
    try:
        parsed = cast(tuple[Clause | None, tuple[Sort, ...]], _parser().parse(text))
    except UnexpectedToken as error:
        raise JqlError(_message(text, error)) from None
    except VisitError as error:
        raise error.orig_exc from None
    except UnexpectedInput:
        raise JqlError("Error in the JQL Query: The query could not be understood.") from None
    where, order_by = parsed
    if len(order_by) > MAX_SORTS:
        raise JqlError(f"The query must not sort by more than {MAX_SORTS} fields, but it sorts by {len(order_by)}.")
    return Query(text, where, order_by)


@cache
def _parser() -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=JqlLexer, transformer=_Builder(), maybe_placeholders=True)


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Makes the values of `syntax` while lark parses."""

    def start(self, where: Clause | None, order_by: tuple[Sort, ...] | None) -> tuple[Any, Any]:
        return where, order_by or ()

    def or_clause(self, *clauses: Clause) -> Clause:
        return clauses[0] if len(clauses) == 1 else Group("or", clauses)

    def and_clause(self, *clauses: Clause) -> Clause:
        return clauses[0] if len(clauses) == 1 else Group("and", clauses)

    def not_clause(self, clause: Clause) -> Clause:
        return Negation(clause)

    def comparison(self, field: Field, operator: str, operand: Operand) -> Clause:
        return Comparison(field, operator, operand)

    def was(self, field: Field, operator: str, operand: Operand, *predicates: Predicate) -> Clause:
        return Was(field, operator, operand, predicates)

    def changed(self, field: Field, *predicates: Predicate) -> Clause:
        return Changed(field, predicates)

    def operator(self, token: Token) -> str:
        return token.lower()

    def not_in(self, _: Token) -> str:
        return "not in"

    def is_not(self, _: Token) -> str:
        return "is not"

    def was_operator(self) -> str:
        return "was"

    def was_not(self) -> str:
        return "was not"

    def was_in(self, _: Token) -> str:
        return "was in"

    def was_not_in(self, _: Token) -> str:
        return "was not in"

    def predicate(self, name: Token, operand: Operand) -> Predicate:
        return Predicate(name.lower(), operand)

    def field(self, name: Token, *properties: Property) -> Field:
        if len(properties) > 1:
            raise JqlError(f"Error in the JQL Query: The field '{name}' can have only one property.")
        return Field(str(name), properties[0] if properties else None)

    def custom_field(self, _: Token, number: Token) -> Field:
        if not (number.isascii() and number.isdigit()):
            raise JqlError(f"Error in the JQL Query: The custom field id '{number}' is not a number.")
        return Field(f"cf[{int(number)}]")

    def property(self, key: Token, path: Token | None) -> Property:
        return Property(str(key), (path or "").removeprefix("."))

    def empty(self, _: Token) -> Operand:
        return Empty()

    def operand(self, operand: Operand) -> Operand:
        return operand

    def list(self, *operands: Operand) -> Operand:
        return Values(operands)

    def value(self, token: Token) -> Operand:
        return Value(str(token))

    def call(self, name: Token, *arguments: Value | None) -> Operand:
        return Call(str(name), tuple(argument.text for argument in arguments if argument is not None))

    def order_by(self, _: Token, *sorts: Sort) -> tuple[Sort, ...]:
        return sorts

    def sort(self, field: Field, direction: Token | None) -> Sort:
        return Sort(field, direction.lower() if direction else None)


def _message(text: str, error: UnexpectedToken) -> str:
    token = error.token
    at_end = token.type == "$END"
    if token.type == "RESERVED":
        return (
            f"Error in the JQL Query: '{token}' is a reserved JQL word. You must surround it in quotation marks "
            f"to use it in a query. {place(text, token.start_pos or 0)}"
        )
    expected, advice, usage = _expectation(set(error.accepts or ()))
    if at_end:
        return f"Error in the JQL Query: Expecting {expected} before the end of the query.{advice}"
    got = text[token.start_pos : token.end_pos]
    if usage and token.type.strip("_").isalpha() and got.isalpha():
        advice = f" You must surround '{got}' in quotation marks to use it as {usage}.{advice}"
    return f"Error in the JQL Query: Expecting {expected} but got '{got}'.{advice} {place(text, token.start_pos or 0)}"


# What can stand at a place tells the place: the first of these terminals that the parser would take there.
_PLACES: tuple[tuple[str, str, str], ...] = (
    ("EQUALS", "operator", ""),
    ("EMPTY", "either a value, list or function", "a value"),
    ("_NOT", "a field name", "a field name"),
    ("_AND", "either 'OR' or 'AND'", ""),
    ("_ORDER", "either 'OR' or 'AND'", ""),
    ("BY", "'by'", ""),
    ("IN", "'in'", ""),
    ("_RPAREN", "')'", ""),
    ("_RBRACKET", "']'", ""),
    ("_LBRACKET", "'['", ""),
    ("WORD", "a field name", "a field name"),
)


def _expectation(accepts: set[str]) -> tuple[str, str, str]:
    """What stood to be read: its name, advice for the reader, and the use a quoted word could have had there."""
    for terminal, name, usage in _PLACES:
        if terminal in accepts:
            return name, f" The valid operators are {_OPERATORS}." if name == "operator" else "", usage
    return "','", "", ""
