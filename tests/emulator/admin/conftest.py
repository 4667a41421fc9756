"""What the administrators' tests share."""

import pytest

from emulator.site import Site


@pytest.fixture
def lead(site: Site) -> str:
    """The account id of the site's administrator."""
    found = site.store.find("user", email="admin@example.com")
    assert found
    return str(found["id"])
