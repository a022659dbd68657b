"""The signatures with which an account and its linked device take each other."""

import base64
from dataclasses import replace

import pytest

from comptoir.lab import protobufs as pb
from comptoir.lab.adv import AdvError, LinkCode, accept, check_device, vouch
from comptoir.lab.crypto import KeyPair, xeddsa_verify

ACCOUNT, DEVICE, NOISE = KeyPair.generate(), KeyPair.generate(), KeyPair.generate()
SECRET = bytes(range(32))
CODE = LinkCode("2@ref", NOISE.public, DEVICE.public, SECRET)


def text(code: LinkCode) -> str:
    return ",".join([code.ref, *(base64.b64encode(key).decode() for key in (code.noise, code.identity, code.secret))])


def vouched(code: LinkCode = CODE) -> bytes:
    return vouch(ACCOUNT, code, key_index=1, now=1_750_000_000, account_id=7)


def signed() -> bytes:
    return accept(vouched(), secret=SECRET, identity=DEVICE)


@pytest.mark.parametrize("form", ["{}", "{},1", "https://wa.me/settings/linked_devices#{},1", " {}\n"])
def test_a_code_is_read_in_every_form_it_has_had(form: str) -> None:
    assert LinkCode.parse(form.format(text(CODE))) == CODE


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("", "a link code was expected"),
        ("https://example.org", "a link code was expected"),
        ("ref,a!b,c,d", "not base64"),
        (text(replace(CODE, secret=b"short")), "has not 32 bytes"),
        (text(replace(CODE, ref="")), "lacks its ref"),
    ],
)
def test_what_is_no_code_is_refused(code: str, fault: str) -> None:
    with pytest.raises(AdvError, match=fault):
        LinkCode.parse(code)


def test_the_secret_stays_out_of_the_repr() -> None:
    assert repr(SECRET) not in repr(CODE)


def test_account_and_device_take_each_other() -> None:
    answer = signed()
    check_device(answer, account=ACCOUNT.public, identity=DEVICE.public)
    assert not pb.adv.ADVSignedDeviceIdentity.FromString(answer).HasField("accountSignatureKey")


def test_each_signature_is_for_its_own_purpose() -> None:
    """The prefixes, spelled out by hand: a wrong one would still agree with itself."""
    identity = pb.adv.ADVSignedDeviceIdentity.FromString(signed())
    covered = identity.details + DEVICE.public
    assert xeddsa_verify(ACCOUNT.public, b"\x06\x00" + covered, identity.accountSignature)
    assert xeddsa_verify(DEVICE.public, b"\x06\x01" + covered + ACCOUNT.public, identity.deviceSignature)


def test_a_device_refuses_an_answer_to_another_code() -> None:
    with pytest.raises(AdvError, match="not sealed with this device's secret"):
        accept(vouched(replace(CODE, secret=bytes(32))), secret=SECRET, identity=DEVICE)


def test_a_device_refuses_an_answer_for_another_device() -> None:
    with pytest.raises(AdvError, match="the account's signature"):
        accept(vouched(replace(CODE, identity=NOISE.public)), secret=SECRET, identity=DEVICE)


@pytest.mark.parametrize(
    ("account", "identity", "fault"),
    [
        (NOISE.public, DEVICE.public, "the account's signature"),
        (ACCOUNT.public, NOISE.public, "the account's signature"),
    ],
    ids=["another account", "another device"],
)
def test_a_device_of_another_account_is_refused(account: bytes, identity: bytes, fault: str) -> None:
    with pytest.raises(AdvError, match=fault):
        check_device(signed(), account=account, identity=identity)


def test_a_device_that_did_not_sign_is_refused() -> None:
    identity = pb.adv.ADVSignedDeviceIdentity.FromString(signed())
    identity.deviceSignature = identity.accountSignature
    with pytest.raises(AdvError, match="the device's signature"):
        check_device(identity.SerializeToString(), account=ACCOUNT.public, identity=DEVICE.public)


def test_what_is_no_device_identity_is_refused() -> None:
    with pytest.raises(AdvError, match="ADVSignedDeviceIdentity was expected"):
        check_device(b"\xff", account=ACCOUNT.public, identity=DEVICE.public)


def test_another_account_named_inside_is_refused() -> None:
    identity = pb.adv.ADVSignedDeviceIdentity.FromString(signed())
    identity.accountSignatureKey = NOISE.public
    with pytest.raises(AdvError, match="names another account's key"):
        check_device(identity.SerializeToString(), account=ACCOUNT.public, identity=DEVICE.public)
