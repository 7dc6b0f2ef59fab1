"""Wires the certificates that this server speaks with."""

from controller.adapters.certificates import OwnCertificate, ServedCertificate
from controller.app.site import Site
from controller.flows.keep_certificate import KeepCertificate
from shared.clock import Clock


def build_certificates(site: Site, clock: Clock) -> KeepCertificate:
    """Those of the public port and of the broker; the site's own CA renews what it signed."""
    served = {used: ServedCertificate(file) for used, file in site.served.items()}
    own = OwnCertificate(site.tls_dir, site.server_names, site.ca_seal_file) if site.renewed else None
    return KeepCertificate(served, site.renewed, own, clock)
