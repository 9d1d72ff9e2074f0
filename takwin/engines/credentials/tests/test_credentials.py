"""A credential is believed when all of it was signed, and by us; everything else is refused with its reason."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from os import environ
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest
import qrcode
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from openbadgeslib.ob3 import add_data_integrity_proof

from takwin.engines.credentials import (
    CONTEXTS,
    KeyPair,
    Unverified,
    credential,
    is_set,
    public_pem,
    read_line,
    verify,
    write_line,
)
from takwin.engines.credentials.proof import MOST_BYTES
from takwin.engines.credentials.tests.make import (
    AWARD,
    DID,
    ISSUER,
    KEY,
    KEYS,
    METHOD,
    OLD,
    OLD_METHOD,
    before,
    published,
    signed,
)

SIGNED = signed()


def encoded(document):
    return json.dumps(document, ensure_ascii=False).encode()


def fault(document, keys=KEYS):
    with pytest.raises(Unverified) as raised:
        verify(document if isinstance(document, bytes) else encoded(document), DID, keys)
    return str(raised.value.fault)


class TestVectors:
    """W3C Data Integrity EdDSA Cryptosuites 1.0, appendix B: the key of B.1, and the unsecured document with both
    signatures (https://www.w3.org/TR/vc-di-eddsa/). The key is published: it signs nothing of ours."""

    SEED = bytes.fromhex("c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6")
    MULTIKEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    DOCUMENT = {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    }
    EXAMPLES = {
        "https://www.w3.org/ns/credentials/examples/v2": {
            "@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}
        }
    }
    AT = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)

    def test_the_key_is_written_as_published(self):
        assert KeyPair.of(Ed25519PrivateKey.from_private_bytes(self.SEED)).multikey == self.MULTIKEY

    def test_rdf_canonical_signature(self):
        pair = KeyPair.of(Ed25519PrivateKey.from_private_bytes(self.SEED))
        method = f"https://vc.example/issuers/5678#{self.MULTIKEY}"
        out = add_data_integrity_proof(
            self.DOCUMENT, pair.secret, method, created=self.AT, extra_contexts=self.EXAMPLES
        )
        assert out["proof"]["proofValue"] == (
            "z21EVs3eXERqTn4acNHT9viboqgzUaQ3kTmhPT3eA8qrVPE7CrQq78WkzctnMX5W4CrzcKnHw8V6dvy5pgWYCU5e9"
        )

    def test_json_canonical_signature(self):
        """eddsa-jcs-2022 is not issued here; that its vector comes out says that key and hashing are understood."""
        method = f"did:key:{self.MULTIKEY}#{self.MULTIKEY}"
        proof = {
            "type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "created": "2023-02-24T23:36:38Z",
            "verificationMethod": method, "proofPurpose": "assertionMethod", "@context": self.DOCUMENT["@context"],
        }  # fmt: skip
        # All of it is ASCII text: sorted compact JSON is its canonical form (RFC 8785).
        hashes = [
            hashlib.sha256(json.dumps(part, sort_keys=True, separators=(",", ":")).encode()).digest()
            for part in (proof, self.DOCUMENT)
        ]
        signature = Ed25519PrivateKey.from_private_bytes(self.SEED).sign(b"".join(hashes))
        number, out = int.from_bytes(signature, "big"), ""
        while number:
            number, place = divmod(number, 58)
            out = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[place] + out
        assert f"z{out}" == "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"

    def test_the_contexts_are_those_that_were_read(self):
        """A context that changes changes what a signature means; these are the bytes we looked at."""
        folder = files("openbadgeslib.ob3") / "contexts"
        found = {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()[:16]
            for name in ("credentials-v2.json", "ob-v3p0-context-3.0.3.json", "ob-v3p0-extensions.json")
        }
        assert found == PINNED
        assert CONTEXTS[0] == "https://www.w3.org/ns/credentials/v2"


PINNED = {
    "credentials-v2.json": "59955ced6697d61e",
    "ob-v3p0-context-3.0.3.json": "3d34f4d4ef1bce69",
    "ob-v3p0-extensions.json": "87c06c81bc231766",
}


