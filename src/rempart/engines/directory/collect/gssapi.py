"""Kerberos through the system's own GSS-API library (RFC 2744), where Python's binding would need a compiler.

Linux distributions install MIT's `libgssapi_krb5` with their base tools; Windows has SSPI, which pyspnego speaks.
Only what a client of SPNEGO needs is bound: names, credentials, context, wrap and unwrap.
"""

import ctypes
import ctypes.util
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from functools import cache
from typing import Any, Final

_COMPLETE, _CONTINUE_NEEDED = 0, 1
_MUTUAL, _REPLAY, _SEQUENCE, _CONFIDENTIAL, _INTEGRITY = 2, 4, 8, 16, 32
_INITIATE: Final = 1
_GSS_CODE, _MECH_CODE = 1, 2
_LIBRARIES: Final = ("libgssapi_krb5.so.2", "libgssapi_krb5.so")

_SPNEGO: Final = bytes.fromhex("2b0601050502")
_USER_NAME: Final = bytes.fromhex("2a864886f71201020101")  # GSS_C_NT_USER_NAME
_HOST_SERVICE: Final = bytes.fromhex("2a864886f71201020104")  # GSS_C_NT_HOSTBASED_SERVICE


class GssError(Exception):
    """The library refused; the message is its own, in English."""


class _Buffer(Structure):
    _fields_ = (("length", c_size_t), ("value", c_void_p))


class _Oid(Structure):
    _fields_ = (("length", c_uint32), ("elements", c_char_p))


class _OidSet(Structure):
    _fields_ = (("count", c_size_t), ("elements", POINTER(_Oid)))


@cache
def _library() -> Any:
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
            break
        except OSError:
            continue
    else:
        raise GssError("libgssapi_krb5 n’est pas installée (paquet libgssapi-krb5-2)")
    for name, arguments in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype = c_uint32
        function.argtypes = (POINTER(c_uint32), *arguments)
    return library


_SIGNATURES: Final[dict[str, tuple[Any, ...]]] = {
    "gss_import_name": (POINTER(_Buffer), POINTER(_Oid), POINTER(c_void_p)),
    "gss_acquire_cred_with_password": (
        c_void_p,
        POINTER(_Buffer),
        c_uint32,
        POINTER(_OidSet),
        c_int,
        POINTER(c_void_p),
        c_void_p,
        c_void_p,
    ),
    "gss_init_sec_context": (
        c_void_p,
        POINTER(c_void_p),
        c_void_p,
        POINTER(_Oid),
        c_uint32,
        c_uint32,
        c_void_p,
        POINTER(_Buffer),
        c_void_p,
        POINTER(_Buffer),
        POINTER(c_uint32),
        c_void_p,
    ),
    "gss_wrap": (c_void_p, c_int, c_uint32, POINTER(_Buffer), POINTER(c_int), POINTER(_Buffer)),
    "gss_unwrap": (c_void_p, POINTER(_Buffer), POINTER(_Buffer), POINTER(c_int), c_void_p),
    "gss_display_status": (c_uint32, c_int, c_void_p, POINTER(c_uint32), POINTER(_Buffer)),
    "gss_release_buffer": (POINTER(_Buffer),),
    "gss_release_name": (POINTER(c_void_p),),
    "gss_release_cred": (POINTER(c_void_p),),
    "gss_delete_sec_context": (POINTER(c_void_p), POINTER(_Buffer)),
}


def _oid(content: bytes) -> _Oid:
    return _Oid(len(content), content)


def _buffer(data: bytes) -> _Buffer:
    # The array lives as long as the buffer that points into it.
    array = ctypes.create_string_buffer(data, len(data))
    buffer = _Buffer(len(data), ctypes.cast(array, c_void_p))
    buffer.keep = array
    return buffer


def _taken(buffer: _Buffer) -> bytes:
    data = ctypes.string_at(buffer.value, buffer.length) if buffer.value else b""
    _library().gss_release_buffer(byref(c_uint32()), byref(buffer))
    return data


