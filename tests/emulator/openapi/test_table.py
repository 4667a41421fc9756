"""The README's table names what the site serves, no more and no less."""

from tests.emulator.openapi import table


def test_the_table_is_true() -> None:
    missing, gone = set(table.routes()) - set(table.listed()), set(table.listed()) - set(table.routes())
    assert not missing and not gone, f"run the suite with TWINLINE_COVERAGE_TABLE=1: {missing=} {gone=}"
