"""The doors: check, parse, one call inward, answer. Each route declares which token opens it (``web.auth``)."""
