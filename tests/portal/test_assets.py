"""What the asset build ships: small, complete, and from nowhere but the pinned packages."""

import gzip
import importlib.util
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
BUILD = ROOT / "static/build"
KILOBYTE = 1024


def load_build_script():
    """The script lies outside every package, because it must run before anything is installed."""
    spec = importlib.util.spec_from_file_location("assets_build", ROOT / "assets/build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = load_build_script()


def gzipped_size(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9, mtime=0))


@pytest.mark.parametrize("name", ["portal.css", "admin.css"])
def test_style_sheet_stays_within_its_budget(name):
    assert gzipped_size(BUILD / "css" / name) <= 30 * KILOBYTE


def test_own_scripts_stay_within_their_budget():
    assert sum(gzipped_size(path) for path in (ROOT / "static/js").glob("*.js")) <= 5 * KILOBYTE


# What lets a script write into the prototype of every object, with words that came from outside.
POLLUTING = (
    r"""__proto__|\bprototype\b|Object\.assign|JSON\.parse|\beval\b|new Function|[\w\])]\[[^\]"'0-9]+\]\s*=[^=]"""
)


@pytest.mark.parametrize("script", sorted((ROOT / "static/js").rglob("*.js")), ids=lambda path: path.name)
def test_no_script_of_ours_writes_to_a_computed_key_or_a_prototype(script):
    assert re.findall(POLLUTING, script.read_text()) == []


def test_every_script_of_ours_is_looked_at():
    shipped = [path for path in (ROOT / "static/js").rglob("*") if path.is_file()]

    assert len(shipped) >= 5
    assert {path.suffix for path in shipped} == {".js"}


@pytest.mark.parametrize(
    "line", ["a[key] = 1", "Object.assign(a, b)", "a.__proto__ = b", "JSON.parse(text)", "rows[i][name]= value"]
)
def test_the_search_finds_what_it_looks_for(line):
    assert re.search(POLLUTING, line)


@pytest.mark.parametrize("name", ["portal.css", "admin.css"])
def test_every_file_named_by_a_style_sheet_is_shipped(name):
    css = (BUILD / "css" / name).read_text()

    named = re.findall(r"url\((?!\"\")([^)]+)\)", css)

    assert named
    assert [path for path in named if not (BUILD / "css" / path).resolve().is_file()] == []


@pytest.mark.parametrize("name", ["portal.css", "admin.css"])
def test_style_sheet_carries_no_embedded_data_and_asks_no_other_host(name):
    css = (BUILD / "css" / name).read_text()

    assert "data:" not in css
    assert "//" not in css


def test_nothing_is_shipped_that_no_style_sheet_names():
    css = (BUILD / "css/portal.css").read_text() + (BUILD / "css/admin.css").read_text()

    shipped = [path for folder in ("fonts", "img") for path in (BUILD / folder).rglob("*") if path.is_file()]

    assert [path.name for path in shipped if path.name not in css] == []


def test_only_the_variable_font_is_loaded_by_pages():
    css = (BUILD / "css/portal.css").read_text()

    assert set(re.findall(r"[\w-]+\.woff2", css)) == {
        "public-sans-latin-wght-normal.woff2",
        "public-sans-latin-ext-wght-normal.woff2",
        "public-sans-vietnamese-wght-normal.woff2",
    }


def test_pdf_fonts_are_shipped():
    assert {path.name for path in (BUILD / "pdf-fonts").iterdir()} == set(build.PDF_FONTS)


def test_every_icon_used_by_a_template_is_listed():
    listed = set((ROOT / "assets/icons.txt").read_text().split())
    pages = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]

    used = {name for page in pages for name in re.findall(r"""(?:icon |icon_name=)["'](\w+)["']""", page)}

    assert used
    assert used <= listed


def test_lock_file_names_versions_and_hashes_but_no_registry():
    text = (ROOT / "package-lock.json").read_text()
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}

    assert '"resolved"' not in text
    assert "registry" not in text
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []


def test_direct_packages_are_pinned_exactly():
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]

    assert wanted == {"@fontsource-variable/public-sans": "5.3.0", "@uswds/uswds": "3.14.0", "sass": "1.108.2"}


def test_second_build_from_the_same_sources_starts_nothing(monkeypatch):
    monkeypatch.setattr(build, "run", lambda command: pytest.fail(f"Started {command}"))
    monkeypatch.setattr(build, "fingerprint", (BUILD / "stamp.txt").read_text)

    assert build.main() == 0


def test_fingerprint_changes_with_a_style_sheet(monkeypatch, tmp_path):
    (tmp_path / "assets/scss").mkdir(parents=True)
    (tmp_path / "package-lock.json").write_text("{}")
    sheet = tmp_path / "assets/scss/portal.scss"
    sheet.write_text("a {}")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "SOURCES", tmp_path / "assets")
    before = build.fingerprint()

    sheet.write_text("b {}")

    assert build.fingerprint() != before


def test_style_sheet_that_names_an_unknown_folder_stops_the_build(tmp_path):
    with pytest.raises(KeyError):
        build.collect_files("a{background:url(../elsewhere/picture.svg)}", tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_style_sheet_that_names_a_missing_file_stops_the_build(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "ROOT", tmp_path)

    with pytest.raises(FileNotFoundError):
        build.collect_files("a{background:url(../img/missing.svg)}", tmp_path / "out")


def test_drawing_of_an_icon_is_what_stands_between_its_tags():
    assert build.drawing('<svg viewBox="0 0 24 24"><path d="M0 0"/></svg>\n') == '<path d="M0 0"/>'


def test_drawing_refuses_a_file_that_is_not_one_svg_element():
    with pytest.raises(ValueError, match="not one svg element"):
        build.drawing("<p>no</p>")


def test_node_comes_from_a_wheel_where_there_is_none(monkeypatch):
    monkeypatch.setattr(build.shutil, "which", lambda name: None)
    monkeypatch.setattr(build, "wheel_command", lambda tool: ["wheel", tool])

    assert build.npm_command() == ["wheel", "npm"]
    assert build.node_command() == ["wheel", "node"]


def test_new_build_replaces_the_old_one_whole(tmp_path):
    target = tmp_path / "build"
    target.mkdir()
    (target / "old.css").write_text("old")
    folder = tmp_path / ".build-new"
    folder.mkdir()
    (folder / "new.css").write_text("new")

    build.replace(target, folder)

    assert [path.name for path in target.iterdir()] == ["new.css"]
    assert [path.name for path in tmp_path.iterdir()] == ["build"]


# What turns text into code or markup, listens to other windows, or keeps people from pasting a password.
FORBIDDEN = (
    "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "createContextualFragment",
    'addEventListener("message"', "onmessage", "postMessage", "paste",
)  # fmt: skip


def test_own_scripts_make_no_code_or_markup_of_text_and_keep_nobody_from_pasting():
    scripts = {path.name: path.read_text() for path in (ROOT / "static/js").glob("*.js")}

    assert "portal.js" in scripts
    assert [(name, word) for name, text in scripts.items() for word in FORBIDDEN if word in text] == []
