"""Wires evidence bundles for the command line: the checker, and the key of a local site."""

from controller.adapters.notary import SiteNotary
from controller.adapters.verify_bundle import code_of, report, teller, verify
from controller.app.site import Site

__all__ = ["code_of", "report", "site_key", "teller", "verify"]


def site_key(site: Site) -> dict[str, str]:
    """Fingerprint and public key in PEM of who signs this site's bundles."""
    return SiteNotary(site.audit_key_file, site.settings.site).site_key()
