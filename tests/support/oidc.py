"""A strict OpenID provider on loopback: it refuses whatever the rules of ProConnect and Pro Santé Connect refuse."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT: Final = "rempart-essai"
SECRET: Final = "secret-essai"
# What ProConnect reads in a request; any other parameter is refused (its error Y000400).
READ: Final = {
    "client_id", "redirect_uri", "scope", "response_type", "state", "nonce", "acr_values", "claims",
}  # fmt: skip
SHORTEST: Final = 32


@dataclass
class Provider:
    """What the provider will say; a test changes what it wants to be wrong."""

    person: dict[str, Any]
    rules: str = "proconnect"
    acr: str = "eidas1"
    amr: list[str] = field(default_factory=lambda: ["pwd"])
    signs_userinfo: bool = True
    wrong: dict[str, Any] = field(default_factory=dict)
    wrong_userinfo: dict[str, Any] = field(default_factory=dict)
    wrong_issuer: str = ""
    signing: Any = None
    issuer: str = ""
    key: Any = field(
        default_factory=lambda: RSAKey.generate_key(
            2048, {"kid": "k1", "use": "sig", "alg": "RS256"}
        )
    )
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    @property
    def discovery(self) -> str:
        """Where it describes itself: under another name at Pro Santé Connect."""
        name = (
            "openid-configuration" if self.rules == "proconnect" else "wallet-openid-configuration"
        )
        return f"{self.issuer}/.well-known/{name}"

    def described(self) -> dict[str, Any]:
        """Its description."""
        return {
            "issuer": self.wrong_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/logout",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def fault_of(self, asked: dict[str, str]) -> str:
        """Why a request to sign somebody in is refused, or nothing."""
        if asked.get("client_id") != CLIENT or asked.get("response_type") != "code":
            return "client_id ou response_type"
        if any(len(asked.get(name, "")) < SHORTEST for name in ("state", "nonce")):
            return "state ou nonce de moins de 32 caractères"
        if "openid" not in asked.get("scope", "").split():
            return "scope sans openid"
        if self.rules == "proconnect" and (extra := set(asked) - READ):
            return f"Y000400 : paramètres en trop {sorted(extra)}"
        if self.rules == "psc" and asked.get("code_challenge_method") != "S256":
            return "PKCE S256 attendu"
        if asked.get("acr_values") != "eidas1":
            return "acr_values"
        return ""

    def sign(self, claims: dict[str, Any]) -> str:
        """A token of the provider."""
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.signing or self.key)

    def grant(self, asked: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code, once, to the client that asked for it."""
        found = self.codes.pop(asked.get("code", ""), None)
        if not found or asked.get("client_secret") != SECRET:
            return None
        if asked.get("redirect_uri") != found["redirect_uri"]:
            return None
        if "code_challenge" in found and challenge(asked) != found["code_challenge"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.person["sub"], "iat": now,
            "exp": now + 60, "acr": self.acr, "amr": self.amr, "nonce": found["nonce"],
        } | self.wrong  # fmt: skip
        access = secrets.token_urlsafe(16)
        self.tokens.add(access)
        return {
            "access_token": access, "token_type": "Bearer", "expires_in": 60,
            "id_token": self.sign(claims),
        }  # fmt: skip

    def person_for(self, bearer: str) -> tuple[bytes, str] | None:
        """What it says of the person, signed or not, to whoever has the token."""
        if bearer not in self.tokens:
            return None
        said = self.person | self.wrong_userinfo
        if not self.signs_userinfo:
            return json.dumps(said).encode(), "application/json"
        signed = self.sign({"iss": self.issuer, "aud": CLIENT} | said)
        return signed.encode(), "application/jwt; charset=utf-8"


def challenge(asked: dict[str, str]) -> str:
    """The challenge of PKCE (S256) that the verifier answers."""
    digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@contextmanager
def provider(person: dict[str, Any], **fields: Any) -> Iterator[Provider]:
    """The provider, served on a free port of loopback."""
    served = Provider(person, **fields)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"provider": served}))
    served.issuer = f"http://127.0.0.1:{server.server_port}/api/v2"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    """The HTTP side of a provider."""

    provider: Provider

    def log_message(self, *_: object) -> None:
        """Silent."""

    def answer(
        self, body: bytes, kind: str = "application/json", status: int = 200, **more: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        if self.provider.discovery.endswith(parts.path):
            self.answer(json.dumps(self.provider.described()).encode())
        elif parts.path == "/api/v2/jwks":
            self.answer(json.dumps({"keys": [self.provider.key.as_dict(private=False)]}).encode())
        elif parts.path == "/api/v2/authorize":
            self.authorize(asked)
        elif parts.path == "/api/v2/userinfo":
            bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
            found = self.provider.person_for(bearer)
            self.answer(*found) if found else self.answer(b"{}", status=401)
        elif parts.path == "/api/v2/logout":
            self.answer(b"", status=302, Location=asked["post_logout_redirect_uri"])
        else:
            self.answer(b"{}", status=404)

    def authorize(self, asked: dict[str, str]) -> None:
        if fault := self.provider.fault_of(asked):
            self.provider.refused.append(fault)
            self.answer(fault.encode(), "text/plain; charset=utf-8", 400)
            return
        code = secrets.token_urlsafe(16)
        self.provider.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        self.answer(b"", status=302, Location=f"{asked['redirect_uri']}?{back}")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        granted = self.provider.grant(dict(parse_qsl(body)))
        status = 200 if granted else 400
        self.answer(json.dumps(granted or {"error": "invalid_grant"}).encode(), status=status)