def _call(name: str, *arguments: Any) -> int:
    minor = c_uint32()
    major = int(getattr(_library(), name)(byref(minor), *arguments))
    if major & 0xFFFF0000:
        texts = (_status(minor.value, _MECH_CODE), _status(major, _GSS_CODE))
        raise GssError(next((text for text in texts if text), f"{name}: {major:#x}"))
    return major


def _status(code: int, kind: int) -> str:
    if not code:
        return ""
    text, more = _Buffer(), c_uint32()
    minor = c_uint32()
    _library().gss_display_status(byref(minor), code, kind, None, byref(more), byref(text))
    return _taken(text).decode("utf-8", "replace")


class GssContext:
    """An initiator's SPNEGO context with Kerberos inside, as `auth.Context` and with wrap and unwrap."""

    def __init__(self, service: str, user: str = "", password: str = "") -> None:
        """`service` is `ldap@host`. With a password, a ticket is asked for `user`; without, the present one serves.

        Raises `GssError`.
        """
        self.complete = False
        self._context, self._credentials, self._target = c_void_p(), c_void_p(), c_void_p()
        self._mechanism = _oid(_SPNEGO)
        self._flags = _MUTUAL | _REPLAY | _SEQUENCE | _CONFIDENTIAL | _INTEGRITY
        self._target = _name(service, _HOST_SERVICE)
        if password:
            self._acquire(user, password)

    def _acquire(self, user: str, password: str) -> None:
        name = _name(user, _USER_NAME)
        mechanisms = _OidSet(1, ctypes.pointer(self._mechanism))
        secret = _buffer(password.encode("utf-8"))
        try:
            _call(
                "gss_acquire_cred_with_password",
                name,
                byref(secret),
                0,
                byref(mechanisms),
                _INITIATE,
                byref(self._credentials),
                None,
                None,
            )
        finally:
            _library().gss_release_name(byref(c_uint32()), byref(name))

    def step(self, in_token: bytes | None = None) -> bytes | None:
        """Our next token. Raises `GssError`."""
        given, out, flags = _buffer(in_token or b""), _Buffer(), c_uint32()
        major = _call(
            "gss_init_sec_context",
            self._credentials,
            byref(self._context),
            self._target,
            byref(self._mechanism),
            self._flags,
            0,
            None,
            byref(given) if in_token else None,
            None,
            byref(out),
            byref(flags),
            None,
        )
        self.complete = not major & _CONTINUE_NEEDED
        if self.complete and self._flags & ~flags.value & (_MUTUAL | _CONFIDENTIAL):
            raise GssError("the server did not grant mutual authentication and sealing")
        return _taken(out) or None

    def wrap(self, data: bytes) -> bytes:
        """`data` sealed. Raises `GssError`."""
        given, out, sealed = _buffer(data), _Buffer(), c_int()
        _call("gss_wrap", self._context, 1, 0, byref(given), byref(sealed), byref(out))
        result = _taken(out)
        if not sealed.value:
            raise GssError("the library did not encrypt")
        return result

    def unwrap(self, data: bytes) -> bytes:
        """`data` opened and verified. Raises `GssError`."""
        given, out, sealed = _buffer(data), _Buffer(), c_int()
        _call("gss_unwrap", self._context, byref(given), byref(out), byref(sealed), None)
        return _taken(out)

    def close(self) -> None:
        """Give back what the library holds."""
        minor = c_uint32()
        _library().gss_delete_sec_context(byref(minor), byref(self._context), None)
        _library().gss_release_cred(byref(minor), byref(self._credentials))
        _library().gss_release_name(byref(minor), byref(self._target))


def _name(text: str, kind: bytes) -> c_void_p:
    name, oid = c_void_p(), _oid(kind)
    given = _buffer(text.encode("utf-8"))
    _call("gss_import_name", byref(given), byref(oid), byref(name))
    return name
