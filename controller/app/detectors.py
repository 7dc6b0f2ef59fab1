"""Wires the models that judge on a site: here or on a serving cluster, one or several, within the GPU's memory."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from controller.adapters.detector import LEAST_CONFIDENCE, load_detector
from controller.adapters.kserve_engine import SCHEME, KserveEngine, parse_remote
from controller.adapters.model_card import ModelCard, read_card
from controller.adapters.model_detector import ModelDetector
from controller.adapters.model_file import ModelFile, find_model
from controller.adapters.model_pool import ModelPool, PooledDetector
from controller.adapters.own_processes import JudgingModel
from controller.app.site import Site, open_site
from controller.app.ways import serving_latch
from controller.core.memory_budget import least_bytes
from controller.flows.merge_models import MergedDetector
from controller.ports import Detector
from controller.settings import WorkerSettings, read_secret
from shared.class_names import names_one_of
from shared.errors import Rejected
from shared.texts import Text, say

_USUAL_SIDE_PX = 640


@dataclass(frozen=True, slots=True)
class Judging:
    """The detector of a process, and each model behind it."""

    detector: Detector
    parts: tuple[ModelDetector | PooledDetector, ...]

    @property
    def models(self) -> tuple[JudgingModel, ...]:
        """What to tell of each: which it is, what runs it, and why nothing faster does."""
        return tuple(JudgingModel(part.info, part.fallback) for part in self.parts)

    def close(self) -> None:
        """Unload them, and end the connections of those that are on other machines."""
        for part in self.parts:
            part.close()

    @property
    def notices(self) -> tuple[Text, ...]:
        """What to tell of them together: what a faster provider is left out for, and that nobody sees people."""
        info = self.detector.info
        blind = not any(names_one_of(name, ("person",)) for name in info.classes)
        slower = dict.fromkeys(part.fallback for part in self.parts if part.fallback is not None)
        return (*slower, *([say("model_no_person", model=info.name)] if blind else ()))


def open_judging(site: Site, model: str | None = None) -> Judging:
    """Load `model`, or else the settings', and `[worker] models` beside it. Blocks, for minutes where a GPU plans."""
    names = tuple(dict.fromkeys((model or site.settings.model, *site.settings.worker.models)))
    folder = site.data_dir / "models"
    pool = _pool(site, folder, [name for name in names if not name.startswith(SCHEME)])
    parts = tuple(_remote(site, folder, name) if name.startswith(SCHEME) else pool.detector(name) for name in names)
    for part in parts:
        _ = part.info  # load it now, and refuse it now
    return Judging(parts[0] if len(parts) == 1 else MergedDetector(parts), parts)


@contextmanager
def open_models(
    names: Sequence[str], folders: Sequence[Path], config: Path | None, provider: str, threads: int
) -> Iterator[list[ModelDetector]]:
    """Load what a command names: files, names in `folders`, and models on serving clusters.

    Pictures go only to clusters that the site's settings in `config` allow; where there are none, to nobody.
    """
    remote = any(name.startswith(SCHEME) for name in names)
    site = open_site(config) if remote and config is not None and config.exists() else None
    folder = folders[0] if folders else Path()
    with ExitStack() as loaded:
        found: list[ModelDetector] = []
        for name in names:
            if name.startswith(SCHEME):
                found.append(_remote(site, folder, name))
            else:
                found.append(load_detector(name, folders=folders, provider=provider, threads=threads))
            loaded.callback(found[-1].close)
        yield found


def _pool(site: Site, folder: Path, names: Sequence[str]) -> ModelPool:
    worker = site.settings.worker

    def load(name: str, memory_bytes: int | None, last: bool) -> ModelDetector:
        return load_detector(
            name,
            folders=[folder],
            provider=worker.provider,
            threads=worker.threads,
            memory_bytes=memory_bytes,
            tell_no_memory=not last,
        )

    needs = {name: _need(find_model(name, [folder])) for name in names}
    return ModelPool(load, needs, worker.gpu_memory_bytes)


def _need(model: ModelFile) -> int:
    width, height = model.card.input or (_USUAL_SIDE_PX, _USUAL_SIDE_PX)
    return least_bytes(model.path.stat().st_size, width * height)


def _remote(site: Site | None, folder: Path, address: str) -> ModelDetector:
    worker = WorkerSettings() if site is None else site.settings.worker
    remote = parse_remote(address, worker.serving_hosts)
    if site is None:
        raise Rejected("model", "no site lets pictures go there")
    token = None
    if worker.serving_token_file is not None:
        token = read_secret(worker.serving_token_file, "worker.serving_token_file")
    trust = None
    if worker.serving_ca_file is not None:
        trust = ssl.create_default_context(cafile=str(worker.serving_ca_file))
    engine = KserveEngine(remote, through=serving_latch(site, remote.place), trust=trust, token=token)
    try:
        card = read_card(folder, remote.name) or ModelCard()
        model = ModelFile(remote.name, folder / f"{remote.name}.onnx", engine.sha256, card)
        return ModelDetector(engine, model, LEAST_CONFIDENCE)
    except BaseException:
        engine.close()
        raise
