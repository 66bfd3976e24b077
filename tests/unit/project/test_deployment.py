"""What the container files say must be true of the program that they start."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import redis
import yaml

from app.settings import PREFIX, Settings
from cli.sort import sort
from devtools.ports import free_port
from devtools.waiting import until

SECRET = ("KEY", "PASSWORD")
OURS = ("migrate", "api", "worker")
VARIABLE = re.compile(r"\$\{(\w+)(:[-?+])?([^}]*)\}")


@pytest.fixture(scope="module")
def compose(root: Path) -> dict:
    return yaml.safe_load((root / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> str:
    return (root / "Dockerfile").read_text().replace("\\\n", " ")


def ours(compose: dict) -> list[dict]:
    return [compose["services"][name] for name in OURS]


def example(root: Path) -> dict[str, str]:
    return dict(
        re.findall(r"^(\w+)=(.*)$", (root / "deploy/compose.env").read_text(), re.MULTILINE)
    )


def filled_in(root: Path, **more: str) -> dict[str, str]:
    """Return the example of `.env` with the values that are required, and more."""
    required = {name: f"a-value-of-{name}" * 2 for name in example(root) if name.endswith(SECRET)}
    return {**example(root), **required, **more}


def interpolate(value: object, env: dict[str, str]) -> str:
    """Return a value as Compose reads it; fails where a required variable is missing."""

    def replace(found: re.Match[str]) -> str:
        name, how, other = found.groups()
        given = env.get(name, "")
        assert given or how in (":-", ":+"), f"{name} is required: {other}"
        return {":-": given or other, ":+": other if given else "", ":?": given}[how]

    return VARIABLE.sub(replace, str(value))


def environment_of(service: dict, env: dict[str, str]) -> dict[str, str]:
    """Return what a container sees: the lines of `.env`, then what the service sets."""
    assert service["env_file"] == [".env"]
    own = {name: interpolate(value, env) for name, value in service["environment"].items()}
    return {**env, **own}


def test_it_fits_the_schema_of_compose(root: Path):
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_every_variable_is_a_setting(compose: dict, dockerfile: str):
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for service in ours(compose):
        assert set(service["environment"]) <= known
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", dockerfile)) <= known


@pytest.mark.parametrize("name", OURS)
def test_with_only_the_example_filled_in_it_is_a_production_server(
    root: Path, compose: dict, monkeypatch: pytest.MonkeyPatch, name: str
):
    env = filled_in(root, PIGEONHOLE_LEASE_SECONDS="77", PIGEONHOLE_DATA_DIR="/elsewhere")
    for variable, value in environment_of(compose["services"][name], env).items():
        monkeypatch.setenv(variable, value)
    settings = Settings()
    assert not settings.is_embedded
    assert settings.blob_dir == Path("/data/blobs")
    assert settings.data_dir == Path("/data")
    assert settings.lease_seconds == 77, "every setting of .env reaches the program"
    assert (settings.workers, settings.metrics_port, settings.host) == (2, 0, "127.0.0.1")


def test_nothing_but_the_example_is_required(root: Path, compose: dict):
    env = filled_in(root)
    for service in compose["services"].values():
        assert "${" not in interpolate(yaml.safe_dump(service), env)
    with pytest.raises(AssertionError, match="REDIS_PASSWORD is required"):
        interpolate(yaml.safe_dump(compose), {**env, "REDIS_PASSWORD": ""})


def test_prometheus_finds_the_metrics_of_api_and_workers(
    root: Path, compose: dict, monkeypatch: pytest.MonkeyPatch
):
    services = compose["services"]
    env = filled_in(root, PIGEONHOLE_METRICS_TOKEN="a token of the tests")
    for variable, value in environment_of(services["worker"], env).items():
        monkeypatch.setenv(variable, value)
    worker = Settings()
    (scraped,) = yaml.safe_load((root / "deploy/prometheus/prometheus.yml").read_text())[
        "scrape_configs"
    ]

    assert worker.host == "0.0.0.0"
    assert worker.metrics_token.get_secret_value() == "a token of the tests"
    assert {(*each["names"], each["port"]) for each in scraped["dns_sd_configs"]} == {
        ("api", 8000),
        ("worker", worker.metrics_port),
    }
    token = scraped["authorization"]["credentials_file"]
    assert f">{token};" in services["prometheus"]["command"][0]


def test_monitoring_is_optional_and_mounts_files_that_exist(root: Path, compose: dict):
    for name in ("prometheus", "grafana"):
        service = compose["services"][name]
        assert service["profiles"] == ["monitoring"]
        mounted = [each.split(":")[0] for each in service["volumes"]]
        assert [each for each in mounted if each[0] == "." and not (root / each).is_file()] == []
        program = subprocess.run(
            ["sh", "-c", service["command"][0].replace("$$", "$")],
            capture_output=True,
            text=True,
            check=False,
            env={},
        )
        assert program.returncode == 1, "it does not start without a secret"
        assert program.stdout.startswith("Set ")


@pytest.mark.parametrize("name", ["SECRET_KEY", "API_KEY"])
def test_it_does_not_start_without_secrets(compose: dict, name: str):
    for service in ours(compose):
        assert re.fullmatch(r"\$\{\w+:\?.+\}", service["environment"][f"{PREFIX}{name}"])


def test_there_is_no_password_that_everybody_knows(root: Path):
    text = (root / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(?:POSTGRES|REDIS)_PASSWORD(:.)", text)) == {":?"}


def test_the_example_of_the_environment_has_what_is_required_and_nothing_unknown(root: Path):
    text = (root / "docker-compose.yml").read_text()
    given = example(root)
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\$\{(\w+):\?", text)) == {n for n in given if n.endswith(SECRET)}
    assert set(given) <= set(re.findall(r"\$\{(\w+):", text)) | settings
    assert all(given[name] == "" for name in given if name.endswith(SECRET))


def test_every_service_has_limits_and_gives_up_its_rights(compose: dict):
    for name, service in compose["services"].items():
        assert {"mem_limit", "cpus", "pids_limit"} <= set(service), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name


def test_the_database_and_redis_have_no_way_out(compose: dict):
    assert compose["networks"]["inside"] == {"internal": True}
    services = compose["services"].items()
    inside = {name for name, each in services if each.get("networks") == ["inside"]}
    assert inside == {"postgres", "redis", "migrate"}


def test_the_watched_folder_is_optional_and_has_no_network(compose: dict):
    service = compose["services"]["sort"]
    assert service["profiles"] == ["sort"]
    assert service["network_mode"] == "none"
    mounted = [each.rpartition("}:")[2] for each in service["volumes"]]
    assert mounted == ["/scans", "/sorted", "/rules.yaml:ro"]
    accepted = sort.make_context("sort", service["command"][1:])
    assert accepted.params["folders"] == (Path("/scans"), Path("/sorted"))


def test_the_unit_of_a_watched_folder_starts_what_the_command_accepts(root: Path):
    unit = (root / "deploy/systemd/pigeonhole-sort.service").read_text()
    command = re.search(r"^ExecStart=/opt/pigeonhole/bin/pigeonhole sort (.+)$", unit, re.MULTILINE)
    accepted = sort.make_context("sort", command[1].split())
    assert accepted.params["watch"] is True
    assert accepted.params["folders"] == (Path("${INBOX}"), Path("${SORTED}"))
    given = (root / "deploy/systemd/sort.env").read_text()
    assert set(re.findall(r"\$\{(\w+)\}", command[1])) == set(
        re.findall(r"^(\w+)=", given, re.MULTILINE)
    )


def test_services_start_in_the_order_of_their_health(compose: dict):
    services = compose["services"]
    for name in ("api", "worker"):
        assert {each: how["condition"] for each, how in services[name]["depends_on"].items()} == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }
    assert all("test" in services[name]["healthcheck"] for name in ("postgres", "redis"))
    assert services["migrate"]["restart"] == "no"


def test_redis_keeps_and_refuses_rather_than_forgets(compose: dict):
    command = " ".join(compose["services"]["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_redis_wants_the_password_of_the_address(compose: dict, tmp_path: Path):
    service, port = compose["services"]["redis"], free_port()
    # As Compose and a shell would read it, with a folder of this test.
    program = service["command"][2].replace("$$", "$").replace("/tmp/", f"{tmp_path}/")
    program += f" --port {port} --bind 127.0.0.1 --dir {tmp_path}"
    assert (
        ":${REDIS_PASSWORD:?" in compose["services"]["api"]["environment"]["PIGEONHOLE_BROKER_URL"]
    )
    assert "${REDIS_PASSWORD:?" in service["environment"]["REDISCLI_AUTH"]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    with (
        subprocess.Popen(
            ["sh", "-c", program],
            env={"REDISCLI_AUTH": "secret7", "PATH": path},
            stdout=subprocess.DEVNULL,
        ) as server,
        redis.Redis(port=port) as stranger,
        redis.Redis(port=port, password="secret7") as known,
    ):
        try:
            until(lambda: is_up(known), "Redis answers")
            with pytest.raises(redis.AuthenticationError):
                stranger.ping()
            assert known.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert "secret7" not in Path(f"/proc/{server.pid}/cmdline").read_text()
        finally:
            server.terminate()
    assert server.returncode == 0


def is_up(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_api_and_workers_see_the_same_files(compose: dict):
    assert {tuple(service["volumes"]) for service in ours(compose)} == {("files:/data",)}


def test_what_can_be_reached_is_on_loopback(compose: dict):
    published = {
        name: each["ports"] for name, each in compose["services"].items() if "ports" in each
    }
    assert published == {
        "api": ["${PIGEONHOLE_LISTEN:-127.0.0.1:8000}:8000"],
        "prometheus": ["${PROMETHEUS_LISTEN:-127.0.0.1:9090}:9090"],
        "grafana": ["${GRAFANA_LISTEN:-127.0.0.1:3000}:3000"],
    }


def test_the_image_does_not_run_as_root(dockerfile: str):
    final = dockerfile.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", final, re.MULTILINE)
    assert "/livez" in re.search(r"^HEALTHCHECK .*$", final, re.MULTILINE).group()
    assert 'ENTRYPOINT ["/usr/bin/tini", "--", "pigeonhole"]' in final


def test_the_image_installs_nothing_without_a_hash(dockerfile: str):
    installs = re.findall(r"pip (?:--python \S+ )?install ([^&\n]+)", dockerfile)
    assert len(installs) == 3
    for arguments in installs:
        assert "--no-deps" in arguments
        assert "--require-hashes" in arguments or "/wheels/" in arguments


def test_the_image_is_built_from_files_that_exist(root: Path):
    lines = (root / ".dockerignore").read_text().splitlines()
    allowed = [line[1:] for line in lines if line.startswith("!")]
    assert [name for name in allowed if not (root / name).exists()] == []
    assert {"app", "cli", "migrations", "worker", "pyproject.toml"} <= set(allowed)
