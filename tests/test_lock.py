"""The locks in requirements/ are complete, and installing one takes exactly what it names."""

from __future__ import annotations

import ensurepip
import io
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.checkout import ROOT
from support.package_index import PackageIndex, Wheel, made_up, packed_again

NEWER = "9999.0"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = tuple(PROJECT["project"]["optional-dependencies"])
LOCKS = ("runtime", *EXTRAS, "dev")
PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>.+?))? \\$", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One line of a lock, without its hashes."""

    name: str  # as in addresses: lower case, hyphens
    version: str
    marker: str

    @property
    def is_for_us(self) -> bool:
        return not self.marker or Marker(self.marker).evaluate()


def pins(*locks: str) -> dict[str, Pin]:
    texts = ((ROOT / f"requirements/{lock}.txt").read_text("utf-8") for lock in locks)
    found = [each for text in texts for each in PIN.finditer(text)]
    named = [
        Pin(
            name=canonicalize_name(each["name"]),
            version=each["version"],
            marker=each["marker"] or "",
        )
        for each in found
    ]
    assert len({each.name for each in named}) == len(named)
    return {each.name: each for each in named}


def group(name: str) -> list[Requirement]:
    listed = PROJECT["dependency-groups"][name]
    own = [Requirement(each) for each in listed if isinstance(each, str)]
    return own + [
        each
        for entry in listed
        if isinstance(entry, dict)
        for each in group(entry["include-group"])
    ]


def roots(lock: str) -> list[Requirement]:
    """What pyproject.toml asks for, of which this lock is made."""
    extra = PROJECT["project"]["optional-dependencies"].get(lock, ())
    required = [Requirement(each) for each in (*PROJECT["project"]["dependencies"], *extra)]
    listed = required + group("dev" if lock == "dev" else "build")
    return [each for each in listed if not each.marker or each.marker.evaluate()]


