"""Payloads sealed before they leave for Temporal: its server, its database and its backups hold nothing that reads.

AES-256-GCM over the whole payload, with a fresh nonce; the id of the key stands beside it, so that keys can be changed:
the first of them seals, all open, and one is kept for as long as the oldest run that was begun with it. Texts of errors
are sealed as well (`DefaultFailureConverterWithEncodedAttributes`). Search attributes are not, by Temporal's nature:
they hold ids, status and dates, nothing that a record says (definitions/wire.py).

What is not sealed is taken as it is: runs that were begun before the first key, and signals of Temporal's own tools,
which the run judges as coming from anybody (signing.py).
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

ENCODING = b"binary/encrypted"
KEY_ID = "holdfast-key"
KEY_BYTES, NONCE_BYTES = 32, 12


class Unreadable(Exception):
    """A payload that none of the keys opens. It names the key that is missing, which is no secret."""


class Sealing(PayloadCodec):
    """The codec of an installation's keys, by their ids; the first one seals."""

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        if not keys:
            raise ValueError("a codec needs a key")
        self._first = keys[0][0]
        self._ciphers = {id: AESGCM(key) for id, key in keys}

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each payload as the data of a sealed one."""
        return [self._sealed(each) for each in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads as they were; one that is not sealed stays. Raises Unreadable."""
        return [self._opened(each) for each in payloads]

    def _sealed(self, payload: Payload) -> Payload:
        nonce, id = os.urandom(NONCE_BYTES), self._first.encode()
        data = nonce + self._ciphers[self._first].encrypt(nonce, payload.SerializeToString(), id)
        return Payload(metadata={"encoding": ENCODING, KEY_ID: id}, data=data)

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        id = payload.metadata.get(KEY_ID, b"").decode(errors="replace")
        if id not in self._ciphers:
            raise Unreadable(f"no key {id[:40]!r} to open a payload with")
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            return Payload.FromString(self._ciphers[id].decrypt(nonce, sealed, id.encode()))
        except (InvalidTag, ValueError):
            raise Unreadable(f"the key {id[:40]!r} does not open a payload") from None


def read_keys(text: str) -> list[tuple[str, bytes]]:
    """`new:base64,old:base64` as ids and keys, the sealing one first. Raises ValueError, which shows no key."""
    keys = [_read(each) for each in text.split(",")] if text else []
    if len({id for id, _ in keys}) != len(keys):
        raise ValueError("two payload keys have one id")
    return keys


def converter_of(keys: Iterable[tuple[str, bytes]]) -> DataConverter:
    """What every client and replay of the installation reads and writes payloads with."""
    found = list(keys)
    if not found:
        return DataConverter.default
    sealed_errors = DefaultFailureConverterWithEncodedAttributes
    return replace(DataConverter.default, payload_codec=Sealing(found), failure_converter_class=sealed_errors)


def _read(text: str) -> tuple[str, bytes]:
    id, _, key = text.strip().partition(":")
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error:
        raw = b""
    if not id or not id.isascii() or len(raw) != KEY_BYTES:
        raise ValueError(f"a payload key is an id, a colon and base64 of {KEY_BYTES} bytes")
    return id, raw
