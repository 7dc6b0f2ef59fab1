"""Wires evidence bundles for the command line: the checker, and the key of a local site."""

from controller.adapters.notary import SiteNotary
from controller.adapters.verify_bundle.bundle import code_of, verify
from controller.adapters.verify_bundle.certificate import Certificate
from controller.adapters.verify_bundle.command import report, teller
from controller.app.site import Site

__all__ = ["code_of", "report", "site_key", "teller", "verify"]


def site_key(site: Site) -> dict[str, str]:
    """Fingerprint and public key in PEM of who signs this site's bundles; of its CA the fingerprint alone."""
    notary = SiteNotary(site.audit_key_file, site.settings.site, ca_file=site.tls_dir / "ca.pem")
    pem = notary.ca_pem()
    return notary.site_key() | ({} if pem is None else {"ca_fingerprint": Certificate(pem).mark})
