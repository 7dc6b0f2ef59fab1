"""An identity provider: glewlwyd, with a client for a site under test and people in groups."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.servers.processes import Server, answers, free_port, program, unavailable

_TABLES = Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
_MODULES = Path("/usr/lib/glewlwyd")
_PAGES = Path("/usr/share/glewlwyd/webapp")
_PAGE_SETTINGS = Path("/usr/share/glewlwyd/templates/config.json")
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "application/javascript", ".json": "application/json"}
CLIENT, SECRET = "cctv", "a-secret-of-the-client"
PASSWORD = "a good long passphrase"


def private_jwk(name: str) -> dict[str, Any]:
    """A new key to sign by."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key)), "kid": name, "alg": "RS256", "use": "sig"}


@dataclass(slots=True)
class Glewlwyd:
    """A running provider; `folder` holds its database."""

    port: int
    server: Server
    keys: list[dict[str, Any]]
    admin: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.admin = httpx.Client(base_url=self.address, timeout=20, trust_env=False)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def issuer(self) -> str:
        return f"{self.address}/api/oidc"

    def send(self, method: str, path: str, document: object) -> None:
        """One request of the administrator's; a refusal is a failure."""
        answer = self.admin.request(method, f"/api{path}", json=document)
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text}"

    def set_up(self) -> None:
        """Log in, let people have groups, and offer OpenID Connect."""
        self.send("POST", "/auth", {"username": "admin", "password": "password"})
        one = {"multiple": False, "read": True, "write": True, "profile-read": True, "profile-write": False}
        users = self.admin.get("/api/mod/user/database").json()
        users["parameters"]["data-format"] = {"groups": one | {"multiple": True}}
        self.send("PUT", "/mod/user/database", users)
        self.send("PUT", "/mod/user/database/reset", {})
        scope = {"name": "openid", "display_name": "Open ID", "description": "who one is", "password_required": True}
        self.send("PUT", "/scope/openid", scope | {"password_max_age": 0})
        self.send("POST", "/mod/plugin/", {"module": "oidc", "name": "oidc", "display_name": "o", **self._plugin()})

    def turn_keys(self, name: str) -> None:
        """Sign by another key from now on, and offer the one before no more."""
        self.keys[:] = [private_jwk(name)]
        self.send("PUT", "/mod/plugin/oidc", {"module": "oidc", "name": "oidc", "display_name": "o", **self._plugin()})
        self.send("PUT", "/mod/plugin/oidc/reset", {})

    def add_client(self, site: str) -> None:
        """The site, as it is reached."""
        self.send("POST", "/client", {
            "client_id": CLIENT, "name": "SHT-CCTV", "enabled": True, "confidential": True, "client_secret": SECRET,
            "redirect_uri": [f"{site}/api/v1/login/callback"], "authorization_type": ["code"], "scope": [],
            "post_logout_redirect_uri": f"{site}/", "backchannel_logout_uri": f"{site}/api/v1/login/back-channel",
            "backchannel_logout_session_required": "1", "token_endpoint_auth_method": ["client_secret_basic"],
        })  # fmt: skip

    def put_person(self, name: str, *groups: str, new: bool = True) -> None:
        """Somebody with a password, in these groups; not `new`: in these from now on."""
        person = {
            "username": name, "name": name.title(), "email": f"{name}@example.test", "enabled": True,
            "scope": ["openid", "g_profile"], "groups": list(groups),
        }  # fmt: skip
        if new:
            self.send("POST", "/user", person | {"password": PASSWORD})
            with self.browser(name) as browser:
                granted = browser.put(f"/api/auth/grant/{CLIENT}", json={"scope": "openid"})
                assert granted.status_code == 200, granted.text
        else:
            self.send("PUT", f"/user/{name}", person)

    @contextmanager
    def browser(self, name: str) -> Iterator[httpx.Client]:
        """A browser in which somebody is logged in at the provider."""
        with httpx.Client(base_url=self.address, timeout=20, trust_env=False) as browser:
            answer = browser.post("/api/auth", json={"username": name, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            yield browser

    def agreed(self, browser: httpx.Client, url: str) -> str:
        """Where the provider sends somebody on to who is logged in there and goes to `url`."""
        answer = browser.get(f"{url}&g_continue=1")
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def _plugin(self) -> dict[str, Any]:
        groups = {"name": "groups", "user-property": "groups", "type": "string", "mandatory": True, "scope": []}
        return {"parameters": {
            "iss": self.issuer, "jwks-private": json.dumps({"keys": self.keys}),
            "jwt-type": "rsa", "jwt-key-size": "256",
            "access-token-duration": 3600, "refresh-token-duration": 3600, "code-duration": 600,
            "allow-non-oidc": False, "auth-type-code-enabled": True, "jwks-show": True, "subject-type": "public",
            "pkce-allowed": True, "pkce-required": True, "oauth-as-iss-id": True,
            "email-claim": "mandatory", "name-claim": "mandatory", "claims": [groups],
            "session-management-allowed": True, "back-channel-logout-allowed": True,
            "session-cookie-name": "GLEWLWYD2_OIDC_SID", "session-cookie-expiration": 3600,
        }}  # fmt: skip


@contextmanager
def running_glewlwyd(folder: Path) -> Iterator[Glewlwyd]:
    """A provider on loopback that nobody is known to yet."""
    binary = program("glewlwyd", what="glewlwyd")
    if not _TABLES.is_file():
        unavailable("glewlwyd's tables")
    port = free_port()
    with closing(sqlite3.connect(folder / "glewlwyd.db")) as database:
        database.executescript(_TABLES.read_text())
    settings = folder / "glewlwyd.conf"
    pages = folder / "pages"  # Debian's package has a folder in place of their settings
    shutil.copytree(_PAGES, pages, ignore=shutil.ignore_patterns("config.json"))
    shutil.copy(_PAGE_SETTINGS, pages / "config.json")
    kinds = [f'{{ extension = "{end}" mime_type = "{kind}" }}' for end, kind in _KINDS.items()]
    modules = {"user": "user", "client": "client", "user_auth_scheme": "scheme", "plugin": "plugin"}
    settings.write_text("\n".join([
        f"port={port}", 'bind_address="127.0.0.1"', f'external_url="http://127.0.0.1:{port}"', 'login_url="login.html"',
        'api_prefix="api"', 'log_mode="console"', 'log_level="WARNING"', "cookie_secure=0", 'cookie_same_site="lax"',
        "session_expiration=3600", 'session_key="GLEWLWYD2_SESSION_ID"', 'admin_scope="g_admin"',
        'profile_scope="g_profile"', "login_api_enabled=true", 'hash_algorithm="SHA512"',
        *[f'{name}_module_path="{_MODULES / folder}"' for name, folder in modules.items()],
        f'static_files_path="{pages}/"', f"static_files_mime_types = ({', '.join(kinds)});",
        f'database = {{ type = "sqlite3" path = "{folder / "glewlwyd.db"}" }};', "",
    ]))  # fmt: skip
    server = Server((binary, f"--config-file={settings}"), folder / "glewlwyd.log", lambda: answers(port))
    server.start()
    found = Glewlwyd(port, server, [private_jwk("first")])
    try:
        found.set_up()
        yield found
    finally:
        found.admin.close()
        server.stop()