def requirements_of(name: str, extras: Iterable[str] = ("",)) -> list[Requirement]:
    """What an installed distribution requires here; nothing of one that is not installed."""
    try:
        listed = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    required = [Requirement(each) for each in listed]
    return [
        each
        for each in required
        if not each.marker or any(each.marker.evaluate({"extra": e}) for e in extras)
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_all_that_its_packages_require(lock: str) -> None:
    known = pins("runtime", lock) if lock in EXTRAS else pins(lock)
    waiting, looked_at, unmet = roots(lock), set(), []
    while waiting:
        required = waiting.pop()
        name = canonicalize_name(required.name)
        pin = known.get(name)
        if pin is None or not required.specifier.contains(pin.version, prereleases=True):
            unmet.append(f"{required}: {pin}")
        if (asked := (name, frozenset(required.extras))) not in looked_at:
            looked_at.add(asked)
            waiting += requirements_of(name, ("", *required.extras))
    assert unmet == []
    assert len(looked_at) > 40


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_index(lock: str) -> None:
    text = (ROOT / f"requirements/{lock}.txt").read_text("utf-8")
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert all(PIN.match(block) and "--hash=sha256:" in block for block in blocks)
    assert not re.search(r"://|\.(org|com|net|io)\b", text)


def test_the_program_is_developed_with_what_it_runs_with() -> None:
    developed = pins("dev")
    assert [each for each in pins("runtime").values() if developed.get(each.name) != each] == []


def test_an_extra_adds_to_the_program_and_changes_nothing() -> None:
    known = pins("runtime", *EXTRAS)  # nothing is named twice
    developed = pins("dev")
    assert [each for each in known.values() if developed.get(each.name, each) != each] == []


@pytest.mark.parametrize("page", ["docs/operations.md", "Containerfile", ".ci/install_lock"])
def test_every_page_installs_a_lock_without_resolving_anything(page: str) -> None:
    lines = [
        line
        for line in (ROOT / page).read_text("utf-8").splitlines()
        if re.search(r"pip.* install .*-r|--require-h", line)
    ]
    assert lines
    assert [
        line for line in lines if not {"--no-deps", "--require-hashes"} <= set(line.split())
    ] == []


# What follows installs for real, from an index that has something newer of everything.


@pytest.fixture
def index() -> Iterator[PackageIndex]:
    index = PackageIndex()
    for pin in {**pins("dev"), **pins("runtime", *EXTRAS)}.values():
        for wheel in (locked(pin), newer(pin)):
            index.offer(wheel)
    with index.running():
        yield index


def locked(pin: Pin) -> Wheel:
    """A wheel of the pinned version.

    Pip's own is the real one, because it goes on installing after itself.
    """
    if pin.name == "pip":
        return packed_again(metadata.distribution("pip"))
    is_here = pin.version == version_here(pin.name)
    required = metadata.requires(pin.name) or [] if is_here else []
    extras = metadata.metadata(pin.name).get_all("Provides-Extra") or [] if is_here else []
    return made_up(pin.name, pin.version, requires=tuple(required), extras=tuple(extras))


def newer(pin: Pin) -> Wheel:
    """One that wants the newest of everything."""
    names = {f"{canonicalize_name(each.name)}>={NEWER}" for each in requirements_of(pin.name)}
    return made_up(pin.name, NEWER, requires=tuple(sorted(names)), extras=("toml", "binary"))


def version_here(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def copies_of(index: PackageIndex, locks: tuple[str, ...], folder: Path) -> list[Path]:
    """The locks with the hashes of what the index offers."""
    digests = {name: wheels[0].digest for name, wheels in index.offered.items()}
    copies = []
    for lock in locks:
        lines = (
            f"{pin.name}=={pin.version}{pin.marker and f' ; {pin.marker}'} --hash=sha256:{digests[pin.name]}\n"
            for pin in pins(lock).values()
        )
        copies.append(folder / f"{lock}.txt")
        copies[-1].write_text("".join(lines), "utf-8")
    return copies


def environment(folder: Path, pip: str) -> Path:
    """A virtual environment's Python, with the pip that comes with it or with the newest."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    unpack(
        packed_again(metadata.distribution("pip")) if pip == "newest" else bundled_pip(),
        folder / "bin/python",
    )
    return folder / "bin/python"


def unpack(wheel: Wheel, python: Path) -> None:
    """Install a wheel without pip."""
    with zipfile.ZipFile(io.BytesIO(wheel.content)) as opened:
        opened.extractall(site_of(python))


def site_of(python: Path) -> Path:
    (site,) = python.parent.parent.glob("lib/*/site-packages")
    return site


def bundled_pip() -> Wheel:
    """The wheel that `python -m venv` takes pip from."""
    folders = (Path(ensurepip.__file__).parent / "_bundled", Path("/usr/share/python-wheels"))
    for path in (each for folder in folders for each in sorted(folder.glob("pip-*.whl"))):
        return Wheel(name="pip", file=path.name, content=path.read_bytes())
    pytest.skip("this Python comes without a wheel of pip (Debian: python3-venv)")


def project(folder: Path, requires: Iterable[str] = PROJECT["project"]["dependencies"]) -> Path:
    """One that requires what ours does, and builds itself."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n', "utf-8"
    )
    wheel = made_up("the-project", "1.0", requires=tuple(requires))
    (folder / "backend.py").write_text(
        "import pathlib\n"
        "def build_editable(folder, config_settings=None, metadata_directory=None):\n"
        f"    pathlib.Path(folder, {wheel.file!r}).write_bytes({wheel.content!r})\n"
        f"    return {wheel.file!r}\n",
        "utf-8",
    )
    return folder


def run(
    index: PackageIndex, folder: Path, *command: Path | str
) -> subprocess.CompletedProcess[str]:
    """Run a command that knows no other index than ours."""
    variables = {
        "HOME": str(folder),
        "PATH": "/usr/bin:/bin",
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_INDEX_URL": index.address,
        "PIP_NO_CACHE_DIR": "1",
        "PIP_NO_COMPILE": "1",
        "PIP_NO_INPUT": "1",
    }
    return subprocess.run(
        command, env=variables, cwd=folder, capture_output=True, text=True, check=False
    )


def installed(python: Path) -> dict[str, str]:
    found = metadata.distributions(path=[str(site_of(python))])
    return {canonicalize_name(each.name): each.version for each in found}


@pytest.mark.parametrize("pip", ["bundled", "newest"])
def test_installing_takes_exactly_the_locks(index: PackageIndex, pip: str, tmp_path: Path) -> None:
    """First the program with its extras, then what it is developed with, as `make demo` and `make test` do."""
    if version_here("pip") != pins("dev")["pip"].version:
        pytest.skip("pip is not the one of requirements/dev.txt: run .ci/install dev")
    python = environment(tmp_path / "venv", pip)
    begin = [ROOT / ".ci/install_lock", python, project(tmp_path / "project")]
    expected = {**installed(python), "the-project": "1.0"}
    for locks in (("runtime", *EXTRAS), ("dev",)):
        told = run(index, tmp_path, *begin, *copies_of(index, locks, tmp_path))
        assert (told.returncode, told.stderr) == (0, "")
        expected |= {pin.name: pin.version for pin in pins(*locks).values() if pin.is_for_us}
        assert installed(python) == expected
    assert len(index.fetched) > 80
    assert [file for file in index.fetched if NEWER in file] == []


def test_without_no_deps_an_extra_would_be_resolved_anew(tmp_path: Path) -> None:
    """The index is such a one as broke the installation of a lock that was a week old."""
    index = PackageIndex()
    locks = [
        index.offer(made_up("cover", "1.0", extras=("toml",))),
        index.offer(made_up("plugin", "1.0", requires=("cover[toml]>=1.0",))),
    ]
    index.offer(made_up("cover", NEWER, extras=("toml",)))
    lock = tmp_path / "lock.txt"
    lock.write_text(
        "".join(f"{each.name}==1.0 --hash=sha256:{each.digest}\n" for each in locks), "utf-8"
    )
    python = environment(tmp_path / "venv", "bundled")
    install = [python, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock]
    with index.running():
        resolved = run(index, tmp_path, *install)
        exactly = run(index, tmp_path, *install, "--no-deps")
    if resolved.returncode == 0:
        pytest.skip("this Python's pip resolves no extra anew")
    assert NEWER in resolved.stderr
    assert exactly.returncode == 0


def test_a_lock_that_changed_makes_the_environment_anew_and_one_that_did_not_needs_no_network(
    tmp_path: Path,
) -> None:
    index = PackageIndex()
    wheel = index.offer(made_up("wanted-now", "1.0"))
    checkout = checkout_of_its_own(tmp_path / "our checkout", wheel)
    python = environment(checkout / ".venv", "bundled")
    unpack(made_up("wanted-once", "1.0"), python)
    (checkout / ".venv/lock-runtime").write_text(f"{checkout}\nwanted-once==1.0\n", "utf-8")
    with index.running():
        told = run(index, checkout, checkout / ".ci/install", "runtime")
    assert (told.returncode, told.stderr) == (0, "")
    assert {"wanted-once", "wanted-now"} & installed(python).keys() == {"wanted-now"}
    again = run(index, checkout, checkout / ".ci/install", "runtime")  # the index is gone
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def checkout_of_its_own(folder: Path, wheel: Wheel) -> Path:
    """The script that installs, a lock that names one package, and a project that is installed in a moment."""
    project(folder, requires=())
    (folder / "newsletter.py").touch()
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    (folder / "requirements").mkdir()
    (folder / "requirements/runtime.txt").write_text(
        f"{wheel.name}==1.0 --hash=sha256:{wheel.digest}\n", "utf-8"
    )
    return folder
