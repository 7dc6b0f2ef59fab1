"""The documentation as a site: every link and heading is there, and nothing is fetched from elsewhere."""

from pathlib import Path

import pytest

from scripts.docs import build
from scripts.docs_links import faults
from scripts.docs_pages import DeadLink, relinked


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("docs") / "site"
    assert build(out) == []
    return out


def test_both_languages_and_the_interfaces_are_in_it(site: Path) -> None:
    assert '<html lang="ko"' in (site / "user.ko.html").read_text("utf-8")
    assert '<html lang="en"' in (site / "user.html").read_text("utf-8")
    assert "GET /api/v1/alarms" in (site / "reference/http-alarms.html").read_text("utf-8")
    assert "cctv/v1/node/{node}/status" in (site / "reference/messages.html").read_text("utf-8")


def test_words_are_found_without_a_server(site: Path) -> None:
    assert "구역" in (site / "search.js").read_text("utf-8")
    assert (site / "assets" / "iframe-worker.js").is_file()


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<a href="gone.html">x</a>', "a.html: gone.html is not there"),
        ('<a href="#gone">x</a>', "a.html: #gone has no such heading"),
        ('<a href="b.html#gone">x</a>', "a.html: b.html#gone has no such heading"),
        ('<script src="https://cdn.example/x.js"></script>', "a.html: fetches https://cdn.example/x.js"),
        ('<link rel="stylesheet" href="//fonts.example/x">', "a.html: fetches //fonts.example/x"),
    ],
)
def test_a_fault_of_a_page_is_told(html: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(html)
    (tmp_path / "b.html").write_text('<h2 id="here">x</h2>')
    assert faults(tmp_path) == [fault]


def test_what_is_right_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<h1 id="x"></h1><a href="#x">1</a><a href="b.html#h">2</a><a href="https://e.org">3</a>'
    )
    (tmp_path / "b.html").write_text('<h2 id="h">x</h2><style>a{}</style>')
    (tmp_path / "c.css").write_text("a{background:url(https://e.org/x.png)}")
    assert faults(tmp_path) == ["c.css: fetches https://e.org/x.png"]


def test_a_link_out_of_the_documentation_becomes_a_path() -> None:
    site = {"docs/install.md": "install.md", "ansible/README.md": "project/ansible.md"}
    text = "[all](../ansible/README.md#x), [lock](../requirements/runtime.txt)\n```\n[a](gone)\n```\n"
    made = "[all](project/ansible.md#x), lock (`requirements/runtime.txt`)\n```\n[a](gone)\n```\n"
    assert relinked(text, "docs/install.md", site) == made
    with pytest.raises(DeadLink):
        relinked("[x](../gone.txt)", "docs/install.md", site)
