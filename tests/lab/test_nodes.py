"""The node codec: any node comes back as it was, the bytes are those the client writes, junk is refused."""

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.lab.codec import MAX_DEPTH, MAX_UNPACKED, Codec
from comptoir.lab.nodes import JID, Node, NodeError
from comptoir.lab.tokens import read_tokens

TOKENS = read_tokens()
CODEC = Codec(TOKENS)
WORDS = [*TOKENS.single[1:], *(word for words in TOKENS.double for word in words)]

numbers = st.text("0123456789", min_size=1, max_size=20)
texts = st.one_of(
    st.sampled_from(WORDS),
    numbers,
    st.text("0123456789-.", max_size=130),
    st.text("0123456789ABCDEF", max_size=130),
    st.text(max_size=300),
)
jids = st.one_of(
    st.builds(JID, numbers, st.sampled_from(["s.whatsapp.net", "lid", "hosted"]), st.integers(0, 255)),
    st.builds(JID, st.one_of(st.just(""), texts.filter(bool)), st.sampled_from(["g.us", "lid", "broadcast"])),
)
contents = st.one_of(st.none(), st.binary(max_size=400))
nodes = st.recursive(
    st.builds(Node, texts, st.dictionaries(texts, st.one_of(texts, jids), max_size=5), contents),
    lambda inner: st.builds(
        Node,
        texts,
        st.dictionaries(texts, jids, max_size=2),
        st.lists(inner, min_size=1, max_size=4).map(tuple),
    ),
    max_leaves=8,
)


@given(nodes, st.booleans())
@settings(deadline=None)
def test_a_node_comes_back_as_it_was(node: Node, compress: bool) -> None:
    assert CODEC.decode(CODEC.encode(node, compress=compress)) == node


@given(st.binary(max_size=200))
def test_junk_is_refused_or_read_but_never_breaks(data: bytes) -> None:
    try:
        CODEC.decode(data)
    except NodeError:
        return


@given(nodes.filter(lambda node: len(str(node)) < 2_000), st.integers(min_value=0))
@settings(deadline=None)
def test_a_node_cut_short_is_refused(node: Node, place: int) -> None:
    whole = CODEC.encode(node)
    with pytest.raises(NodeError):
        CODEC.decode(whole[: place % len(whole)])


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        # Bytes worked out by hand from whatsmeow's encoder: list8, tokens by index, then the content.
        (Node("iq"), [248, 1, TOKENS.single.index("iq")]),
        (Node("iq", {}, b"ab"), [248, 2, TOKENS.single.index("iq"), 252, 2, 97, 98]),
        (Node("read-self"), [248, 1, 236, 0]),
        (Node("12.3-"), [248, 1, 255, 0x83, 0x12, 0xB3, 0xAF]),
        (Node("3EB0AF"), [248, 1, 251, 3, 0x3E, 0xB0, 0xAF]),
        (Node("1" * 128), [248, 1, 252, 128, *b"1" * 128]),
        (Node("é"), [248, 1, 252, 2, 0xC3, 0xA9]),
        (Node("iq", {"to": JID("", "s.whatsapp.net")}), [248, 3, 25, 17, 250, 0, 3]),
        (Node("iq", {"to": JID("77", "s.whatsapp.net")}), [248, 3, 25, 17, 250, 255, 1, 0x77, 3]),
        (Node("iq", {"to": JID("77", "s.whatsapp.net", 5)}), [248, 3, 25, 17, 247, 0, 5, 255, 1, 0x77]),
        (Node("iq", {"to": JID("77", "lid", 5)}), [248, 3, 25, 17, 247, 1, 5, 255, 1, 0x77]),
        (Node("iq", {}, (Node("to"),)), [248, 2, 25, 248, 1, 248, 1, 17]),
    ],
)
def test_the_bytes_are_those_the_client_writes(node: Node, expected: list[int]) -> None:
    assert CODEC.encode(node) == bytes([0, *expected])


@pytest.mark.parametrize(
    ("size", "head"), [(255, b"\xfc\xff"), (256, b"\xfd\x00\x01\x00"), (1 << 20, b"\xfe\x00\x10\x00\x00")]
)
def test_content_of_each_size_has_its_length(size: int, head: bytes) -> None:
    assert head + bytes(size) in CODEC.encode(Node("enc", {}, bytes(size)))


