"""Settings: rules by name, files found upward, flags that win, and where each value comes from."""

from __future__ import annotations

import ast
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from command import run

import normalize
from normalize import references
from normalize.config import Config, ConfigError
from normalize.rules import Rule, all_rules
from normalize.settings import find_settings

PACKAGE = Path(normalize.__file__).parent
#: Those of punctuation, which are for its own doors, are tested with it.
EXAMPLES = [rule for rule in all_rules() if rule.before and rule.stage != "punctuation"]


def test_every_rule_has_one_name_of_its_own() -> None:
    """Names with their stage are unique, and each says what it does and what it rests on."""
    names = [rule.full_name for rule in all_rules()]
    assert len(set(names)) == len(names)
    assert all(rule.about and rule.reference for rule in all_rules())


def test_no_reference_is_for_a_rule_that_is_gone() -> None:
    """Each line of references is about a rule, a group of rules or a stage."""
    named = {name for rule in all_rules() for name in (rule.full_name, rule.stage)}
    groups = {rule.full_name.rpartition(".")[0] for rule in all_rules()}
    assert set(references._REFERENCES) <= named | groups
    assert references.reference_of("nothing.such") == ""


def test_every_step_that_a_stage_can_take_is_registered() -> None:
    """The names in the code are those of the registry."""
    known = {(rule.stage, rule.name) for rule in all_rules()}
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Step" and len(node.args) >= 2:
                stage, rule = node.args[:2]
                if isinstance(stage, ast.Constant) and isinstance(rule, ast.Constant):
                    found.add((stage.value, rule.value))
    assert len(found) > 10
    assert found <= known


@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule.full_name)
def test_the_example_of_a_rule_is_what_it_does(rule: Rule) -> None:
    """Normalised, the example becomes what is promised, by this rule."""
    enable = [rule.full_name] if rule.on == "no" else []
    result = normalize.explain(rule.before, rule.target, vocabulary=rule.on == "vocabulary", enable=enable)
    assert result.text == rule.after
    assert rule.full_name in {name for change in result.changes for name in change.names}


def test_unknown_rules_are_answered_with_the_nearest() -> None:
    """A rule that is misspelt is no rule that is off."""
    with pytest.raises(ConfigError, match=r"'annotatoin' in disable .did you mean 'annotation'"):
        Config(disable="annotatoin")
    with pytest.raises(ConfigError, match="in enable"):
        Config.of(enable=["half-katakanas"])
    done = run("convert", "--disable", "punctation.comma", data=b"")
    assert done.returncode == 2
    assert b"did you mean 'punctuation.comma'" in done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tidy": "yes"}, "tidy must be True or False, not 'yes'"),
        ({"repair": None}, "repair must be True or False"),
        ({"disable": 3}, "disable must be a list, not 3"),
        ({"dictionary": 3}, "dictionary must be a list"),
        ({"target": 3}, "unknown target 3"),
    ],
)
def test_values_of_the_wrong_kind_are_told(options: dict[str, Any], words: str) -> None:
    """What is neither on nor off, and what is no list, is refused rather than taken for something."""
    with pytest.raises(ConfigError, match=words):
        Config(**options)


@pytest.mark.parametrize("name", ["annotation", "mojibake.annotation", "mojibake"])
def test_rules_groups_and_stages_are_switched_off(name: str) -> None:
    """By the name of the rule, with its stage, or the stage alone."""
    assert normalize.normalize("關(guān)鍵,可以。", None, disable=name, punctuation=False) == "關(guān)鍵,可以。"


def test_a_name_that_two_stages_have_is_both() -> None:
    """`compatibility` alone means the rules of characters and of script; with its stage only one."""
    source = "\uf900\u5f15\uf9e9"
    assert normalize.normalize(source, "zh-Hant", disable=["compatibility"]) == source
    for stage in ("characters", "script"):
        assert normalize.normalize(source, "zh-Hant", disable=[f"{stage}.compatibility"]) != source


def test_the_command_lists_the_rules() -> None:
    """For people a table, for programs an object a line; of one stage when asked."""
    table = run("rules", "mojibake").stdout.decode()
    assert "mojibake.annotation" in table
    assert "punctuation" not in table
    entries = [json.loads(line) for line in run("rules", "--json").stdout.splitlines()]
    assert len(entries) == len(all_rules())
    assert all(entry["reference"] for entry in entries)
    assert "W3C CLREQ" in run("rules", "punctuation").stdout.decode()
    assert b"did you mean 'script'" in run("rules", "scrpt").stderr


