"""The settings of logging in: how long a session lasts, who needs a second factor."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from controller.core.second_factor import Policy
from controller.core.session_life import Lasting


class LoginSettings(BaseModel):
    """How people log in, and for how long."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    idle_h: Annotated[float, Field(ge=0.25, le=720)] = Field(
        12.0, description="A session that nobody uses ends after so many hours; an open page uses it."
    )
    longest_days: Annotated[float, Field(ge=0.25, le=90)] = Field(
        7.0, description="Every session ends after so many days, used or not."
    )

    second_factor: Policy = Field(
        "optional",
        description="Who must have an authenticator beside the password: nobody, administrators or everybody.",
    )

    @property
    def lasting(self) -> Lasting:
        return Lasting(timedelta(hours=self.idle_h), timedelta(days=self.longest_days))
