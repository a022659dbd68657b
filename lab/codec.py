"""The binary form of stanzas, with the client's token dictionary (whatsmeow, binary/)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Final

from comptoir.lab.nodes import DOMAINS, JID, NUMBER_SERVER, Node, NodeError
from comptoir.lab.tokens import Tokens

MAX_UNPACKED = 16 << 20
MAX_DEPTH = 32

_DOMAIN_SERVERS: Final = {domain: server for server, domain in DOMAINS.items()}

# Tags of the binary form (whatsmeow, binary/token/token.go); every smaller byte is a single token.
_LIST_EMPTY: Final = 0
_DICTIONARY_0: Final = 236
_DEVICE_JID: Final = 247
_LIST_8: Final = 248
_LIST_16: Final = 249
_JID_PAIR: Final = 250
_HEX_8: Final = 251
_BINARY_8: Final = 252
_BINARY_20: Final = 253
_BINARY_32: Final = 254
_NIBBLE_8: Final = 255

_PACKED_MAX: Final = 127
_ALPHABETS: Final = {_NIBBLE_8: "0123456789-.", _HEX_8: "0123456789ABCDEF"}
_ODD: Final = 0x80
_ZLIB_FLAG: Final = 2


class Codec:
    """Nodes to bytes and back."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._codes = {
            token: bytes([_DICTIONARY_0 + dictionary, index])
            for dictionary, words in enumerate(tokens.double)
            for index, token in enumerate(words)
        }
        # After the others: where a word is in both, one byte is shorter than two.
        self._codes |= {token: bytes([index]) for index, token in enumerate(tokens.single) if token}

    def encode(self, node: Node, *, compress: bool = False) -> bytes:
        """Raises NodeError for what the form cannot hold."""
        out = bytearray()
        _Writer(self._codes, out).node(node)
        return bytes([_ZLIB_FLAG]) + zlib.compress(out) if compress else b"\0" + out

    def decode(self, data: bytes) -> Node:
        """Raises NodeError for anything but exactly one node of at most 16 MiB and 32 levels."""
        reader = _Reader(self._tokens, _unpack(data))
        try:
            node = reader.node(0)
        except (IndexError, UnicodeDecodeError) as error:
            raise NodeError(f"the bytes are no node: {error}") from error
        reader.expect_end()
        return node


def _unpack(data: bytes) -> bytes:
    if not data:
        raise NodeError("a node was expected, nothing came")
    if not data[0] & _ZLIB_FLAG:
        return data[1:]
    inflater = zlib.decompressobj()
    try:
        unpacked = inflater.decompress(data[1:], MAX_UNPACKED)
    except zlib.error as error:
        raise NodeError(f"the node is marked as compressed, and is not: {error}") from error
    if not inflater.eof:
        raise NodeError(f"a compressed node is cut short or grows beyond {MAX_UNPACKED} bytes")
    return unpacked


