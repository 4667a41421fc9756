"""All that knows SQL. Rows come out as frozen values; every query starts from a tenant or from a twin link."""