class TestVerify:
    def test_what_we_signed_is_believed_and_nothing_is_added(self):
        assert verify(encoded(SIGNED), DID, KEYS) == SIGNED

    def test_a_diploma_is_valid_from_the_first_minute_of_its_day_where_it_was_given(self):
        """Signed at 00:06 in Casablanca (UTC+1) it was "not valid yet" until one o'clock."""
        document = credential(replace(AWARD, on=date(2026, 11, 26), zone=ZoneInfo("Africa/Casablanca")), ISSUER)
        assert document["validFrom"] == "2026-11-26T00:00:00+01:00"
        assert datetime.fromisoformat(document["validFrom"]) == datetime(2026, 11, 25, 23, tzinfo=UTC)

    def test_the_same_inputs_give_the_same_bytes(self):
        assert encoded(signed()) == encoded(SIGNED)

    def test_a_key_of_before_still_verifies_and_a_forgotten_one_does_not(self):
        old = signed(OLD.secret, OLD_METHOD)
        assert verify(encoded(old), DID, KEYS) == old
        assert fault(old, {METHOD: KEYS[METHOD]}) == "unknown_key"

    def test_another_key_under_our_name_is_refused(self):
        stranger = KeyPair.of(Ed25519PrivateKey.from_private_bytes(bytes(32)))
        assert fault(signed(stranger.secret)) == "altered"

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"issuer": {"id": "did:web:elsewhere.example", "type": ["Profile"]}}, "unknown_issuer"),
            ({"issuer": "did:web:elsewhere.example"}, "unknown_issuer"),
            ({"@context": [*CONTEXTS, "https://elsewhere.example/context"]}, "unknown_context"),
            ({"@context": "https://elsewhere.example/context"}, "unknown_context"),
            ({"proof": None}, "unknown_key"), ({"proof": SIGNED["proof"] * 2}, "unknown_key"),
            ({"validFrom": "2099-01-01T00:00:00Z"}, "not_yet"), ({"validFrom": 7}, "not_credential"),
            ({"validUntil": "2020-01-01T00:00:00Z"}, "ended"), ({"validFrom": "2026-01-01"}, "not_credential"),
            ({"name": "دبلوم آخر"}, "altered"), ({"credentialStatus": []}, "altered"), ({"more": 1}, "altered"),
            ({"type": ["VerifiableCredential"]}, "altered"), ({"credentialSubject": []}, "altered"),
        ],
    )  # fmt: skip
    def test_each_fault_is_named(self, change, expected):
        assert fault({**SIGNED, **change}) == expected

    def test_bytes_that_are_no_credential_are_refused_before_they_cost(self):
        assert fault(b"{") == "not_json"
        assert fault(b"\xff\xfe") == "not_json"
        assert fault(b"[]") == "not_json"
        assert fault(b'{"a": NaN}') == "not_json"
        assert fault(b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}") == "not_json"
        assert fault(b'{"issuer": 1, "issuer": 2}') == "twice"
        assert fault(b'{"a": "' + b"x" * (5 << 20) + b'"}') == "too_large"
        assert len(encoded(SIGNED)) < MOST_BYTES / 20

    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_no_text_of_it_can_be_changed(self, data):
        """Wherever one text, or one member, is changed or taken out."""
        document = copy.deepcopy(SIGNED)
        node, key = data.draw(st.sampled_from(list(_leaves(document))))
        if isinstance(node, dict) and data.draw(st.booleans()):
            del node[key]
        else:
            node[key] = data.draw(st.text(max_size=20).filter(lambda text: text != node[key]))
        with pytest.raises(Unverified):
            verify(encoded(document), DID, KEYS)

    @given(st.binary(max_size=300) | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@context", "issuer", "proof", "type", "id", "@id", "@graph", "x"]), inner),
        max_leaves=12,
    ))  # fmt: skip
    @settings(max_examples=200, deadline=None)
    def test_anything_else_is_refused_with_a_reason(self, document):
        with pytest.raises(Unverified):
            verify(document if isinstance(document, bytes) else encoded(document), DID, KEYS)

    @given(st.dictionaries(st.sampled_from(sorted(SIGNED)), st.none() | st.text(max_size=5) | st.lists(st.integers()),
                           min_size=1, max_size=3))  # fmt: skip
    @settings(max_examples=60, deadline=None)
    def test_members_of_another_kind_are_refused_with_a_reason(self, change):
        with pytest.raises(Unverified):
            verify(encoded({**SIGNED, **change}), DID, KEYS)


