"""What is set for a node's limits, over which it encodes less."""

from typing import Annotated

from pydantic import Field

from edge_agent.camera_settings import Section
from edge_agent.core.shedding import Limits

_LIMITS = Limits()


class LimitSettings(Section):
    """Over these limits a node halves frame rates of the cameras that it encodes itself, and later gives them back."""

    shed: bool = Field(True, description="Whether it does so at all.")
    cpu_percent: Annotated[float, Field(ge=50, le=100)] = Field(
        _LIMITS.cpu_percent, description="Of all processors together, for 20 s while pictures come late."
    )
    temperature_c: Annotated[float, Field(ge=50, le=110)] = Field(
        _LIMITS.temperature_c, description="Of the machine, for 20 s; a Raspberry Pi slows itself down from 80 on."
    )

    @property
    def limits(self) -> Limits:
        """The same for the judgement."""
        return Limits(cpu_percent=self.cpu_percent, temperature_c=self.temperature_c)
