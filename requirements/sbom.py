"""The software bill of materials: everything that an installation of Tocsin holds, as CycloneDX JSON.

Made from the locks alone, without a network: Python packages with the hashes of their files, and the jars of the local
broker. Licences are told for what is installed here. The same locks make the same bytes.

`python requirements/sbom.py PATH` writes and validates it.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def make_bom(root: Path = ROOT) -> Bom:
    """The bill of the checkout in `root`."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tocsin = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        description=project["description"],
        licenses=[LicenseFactory().make_from_string(project["license"])],
        bom_ref="tocsin",
    )
    packages = _packages(root / "requirements" / "runtime.lock")
    jars = _jars(root / "tocsin" / "kafka" / "jars.lock.json")
    bom = Bom(metadata=BomMetaData(component=tocsin), components=[*packages, *jars])
    bom.register_dependency(tocsin, [*packages, *jars])
    # What makes a document one of a kind is here made from what it says.
    bom.serial_number = uuid5(NAMESPACE_URL, "\n".join(sorted(str(each.purl) for each in bom.components)))
    return bom


def render(bom: Bom) -> str:
    """The bill as JSON.

    Raises:
        ValueError: it does not follow CycloneDX's own schema.
    """
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    document["metadata"].pop("timestamp", None)  # the same locks, the same bytes
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"the bill of materials is no CycloneDX: {str(error)[:500]}")
    return text


def _packages(lock: Path) -> list[Component]:
    found: list[Component] = []
    for entry in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if pinned := _PINNED.match(entry):
            name, version = pinned["name"], pinned["version"]
            purl = PackageURL("pypi", None, name.lower().replace("_", "-"), version)
            found.append(
                Component(
                    name=name,
                    version=version,
                    type=ComponentType.LIBRARY,
                    purl=purl,
                    bom_ref=str(purl),
                    licenses=_licences(name),
                    # A package has a file for each platform; any of them may be installed.
                    external_references=[
                        ExternalReference(
                            type=ExternalReferenceType.DISTRIBUTION,
                            url=XsUri(f"{purl}#{digest[:12]}"),
                            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
                        )
                        for digest in _HASH.findall(entry)
                    ],
                )
            )
    return found


def _licences(name: str) -> list[License]:
    try:
        about = metadata.distribution(name).metadata.json
    except metadata.PackageNotFoundError:
        return []  # for another platform than this
    told = str(about.get("license_expression") or about.get("license") or "")
    classified = [line.rpartition(" :: ")[2] for line in about.get("classifier", ()) if "License ::" in line]
    text = told if told and len(told) < 100 and "\n" not in told else " AND ".join(classified)
    return [LicenseFactory().make_from_string(text)] if text else []


def _jars(lock: Path) -> list[Component]:
    found = []
    for coordinate, jar in json.loads(lock.read_text(encoding="utf-8"))["jars"].items():
        group, name, version = coordinate.split(":")[:3]
        purl = PackageURL("maven", group, name, version)
        found.append(
            Component(
                group=group, name=name, version=version, type=ComponentType.LIBRARY, purl=purl, bom_ref=str(purl),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=jar["sha256"])],
            )
        )  # fmt: skip
    return found


def main(path: Path) -> int:
    """Write it; tell what is in it."""
    bom = make_bom()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(bom), encoding="utf-8")
    kinds = [each.purl.type for each in bom.components if each.purl]
    sys.stdout.write(f"{path}: {kinds.count('pypi')} Python packages, {kinds.count('maven')} jars\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
