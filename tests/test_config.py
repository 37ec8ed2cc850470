"""``newsgauge.toml``: defaults, and errors that name the line, the key and what was meant."""

from pathlib import Path

import pytest

from monitor.config import Config, ConfigError, MailTarget, load_config


def written(folder: Path, text: str) -> Path:
    path = folder / "newsgauge.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_means_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config() == Config()


def test_paths_are_taken_from_the_files_folder(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("", encoding="utf-8")
    config = load_config(written(tmp_path, 'database = "data/n.db"\n[reading]\ncompany_files = ["c.toml"]'))
    assert config.database == tmp_path / "data/n.db"
    assert config.reading.company_files == [tmp_path / "c.toml"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('databse = "n.db"', r"line 1: no key 'databse': did you mean 'database'\?"),
        ('\n[reading]\nmodle = "x"', r"line 3: no key 'reading.modle': did you mean 'model'\?"),
        ('[digest]\nat = "25:00"', r"line 2: digest.at: '25:00' is no time of day: write it as HH:MM"),
        ('[digest]\nat = "7 o clock"', r"digest.at: '7 o clock' is no time of day"),
        ('time_zone = "Europe/Berln"', r"line 1: time_zone: .*did you mean 'Europe/Berlin'"),
        ("[collect]\nconnections = 0", r"line 2: collect.connections: .*greater than or equal to 1"),
        ('[[targets]]\nkind = "fax"\nname = "x"', r"targets.0: .*'fax'"),
        ('database = "n.db', r"newsgauge.toml: Unterminated string"),
        (
            '[[alerts]]\nname = "a"\nwhen = "burst"\n\n[[alerts]]\nname = "b"\nwhen = "never"',
            r"line 7: alerts.1.when: .*'burst'",
        ),
        (
            '[[themes]]\nname = "Amnesia"\nphrases = ["lost memory"]\n[[themes]]\nname = "Twins"\n',
            r"line 4: theme 'Twins'",
        ),
        ('[[themes]]\nphrases = ["lost memory"]', r"line 1: \[\[themes\]\] number 1: give the theme a name"),
        ('[[companies]]\nname = "Quayside Films"\nalises = ["Quayside"]', r"line 1: .*alises"),
        ('beat = "micro-drama"', r"line 1: .*micro-dramas"),
        ('[beat]\nwordz = ["electric car"]', r"line 1: .*wordz"),
        ("database =\nbeat = 1", r"newsgauge.toml: Invalid value .*line 1"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load_config(written(tmp_path, text))


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="newsgauge init"):
        load_config(tmp_path / "nowhere.toml")


def test_targets_are_told_apart_by_their_kind(tmp_path: Path) -> None:
    text = '[[targets]]\nkind = "mail"\nname = "m"\nhost = "h"\nsender = "a@b.c"\nto = ["d@e.f"]'
    target = load_config(written(tmp_path, text)).targets[0]
    assert isinstance(target, MailTarget)
    assert target.security == "starttls"


def test_a_feeds_cookies_file_is_taken_from_the_configurations_folder(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, '[[feeds]]\nurl = "http://a.example/f"\ncookies_file = "jar.txt"'))
    assert config.feeds[0].cookies_file == tmp_path / "jar.txt"
