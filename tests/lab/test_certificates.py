"""The lab's TLS certificates, judged by a client that trusts nothing but its CA."""

import ssl
import time
from pathlib import Path

import pytest

from comptoir.lab.certificates import TlsFiles, write_tls_files


def shake_hands(files: TlsFiles, host: str) -> None:
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(files.certificate_file, files.key_file)
    client_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_context.load_verify_locations(files.ca_file)
    # What Python 3.13 asks for by default, and Go always.
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context.wrap_bio(up, down, server_side=True)
    client = client_context.wrap_bio(down, up, server_hostname=host)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    assert client.version() == "TLSv1.3"


@pytest.mark.parametrize("host", ["web.whatsapp.com", "mmg.whatsapp.net", "media-cdg4-1.cdn.whatsapp.net", "localhost"])
def test_clients_believe_the_lab_for_its_hosts(tmp_path: Path, host: str) -> None:
    shake_hands(write_tls_files(tmp_path, int(time.time())), host)


def test_no_other_host_is_vouched_for(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"example\.org"):
        shake_hands(write_tls_files(tmp_path, int(time.time())), "example.org")


def test_another_lab_is_not_believed(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    for folder in (mine, theirs):
        folder.mkdir()
    files, others = (write_tls_files(folder, int(time.time())) for folder in (mine, theirs))
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(TlsFiles(others.ca_file, files.certificate_file, files.key_file), "web.whatsapp.com")


def test_the_key_is_for_its_owner_only(tmp_path: Path) -> None:
    assert write_tls_files(tmp_path, int(time.time())).key_file.stat().st_mode & 0o777 == 0o600
