"""What Jira says about queries that are wrong, in its own words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.jql import JqlError, compile_query, parse
from tests.emulator.jql.world import FakeWorld, sample

OPERATORS = "'=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'"
DATES = "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'"

SYNTAX = [
    ("project x", f"Expecting operator but got 'x'. The valid operators are {OPERATORS}. (line 1, character 9)"),
    ("project", f"Expecting operator before the end of the query. The valid operators are {OPERATORS}."),
    ("project =", "Expecting either a value, list or function before the end of the query."),
    (
        "project = and",
        "Expecting either a value, list or function but got 'and'. You must surround 'and' in quotation marks to use "
        "it as a value. (line 1, character 11)",
    ),
    (
        "status = add",
        "'add' is a reserved JQL word. You must surround it in quotation marks to use it in a query. "
        "(line 1, character 10)",
    ),
    ("x = b or", "Expecting a field name before the end of the query."),
    ("x = b\n  c", "Expecting either 'OR' or 'AND' but got 'c'. (line 2, character 3)"),
    ("x = b )", "Expecting either 'OR' or 'AND' but got ')'. (line 1, character 7)"),
    ("x in (b", "Expecting ')' before the end of the query."),
    ("x = ()", "Expecting either a value, list or function but got ')'. (line 1, character 6)"),
    ("x not b", "Expecting 'in' but got 'b'. (line 1, character 7)"),
    ("x = b order", "Expecting 'by' before the end of the query."),
    ("x = b order by", "Expecting a field name before the end of the query."),
    ("cf = 3", "Expecting '[' but got '='. (line 1, character 4)"),
    ("cf[abc] = 3", "The custom field id 'abc' is not a number."),
    ("x[a1][b1] = 3", "The field 'x' can have only one property."),
    ('x = "y', "The quoted string 'y' has not been completed. (line 1, character 5)"),
    ('x = "', "A quoted string has not been completed. (line 1, character 5)"),
    (
        "x = y@z",
        "The character '@' is a reserved JQL character. You must enclose it in a string or use the escape "
        "'\\u0040' instead. (line 1, character 6)",
    ),
    (
        'x = "\\q"',
        "'\\q' is an illegal JQL escape sequence. The valid escape sequences are \\', \\\", \\t, \\n, \\r, \\\\, '\\ ' "
        "and \\uXXXX. (line 1, character 6)",
    ),
    ("x = y\\", "Illegal JQL escape sequence at the end of the query. (line 1, character 6)"),
    (
        "x = \x01",
        "The character with code U+0001 is illegal. You must use the escape '\\u0001' instead. (line 1, character 5)",
    ),
]


@pytest.mark.parametrize(("text", "message"), SYNTAX)
def test_syntax_is_explained(text: str, message: str) -> None:
    with pytest.raises(JqlError) as caught:
        parse(text)
    assert caught.value.messages == [f"Error in the JQL Query: {message}"]


MEANING = [
    ("foo = 1", "Field 'foo' does not exist or you do not have permission to view it."),
    ("cf[99999] = 1", "Field 'cf[99999]' does not exist or you do not have permission to view it."),
    ("summary[a1].b ~ x", "Field 'summary[a1].b' does not exist or you do not have permission to view it."),
    ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
    ("project in (ABC, NOPE)", "The value 'NOPE' does not exist for the field 'project'."),
    ("assignee = nobody", "The value 'nobody' does not exist for the field 'assignee'."),
    ("key = ABC-99", "An issue with key 'ABC-99' does not exist for field 'key'."),
    ("id = 99", "A value with ID '99' does not exist for the field 'id'."),
    ("parent = ABC-99", "An issue with key 'ABC-99' does not exist for field 'parent'."),
    ("priority ~ High", "The operator '~' is not supported by the 'priority' field."),
    ("summary = x", "The operator '=' is not supported by the 'summary' field."),
    ("assignee > 5b10a", "The operator '>' is not supported by the 'assignee' field."),
    ("status in Done", "Operator 'in' does not support the non-list value 'Done' for field 'status'."),
    ("status = (Done, Open)", "Operator '=' does not support the list value '(Done, Open)' for field 'status'."),
    (
        "key = linkedIssues(ABC-1)",
        "Operator '=' does not support the list value 'linkedIssues(ABC-1)' for field 'key'.",
    ),
    (
        "status is Done",
        "The operator 'is' only supports the value EMPTY or NULL, but 'Done' was given for the field 'status'.",
    ),
    ("due < empty", "The operator '<' does not support the value EMPTY for the field 'due'."),
    ("created > soon", f"Date value 'soon' for field 'created' is invalid. Valid formats include: {DATES}."),
    (
        "created > '2026-02-30'",
        f"Date value '2026-02-30' for field 'created' is invalid. Valid formats include: {DATES}.",
    ),
    ("cf[10010] > many", "The value 'many' for field 'cf[10010]' is not a number."),
    ("created > foo()", "Unable to find JQL function 'foo()'."),
    ("assignee in membersOf()", "Function 'membersOf' expected '1' arguments but received '0'."),
    (
        "assignee in membersOf(x)",
        "Function 'membersOf' can not generate a list of usernames for group 'x'; the group does not exist.",
    ),
    (
        "created > startOfDay(1, 2)",
        "Function 'startOfDay' expected between '0' and '1' arguments but received '2'.",
    ),
    (
        "created > startOfDay(x)",
        "Duration for function 'startOfDay' should have the format (+/-)n(yMwdm), e.g -1M for 1 month earlier.",
    ),
    ("project = currentUser()", "The field 'project' does not support the function 'currentUser'."),
    ("issue in linkedIssues(NO-1)", "Issue 'NO-1' could not be found in function 'linkedIssues'."),
    ("summary was x", "History searches do not support the 'summary' field."),
    ("summary changed", "History searches do not support the 'summary' field."),
    ("status was Done from Open", "The 'from' predicate is only supported by the 'changed' operator."),
    ("status changed during '2026/11/20'", "The 'during' predicate needs two dates, but '2026/11/20' was given."),
    ("status changed by x", "The user 'x' does not exist and cannot be used in the 'by' predicate."),
    ("summary ~ '*x'", "The text query '*x' for field 'summary' is not allowed to start with character '*'."),
    ("summary ~ '\"x'", "Unable to parse the text '\"x' for field 'summary'."),
    ("order by comment", "Not able to sort using field 'comment'."),
    ("order by foo", "Field 'foo' does not exist or you do not have permission to view it."),
    ("issue.property[sync].n ~ 5", "The operator '~' is not supported by the 'issue.property[sync].n' field."),
    ("issue.property[sync].n = x", "The value 'x' for field 'issue.property[sync].n' is not a number."),
]


@pytest.mark.parametrize(("text", "message"), MEANING)
def test_meaning_is_checked(text: str, message: str) -> None:
    with pytest.raises(JqlError) as caught:
        compile_query(parse(text), FakeWorld(sample()))
    assert caught.value.messages == [message]


def test_all_faults_are_told_at_once_and_each_once() -> None:
    with pytest.raises(JqlError) as caught:
        compile_query(parse("foo = 1 or project = NOPE and foo = 2 order by bar"), FakeWorld(sample()))
    assert caught.value.messages == [
        "Field 'foo' does not exist or you do not have permission to view it.",
        "The value 'NOPE' does not exist for the field 'project'.",
        "Field 'bar' does not exist or you do not have permission to view it.",
    ]


def test_at_most_seven_fields_sort() -> None:
    parse("order by " + ", ".join(["key"] * 7))
    with pytest.raises(JqlError, match="more than 7 fields"):
        parse("order by " + ", ".join(["key"] * 8))


@pytest.mark.parametrize("text", ["(" * 5000, "not " * 5000 + "x = 1", "x in " + "(" * 5000])
def test_nesting_has_an_end(text: str) -> None:
    with pytest.raises(JqlError, match="nested too deeply"):
        parse(text)


WORDS = (
    "project status summary created assignee key cf[10010] cf [ ] ( ) , = != ~ !~ < >= in not is was changed empty and"
    " or ! && || by from to during before after on order desc ABC ABC-1 Done 3 -1d 'x y' \" ' \\ \\u12 now() * \n"
    " currentUser() linkedIssues(ABC-1) f( issue.property[sync].n 2026/11/20 '2026/11/20'"
)
PARTS = st.sampled_from(WORDS.split(" "))


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=40), st.lists(PARTS, max_size=14).map(" ".join)))
def test_any_text_is_a_query_or_a_jql_error(text: str) -> None:
    issues = sample()
    try:
        query = parse(text)
        query.structure()
        plan = compile_query(query, FakeWorld(issues))
    except JqlError as error:
        assert error.messages and all(error.messages)
    else:
        assert len(plan.sort([issue for issue in issues if plan.matches(issue)])) <= 3