@pytest.mark.parametrize("count", [255, 256, 812])
def test_more_than_255_children_use_the_long_list(count: int) -> None:
    node = Node("list", {}, tuple(Node("item", {"id": str(i)}) for i in range(count)))
    assert CODEC.decode(CODEC.encode(node)) == node


def test_text_where_bytes_are_usual_is_read_as_bytes() -> None:
    assert CODEC.decode(bytes([0, 248, 2, 25, 17])) == Node("iq", {}, TOKENS.single[17].encode())


def test_no_children_are_no_content() -> None:
    assert CODEC.decode(CODEC.encode(Node("list", {}, ()))) == Node("list")
    assert CODEC.decode(bytes([0, 248, 2, 25, 0])) == Node("iq")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ([], "nothing came"),
        ([0, 248, 0], "without a tag"),
        ([0, 1, 1], "a list was expected"),
        ([0, 248, 1, 25, 9], "1 bytes follow"),
        ([0, 248, 1, 245], "no text begins with byte 245"),
        ([0, 248, 1, 252, 1, 0xFF], "no node"),
        ([0, 248, 1, 255, 1, 0xCC], "no node"),
        ([0, 248, 1, 250, 0, 3], "a text was expected"),
        ([2, 1, 2, 3], "compressed, and is not"),
    ],
)
def test_malformed_bytes_say_what_is_wrong(data: list[int], fault: str) -> None:
    with pytest.raises(NodeError, match=fault):
        CODEC.decode(bytes(data))


def test_a_compression_bomb_is_refused() -> None:
    with pytest.raises(NodeError, match="grows beyond"):
        CODEC.decode(b"\x02" + zlib.compress(bytes(MAX_UNPACKED + 1)))


def test_nesting_has_a_limit() -> None:
    node = Node("a")
    for _ in range(MAX_DEPTH):
        node = Node("a", {}, (node,))
    assert CODEC.decode(CODEC.encode(node)) == node
    with pytest.raises(NodeError, match="nested deeper"):
        CODEC.decode(CODEC.encode(Node("a", {}, (node,))))


@pytest.mark.parametrize("jid", [JID("77", "lid", 256), JID("77", "g.us", 1)])
def test_a_jid_without_a_form_is_refused(jid: JID) -> None:
    with pytest.raises(NodeError):
        CODEC.encode(Node("iq", {"to": jid}))


@given(st.builds(JID, numbers, st.sampled_from(["s.whatsapp.net", "lid"]), st.integers(0, 255)))
def test_a_jid_is_read_from_its_text(jid: JID) -> None:
    assert JID.parse(str(jid)) == jid


@pytest.mark.parametrize("text", ["", "@lid", "77@", "77:x@lid"])
def test_what_is_no_jid_is_refused(text: str) -> None:
    with pytest.raises(NodeError, match="is not a JID"):
        JID.parse(text)


def test_jids_know_their_user_and_their_session() -> None:
    device = JID("221770000001", "s.whatsapp.net", 3)
    assert device.bare == JID("221770000001", "s.whatsapp.net")
    assert device.signal_address == "221770000001:3"
    assert JID("99", "lid", 3).signal_address == "99_1:3"


def test_a_node_gives_what_is_asked_or_says_what_it_lacks() -> None:
    item = Node("item", {"id": "A"}, b"x")
    node = Node("receipt", {"from": JID("77", "lid"), "to": "88@lid"}, (Node("list", {}, (item,)), Node("other")))
    assert node.child("list", "item") == item
    assert node.child("other", "item") is None
    assert [child.tag for child in node.children()] == ["list", "other"]
    assert (node.jid("from"), node.jid("to"), node.jid("t")) == (JID("77", "lid"), JID("88", "lid"), None)
    assert (item.data, node.data, node.attr("from"), node.get("t")) == (b"x", b"", "77@lid", "")
    assert str(node) == '<receipt from="77@lid" to="88@lid"><list><item id="A">1 bytes</item></list><other/></receipt>'
    with pytest.raises(NodeError, match="<receipt> lacks the attribute 't'; it has from, to"):
        node.attr("t")