def test_settings_are_found_upward_and_flags_win(tmp_path: Path) -> None:
    """The nearest file counts; a pyproject.toml without our table is passed over; flags come on top."""
    deep = tmp_path / "docs" / "deep"
    deep.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.normalize]\ntarget = "zh-TW"\nvocabulary = true\n', "utf-8")
    (tmp_path / "docs" / "pyproject.toml").write_text('[project]\nname = "x"\n', "utf-8")
    (deep / "a.txt").write_text("软件\n", "utf-8")
    convert = ("convert", "docs/deep/a.txt")
    assert run(*convert, cwd=tmp_path).stdout.decode() == "軟體\n"
    assert run(*convert, "--no-vocabulary", cwd=tmp_path).stdout.decode() == "軟件\n"
    assert run(*convert, "--to", "zh-Hans", cwd=tmp_path).stdout.decode() == "软件\n"
    assert run(*convert, "--config", "none", cwd=tmp_path).stdout.decode() == "軟件\n"
    (deep / "normalize.toml").write_text('target = "zh-Hans"\n', "utf-8")
    assert run(*convert, cwd=tmp_path).stdout.decode() == "软件\n"
    assert run("convert", data="软件".encode(), cwd=tmp_path).stdout.decode() == "軟體"


def test_the_command_shows_settings_and_their_origin(tmp_path: Path) -> None:
    """Value and origin of each: default, file, or flag."""
    path = tmp_path / "normalize.toml"
    path.write_text('target = "zh-TW"\nprotect = ["皇后"]\n', "utf-8")
    rows = json.loads(run("config", "--tidy", "--json", cwd=tmp_path).stdout)
    assert rows["target"] == {"value": "zh-Hant-TW", "origin": str(path)}
    assert rows["protect"] == {"value": ["皇后"], "origin": str(path)}
    assert rows["tidy"] == {"value": True, "origin": "--[no-]tidy"}
    assert rows["repair"] == {"value": True, "origin": "default"}
    table = run("config", cwd=tmp_path).stdout.decode()
    assert '"zh-Hant-TW"' in table


def test_dictionaries_are_named_from_where_the_settings_are(tmp_path: Path) -> None:
    """A relative path in a settings file is relative to that file."""
    (tmp_path / "words.txt").write_text("老家\t老巢\n", "utf-8")
    (tmp_path / "normalize.toml").write_text('dictionary = ["words.txt"]\n', "utf-8")
    found = find_settings(tmp_path)
    assert found is not None
    assert found.values["dictionary"] == (str(tmp_path / "words.txt"),)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('tagret = "zh-TW"', "unknown key 'tagret' (did you mean 'target'?)"),
        ('target = "zh-Hnat"', "did you mean 'zh-Hant'"),
        ('tidy = "yes"', "tidy must be true or false"),
        ("disable = 3", "disable must be a list of strings"),
        ('disable = ["coma"]', "did you mean 'comma'"),
        ("target = 3", "target must be a string"),
        ('encoding = "gb2321"', "did you mean 'gb2312'"),
        ("target = ", "not valid TOML"),
    ],
)
def test_mistakes_in_settings_are_told(content: str, words: str, tmp_path: Path) -> None:
    """The sentence names the file and what would do."""
    path = tmp_path / "normalize.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(ConfigError) as caught:
        find_settings(tmp_path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_settings_file_that_is_named_must_be_one(tmp_path: Path) -> None:
    """A missing file, and one without the table, are mistakes when they were named."""
    (tmp_path / "pyproject.toml").write_text("[project]\n", "utf-8")
    for name, words in (("missing.toml", b"cannot read"), ("pyproject.toml", b"[tool.normalize]")):
        done = run("convert", "--config", name, cwd=tmp_path)
        assert done.returncode == 2
        assert words in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    """Each shell gets a script that asks the command back."""
    script = run("completion", shell).stdout.decode()
    assert "_NORMALIZE_COMPLETE" in script
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("normalize con", "convert"),
        ("normalize convert --to zh-Hant-", "zh-Hant-TW"),
        ("normalize check --disable mojibake.", "mojibake.annotation"),
        ("normalize check --format s", "sarif"),
    ],
)
def test_completions(words: str, wanted: str) -> None:
    """Commands, options, and their values are completed."""
    count = str(len(words.split()) - 1)
    done = run(_NORMALIZE_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
    assert f"plain,{wanted}" in done.stdout.decode().splitlines()


@pytest.mark.parametrize("rule", ["{}", "script.{}"])
def test_rules_of_script_have_two_names(rule: str) -> None:
    """A rule of the lexicon is switched off by its name alone, and with the name of its stage."""
    assert normalize.normalize("头发", "zh-Hant", disable=[rule.format("phrase"), "context"]) == "頭發"
    assert normalize.normalize("看著", "zh-Hans", disable=[rule.format("phrase")]) == "看著"
    assert (
        normalize.normalize("里面有鼠标", "zh-Hant-TW", vocabulary=True, disable=[rule.format("vocabulary")])
        == "裡面有鼠標"
    )
