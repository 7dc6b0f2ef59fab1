"""Wires what makes pictures for who may not see clear ones; each process is started when somebody looks."""

from controller.adapters.derived_films import DerivedFilms
from controller.adapters.live_client import LiveClient
from controller.adapters.mosaic_process import MosaicProcess
from controller.adapters.mosaic_stills import MosaicStills
from controller.adapters.sessions import Keyring
from controller.api.deps import Derived
from controller.app.site import Site
from controller.flows.derive_live import DeriveLive
from shared.clock import Clock


def build_derived(site: Site, keyring: Keyring, clock: Clock) -> Derived:
    """Of live streams, of pictures, of films."""
    relay = site.settings.relay
    host = f"[{relay.host}]" if ":" in relay.host else relay.host
    source = LiveClient(f"ws://{host}:{relay.port}", lambda: keyring.sign_service("api"))
    return Derived(
        live=DeriveLive(source, MosaicProcess, clock),
        stills=MosaicStills(),
        films=DerivedFilms(site.data_dir / "cache" / "derived"),
    )