def _leaves(node):
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, (dict, list)):
            yield from _leaves(value)
        elif isinstance(value, str):
            yield node, key


class TestStatus:
    @given(st.sets(st.integers(0, 131_071), max_size=20))
    @settings(max_examples=25, deadline=None)
    def test_the_bits_set_are_those_and_no_other(self, bits):
        lists = published({"revocation": sorted(bits)})
        document = next(iter(lists.values()))
        asked = bits | {(index + 1) % 131_072 for index in bits} | {0, 131_071}
        assert {index for index in asked if is_set(document, index)} == bits


class TestLine:
    FACTS = {
        "ref": AWARD.ref, "holder": "عبد الرحيم بن عبد الله العلوي المدغري",
        "name": "مساعد الرعاية الصحية تخصص غرفة العمليات",
        "centre": "المعهد المتخصص في مهن الصحة والعمل الاجتماعي بمكناس", "on": "2026-07-15",
    }  # fmt: skip
    NAMED = {"key-2": public_pem(KEY.secret)}

    def test_a_line_says_what_was_signed_and_fits_a_small_qr(self):
        line = write_line(self.FACTS, KEY.secret, "key-2")
        assert read_line(line, self.NAMED) == self.FACTS
        code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M)
        code.add_data(f"https://takwin.example/v/{line}")
        code.make()
        assert len(line) < 600
        assert code.version <= 22

    def test_a_line_changed_or_signed_by_another_says_nothing(self):
        line = write_line(self.FACTS, KEY.secret, "key-2")
        head, body, mark = line.split(".")
        other = write_line({**self.FACTS, "holder": "غيره"}, KEY.secret, "key-2").split(".")[1]
        stranger = write_line(self.FACTS, OLD.secret, "key-2")
        for wrong in (f"{head}.{other}.{mark}", stranger, f"{head}.{body}.", "", "a.b.c", line * 9, line[:-4]):
            assert read_line(wrong, self.NAMED) is None
        assert read_line(line, {"key-1": KEYS[OLD_METHOD]}) is None

    def test_no_line_without_a_signature_is_read(self):
        import jwt

        for made in (
            jwt.encode({"r": "x"}, None, algorithm="none", headers={"kid": "key-2"}),
            jwt.encode({"r": "x"}, "k" * 40, algorithm="HS256", headers={"kid": "key-2"}),
            jwt.encode({"r": 1}, KEY.secret, algorithm="EdDSA", headers={"kid": "key-2"}),
        ):
            assert read_line(made, self.NAMED) is None

    @given(st.text(max_size=60))
    @settings(max_examples=100, deadline=None)
    def test_any_text_is_answered(self, text):
        assert read_line(text, self.NAMED) is None


def test_a_diploma_of_a_day_to_come_is_not_yet_one():
    assert fault(signed(on=datetime.now(UTC).date() + timedelta(days=2))) == "not_yet"


class TestShape:
    """By a schema of our own making, read from 1EdTech's data model (`ob3_shape.json`), and by the one the document
    names where `TAKWIN_OB3_SCHEMA` gives its file: its licence does not let us ship it."""

    SCHEMAS = (
        *Path(__file__).parent.glob("ob3_shape.json"),
        *map(Path, filter(None, [environ.get("TAKWIN_OB3_SCHEMA")])),
    )

    @pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
    def test_a_diploma_has_the_shape_and_one_of_before_has_three_faults(self, path):
        schema = jsonschema_rs.validator_for(json.loads(path.read_text()))
        assert [error.message for error in schema.iter_errors(SIGNED)] == []
        assert [error.message for error in schema.iter_errors(signed(average=None, lines=()))] == []
        wrong = {str(error.instance_path[0]) for error in schema.iter_errors(before())}
        assert wrong == {"name", "proof", "credentialStatus"}

    def test_what_was_issued_before_is_still_believed(self):
        assert verify(encoded(before()), DID, KEYS)["name"][0]["@language"] == "ar"
