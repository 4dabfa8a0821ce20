"""The registry: archives are signed and checked, the pointer moves only where it may, and it goes back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shop.audit import latest
from shop.errors import BadInput, NotFound, Refused
from shop.settings import Settings
from shop.unit_of_work import Database
from tests.training.registered import archive, shop_in
from training import models
from training.models import archives
from training.models.gate import Gate
from training.models.promotion import return_from_unhealthy
from training.models.registry import archive_of, delete_old, keep, register

REASON = "the trainers looked at every changed example"
Shop = tuple[Database, Settings]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    database, settings = shop_in(tmp_path / "var", kept_models=2)
    models.ensure_champion(database, settings, archive(tmp_path / "first.tar.gz", "first"))
    return database, settings


def candidate(shop: Shop, folder: Path, name: str, verdict: str = "passed") -> int:
    """A candidate that was compared with the champion."""
    database, settings = shop
    with database.work() as unit:
        serving = models.champion(unit.session)
        assert serving is not None
        kept = keep(settings, archive(folder / f"{name}.tar.gz", name, name.encode()))
        model = register(unit.session, settings, kept, name)
        reasons = ("Intent greet: worse.",) if verdict == "refused" else ()
        model.gate = Gate(verdict, serving.id, reasons).as_json()  # type: ignore[arg-type]
        unit.commit()
        return int(model.id)


def serving(shop: Shop) -> str:
    with shop[0].read() as unit:
        found = models.champion(unit.session)
        assert found is not None
        return str(found.fingerprint)


def test_what_make_run_trained_is_the_first_champion_once(shop: Shop, tmp_path: Path) -> None:
    database, settings = shop
    for _ in range(2):
        models.ensure_champion(database, settings, tmp_path / "first.tar.gz")
    with database.read() as unit:
        assert [(model.state, model.fingerprint) for model in models.list_models(unit.session)] == [
            ("champion", "first")
        ]


def test_an_archive_made_from_changed_sources_takes_over(shop: Shop, tmp_path: Path) -> None:
    database, settings = shop
    models.ensure_champion(database, settings, archive(tmp_path / "again.tar.gz", "again"))
    models.ensure_champion(database, settings, tmp_path / "again.tar.gz")
    assert serving(shop) == "again"
    models.ensure_champion(database, settings, tmp_path / "first.tar.gz")  # known: the trainers' choice stands
    assert serving(shop) == "again"


def test_an_archive_that_did_not_change_is_read_once_to_tell_whether_it_is_new(tmp_path: Path) -> None:
    made, seen = archive(tmp_path / "made.tar.gz", "made"), tmp_path / "state" / "seen.json"
    sha256 = archives.checksum_once(made, seen)
    assert sha256 == archives.checksum(made)
    before = made.stat()
    made.write_bytes(bytes(before.st_size))
    os.utime(made, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert archives.checksum_once(made, seen) == sha256
    os.utime(made, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert archives.checksum_once(made, seen) == archives.checksum(made) != sha256
    other = archive(tmp_path / "other.tar.gz", "other")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert archives.checksum_once(other, seen) == archives.checksum(other)


def test_without_any_archive_there_is_no_champion(tmp_path: Path) -> None:
    database, settings = shop_in(tmp_path / "empty")
    assert models.ensure_champion(database, settings, tmp_path / "none.tar.gz") is None


def test_what_passed_the_gate_is_promoted_and_audited(shop: Shop, tmp_path: Path) -> None:
    better = candidate(shop, tmp_path, "better")
    promoted = models.promote(*shop, better, "staff:7")
    assert serving(shop) == "better"
    assert models.health_of(promoted).state == "waiting"
    with shop[0].read() as unit:
        [entry] = [each for each in latest(unit.session, 9) if each.action == "model.promoted"]
        assert (entry.actor, entry.subject) == ("staff:7", f"model:{better}")
        first = models.get_model(unit.session, promoted.replaced_id)
        assert (first.state, first.fingerprint) == ("retired", "first")


def test_what_did_not_pass_needs_a_written_reason(shop: Shop, tmp_path: Path) -> None:
    worse = candidate(shop, tmp_path, "worse", "refused")
    for reason in ("", "  because ", "too short"):
        with pytest.raises(Refused, match="Intent greet: worse"):
            models.promote(*shop, worse, "staff:7", reason)
    assert serving(shop) == "first"
    models.promote(*shop, worse, "staff:7", REASON)
    assert serving(shop) == "worse"
    with shop[0].read() as unit:
        [entry] = [each for each in latest(unit.session, 9) if each.action == "model.gate_overridden"]
        assert entry.detail["after"]["reason"] == REASON


def test_a_comparison_with_another_champion_does_not_count(shop: Shop, tmp_path: Path) -> None:
    first, second = candidate(shop, tmp_path, "a"), candidate(shop, tmp_path, "b")
    models.promote(*shop, first, "staff:7")
    with pytest.raises(Refused, match="compared with another champion"):
        models.promote(*shop, second, "staff:7")


def test_a_broken_archive_is_refused(shop: Shop, tmp_path: Path) -> None:
    better = candidate(shop, tmp_path, "better")
    with shop[0].read() as unit:
        file = archive_of(models.get_model(unit.session, better), shop[1])
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(Refused, match="broken"):
        models.promote(*shop, better, "staff:7", REASON)
    file.unlink()
    with pytest.raises(NotFound, match="not there any more"):
        models.promote(*shop, better, "staff:7", REASON)
    assert serving(shop) == "first"


def test_a_foreign_archive_is_refused(shop: Shop, tmp_path: Path) -> None:
    better = candidate(shop, tmp_path, "better")
    elsewhere = Settings(state_dir=tmp_path / "another shop")
    with shop[0].work() as unit:
        model = models.get_model(unit.session, better)
        model.signature = archives.sign(model.archive_sha256, elsewhere)
        unit.commit()
    with pytest.raises(Refused, match="foreign"):
        models.promote(*shop, better, "staff:7", REASON)
    assert serving(shop) == "first"


def test_what_is_no_archive_is_not_registered(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "notes.tar.gz"
    file.write_bytes(b"hello")
    with pytest.raises(BadInput, match="notes"):
        keep(shop[1], file)


def test_one_call_goes_back(shop: Shop, tmp_path: Path) -> None:
    better = candidate(shop, tmp_path, "better")
    first = models.promote(*shop, better, "staff:7").replaced_id
    models.return_to(*shop, first, "staff:8")
    assert serving(shop) == "first"
    models.return_to(*shop, better, "staff:8")
    assert serving(shop) == "better"
    with pytest.raises(Refused, match="already"):
        models.return_to(*shop, better, "staff:8")
    never = candidate(shop, tmp_path, "never")
    with pytest.raises(Refused, match="never was the champion"):
        models.return_to(*shop, never, "staff:8")


def test_an_unhealthy_champion_gives_way_to_the_one_before(shop: Shop, tmp_path: Path) -> None:
    better = candidate(shop, tmp_path, "better")
    models.promote(*shop, better, "staff:7")
    assert return_from_unhealthy(*shop, better, "it reads nothing")
    assert serving(shop) == "first"
    assert not return_from_unhealthy(*shop, better, "it reads nothing")  # another serves by now
    with shop[0].read() as unit:
        assert models.get_model(unit.session, better).state == "refused"
        assert latest(unit.session, 1)[0].action == "model.returned_automatically"


def test_old_archives_go_but_never_champion_and_the_one_before(shop: Shop, tmp_path: Path) -> None:
    better = candidate(shop, tmp_path, "better")
    models.promote(*shop, better, "staff:7")
    others = [candidate(shop, tmp_path, name) for name in ("c", "d", "e", "f")]
    with shop[0].work() as unit:
        models.set_shadow(unit.session, others[0], True, "staff:7")
        assert sorted(delete_old(unit.session, shop[1])) == [others[1]]
        unit.commit()
    with shop[0].read() as unit:
        there = {
            model.fingerprint for model in models.list_models(unit.session) if archive_of(model, shop[1]).is_file()
        }
    assert there == {"first", "better", "c", "e", "f"}


def test_the_served_model_is_taken_out_of_an_archive(tmp_path: Path) -> None:
    packed = archive(tmp_path / "packed.tar.gz", "f1ngerprint", b"the weights")
    folder = archives.extract_served(packed, tmp_path / "served")
    assert sorted(file.name for file in folder.iterdir()) == ["model.onnx", "tokenizer.json", "understanding.json"]
    assert (folder / "model.onnx").read_bytes() == b"the weights"
    assert (folder / "tokenizer.json").read_bytes() == b"{}"
    assert archives.read_card(packed)["fingerprint"] == "f1ngerprint"