class _Writer:
    def __init__(self, codes: Mapping[str, bytes], out: bytearray) -> None:
        self._codes = codes
        self._out = out

    def node(self, node: Node) -> None:
        self._list(1 + 2 * len(node.attrs) + bool(node.content or node.content == b""))
        self._text(node.tag)
        for name, value in node.attrs.items():
            self._text(name)
            if isinstance(value, JID):
                self._jid(value)
            else:
                self._text(value)
        if isinstance(node.content, bytes):
            self._binary(node.content)
        elif node.content:
            self._list(len(node.content))
            for child in node.content:
                self.node(child)

    def _list(self, size: int) -> None:
        if size < 1 << 8:
            self._out += bytes([_LIST_8, size])
        elif size < 1 << 16:
            self._out.append(_LIST_16)
            self._out += size.to_bytes(2, "big")
        else:
            raise NodeError(f"a list holds at most 65,535 nodes, not {size}")

    def _text(self, text: str) -> None:
        code = self._codes.get(text)
        if code is not None:
            self._out += code
        elif text and (tag := _packing(text)):
            self._packed(tag, text)
        else:
            self._binary(text.encode())

    def _jid(self, jid: JID) -> None:
        domain = DOMAINS.get(jid.server)
        if domain is not None and (jid.device or domain > 1):
            if not 0 <= jid.device <= 0xFF:
                raise NodeError(f"a device number is at most 255: {jid}")
            self._out += bytes([_DEVICE_JID, domain, jid.device])
            self._text(jid.user)
        elif jid.device:
            raise NodeError(f"only numbers and LIDs have devices: {jid}")
        else:
            self._out.append(_JID_PAIR)
            if jid.user:
                self._text(jid.user)
            else:
                self._out.append(_LIST_EMPTY)
            self._text(jid.server)

    def _packed(self, tag: int, text: str) -> None:
        alphabet = _ALPHABETS[tag]
        digits = [alphabet.index(char) for char in text]
        odd = len(digits) % 2
        if odd:
            digits.append(0xF)
        self._out += bytes([tag, len(digits) // 2 | (_ODD if odd else 0)])
        self._out += bytes(high << 4 | low for high, low in zip(digits[::2], digits[1::2], strict=True))

    def _binary(self, data: bytes) -> None:
        size = len(data)
        if size < 1 << 8:
            self._out += bytes([_BINARY_8, size])
        elif size < 1 << 20:
            self._out.append(_BINARY_20)
            self._out += size.to_bytes(3, "big")
        else:
            self._out.append(_BINARY_32)
            self._out += size.to_bytes(4, "big")
        self._out += data


def _packing(text: str) -> int | None:
    if len(text) <= _PACKED_MAX:
        for tag in (_NIBBLE_8, _HEX_8):
            if all(char in _ALPHABETS[tag] for char in text):
                return tag
    return None


class _Reader:
    """Walks over one unpacked node; IndexError means that the bytes ended too early."""

    def __init__(self, tokens: Tokens, data: bytes) -> None:
        self._tokens = tokens
        self._data = data
        self._at = 0

    def node(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise NodeError(f"nodes are nested deeper than {MAX_DEPTH} levels")
        size = self._list_size(self._byte())
        if not size:
            raise NodeError("a node without a tag")
        tag = self._text()
        attrs = {self._text(): self._attribute() for _ in range((size - 1) // 2)}
        content = self._content(depth) if size % 2 == 0 else None
        return Node(tag, attrs, content)

    def expect_end(self) -> None:
        if self._at != len(self._data):
            raise NodeError(f"{len(self._data) - self._at} bytes follow the node")

    def _content(self, depth: int) -> tuple[Node, ...] | bytes | None:
        tag = self._byte()
        if tag == _LIST_EMPTY:
            return None
        if tag in (_LIST_8, _LIST_16):
            return tuple(self.node(depth + 1) for _ in range(self._list_size(tag)))
        if tag in (_BINARY_8, _BINARY_20, _BINARY_32):
            return self._binary(tag)
        return str(self._value(tag)).encode()

    def _attribute(self) -> str | JID:
        return self._value(self._byte())

    def _text(self, tag: int | None = None) -> str:
        value = self._value(self._byte() if tag is None else tag)
        if isinstance(value, JID):
            raise NodeError(f"a text was expected, the JID {value} came")
        return value

    def _value(self, tag: int) -> str | JID:
        if tag in (_BINARY_8, _BINARY_20, _BINARY_32):
            return self._binary(tag).decode()
        if tag in _ALPHABETS:
            return self._packed(tag)
        if tag == _JID_PAIR:
            user = self._byte()
            return JID("" if user == _LIST_EMPTY else self._text(user), self._text())
        if tag == _DEVICE_JID:
            domain, device = self._byte(), self._byte()
            return JID(self._text(), _DOMAIN_SERVERS.get(domain, NUMBER_SERVER), device)
        if _DICTIONARY_0 <= tag < _DICTIONARY_0 + len(self._tokens.double):
            return self._tokens.double[tag - _DICTIONARY_0][self._byte()]
        if 0 < tag < len(self._tokens.single):
            return self._tokens.single[tag]
        raise NodeError(f"no text begins with byte {tag}")

    def _list_size(self, tag: int) -> int:
        if tag == _LIST_8:
            return self._byte()
        if tag == _LIST_16:
            return self._int(2)
        raise NodeError(f"a list was expected, byte {tag} came")

    def _binary(self, tag: int) -> bytes:
        if tag == _BINARY_8:
            return self._take(self._byte())
        if tag == _BINARY_20:
            return self._take(self._int(3) & 0xFFFFF)
        return self._take(self._int(4))

    def _packed(self, tag: int) -> str:
        head = self._byte()
        alphabet = _ALPHABETS[tag]
        digits = [digit for byte in self._take(head & ~_ODD) for digit in (byte >> 4, byte & 0xF)]
        if head & _ODD:
            # The last half byte fills up a text of odd length.
            digits = digits[:-1]
        return "".join(alphabet[digit] for digit in digits)

    def _byte(self) -> int:
        value = self._data[self._at]
        self._at += 1
        return value

    def _int(self, size: int) -> int:
        return int.from_bytes(self._take(size), "big")

    def _take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise IndexError(f"{end - len(self._data)} bytes are missing")
        taken = self._data[self._at : end]
        self._at = end
        return taken
