"""The settings of privacy: which roles see clear pictures where nothing was given by camera."""

from pydantic import BaseModel, ConfigDict, Field

from controller.core.access import Role
from controller.core.grants import Roles, roles_with


class Privacy(BaseModel):
    """Who sees pictures as they are; an administrator always does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clear: tuple[Role, ...] = Field(
        ("viewer", "operator", "admin"),
        description="Roles that see clear pictures of every camera; others see derived ones, unless rights were given "
        "them by camera.",
    )
    unmask: tuple[Role, ...] = Field(
        (), description="Roles that may see clear pictures for some minutes, with a reason that is kept."
    )

    @property
    def roles(self) -> Roles:
        """What each role may do with every camera here."""
        return roles_with(self.clear, self.unmask)
