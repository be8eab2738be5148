"""`python -m docs.drawing`: writes what is made anew, and takes away drawings that nothing makes any more."""

from __future__ import annotations

from docs.drawing.made import DOCS, made


def main() -> None:
    """Writes each file only where it differs, and says which."""
    files = dict(made())
    (DOCS / "diagrams").mkdir(exist_ok=True)
    for old in (DOCS / "diagrams").glob("*.svg"):
        if f"diagrams/{old.name}" not in files:
            old.unlink()
    for name, content in files.items():
        path = DOCS / name
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
            print(f"docs/{name}")


main()
