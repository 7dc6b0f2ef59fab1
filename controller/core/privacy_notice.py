"""What the notice of a site's cameras says of it, in the site's own words. Pure."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """Empty: nobody has said it yet."""

    name: str = ""
    purpose: str = ""
    place: str = ""
    scope: str = ""
    responsible: str = ""
    phone: str = ""
    trustee: str = ""
    longer: str = ""

    @property
    def said(self) -> dict[str, str]:
        """Field by field."""
        return asdict(self)
