"""A private authority and one certificate, so that every local call is TLS as on AWS."""

import trustme

from local.state import Home

NAMES = ("localhost", "127.0.0.1", "*.execute-api.localhost")


def write_certificates(home: Home) -> None:
    """Make them once: a client that was given the authority's file keeps working."""
    files = (home.ca_file, home.certificate_file, home.key_file)
    if all(file.is_file() for file in files):
        return
    home.directory.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="Strata", organization_unit_name="embedded AWS")
    issued = authority.issue_cert(*NAMES)
    home.key_file.touch(mode=0o600)
    issued.private_key_pem.write_to_path(str(home.key_file))
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    home.certificate_file.write_bytes(chain)
    authority.cert_pem.write_to_path(str(home.ca_file))
