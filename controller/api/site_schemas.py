"""The wire models of what people say of cameras."""

from typing import Annotated

from pydantic import Field

from controller.api.schemas import Model


class CameraNameIn(Model):
    """Empty: the name in its id."""

    name: Annotated[str, Field(max_length=60)]
