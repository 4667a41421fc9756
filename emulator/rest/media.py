"""The media host: files for those who hold a token."""

from typing import Any

from emulator import attachments, context
from emulator.rest import params
from emulator.rest.attachments import stream
from emulator.rest.routing import Resource

rest = Resource("media", prefix="/_media")


@rest.get("/file/<media>/binary", anonymous=True)
def binary(media: str) -> Any:
    return stream(attachments.by_token(context.site(), media, params.text("token") or ""))
