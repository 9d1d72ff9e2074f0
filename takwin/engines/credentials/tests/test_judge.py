"""Other people's libraries, in another language, read our credentials: the W3C's own test suite uses them."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from takwin.engines.credentials.tests.make import OLD, OLD_METHOD, before, did, published, signed

ROOT = Path(__file__).parents[4]
JUDGE = ROOT / "var" / "judge"
SCRIPT = ROOT / "tests" / "judge" / "judge.mjs"


def _contexts():
    folder = files("openbadgeslib.ob3") / "contexts"
    return {
        "https://www.w3.org/ns/credentials/v2": json.loads((folder / "credentials-v2.json").read_text()),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": json.loads(
            (folder / "ob-v3p0-context-3.0.3.json").read_text()
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": json.loads(
            (folder / "ob-v3p0-extensions.json").read_text()
        ),
        "https://w3id.org/security/multikey/v1": json.loads((folder / "security-multikey-v1.json").read_text()),
        "https://w3id.org/security/data-integrity/v2": json.loads(
            (folder / "security-data-integrity-v2.json").read_text()
        ),
    }


@pytest.fixture(scope="module")
def judged():
    """Asks the judge; bin/test installs it. It stands beside its libraries, where node looks for them."""
    assert (JUDGE / "node_modules").is_dir(), "the judge is not installed: run bin/test, or npm ci in var/judge"
    script = JUDGE / "judge.mjs"
    script.write_text(SCRIPT.read_text())

    def ask(document, bits=None, **over):
        question = {
            "credential": document,
            "did": did(),
            "lists": published(bits or {}),
            "contexts": _contexts(),
        } | over
        done = subprocess.run(  # noqa: S603
            ["node", str(script)], input=json.dumps(question), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


class TestJudge:
    def test_it_believes_ours_and_one_of_an_older_key(self, judged):
        assert judged(signed()) == {"verified": True, "why": []}
        assert judged(signed(OLD.secret, OLD_METHOD))["verified"]
        assert judged(before()) == {"verified": True, "why": []}

    def test_it_refuses_a_changed_one(self, judged):
        document = signed()
        document["credentialSubject"]["achievement"]["name"] = "دبلوم آخر"
        assert not judged(document)["verified"]

    @pytest.mark.parametrize("purpose", ["revocation", "suspension"])
    def test_it_refuses_one_of_before_whose_bit_is_set(self, judged, purpose):
        assert not judged(before(), {purpose: [5]})["verified"]
        assert judged(before(), {purpose: [4, 6]})["verified"]

    def test_it_refuses_one_whose_bit_is_set(self, judged):
        assert not judged(signed(), {"suspension": [5]})["verified"]
        assert judged(signed(), {"suspension": [4, 6], "revocation": [5]})["verified"]

    def test_it_refuses_another_name_under_our_key(self, judged):
        assert not judged({**signed(), "issuer": "did:web:elsewhere.example"})["verified"]
