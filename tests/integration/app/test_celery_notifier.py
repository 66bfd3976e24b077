from pathlib import Path

import redis

from app.broker import KEY_PREFIX, WORK_QUEUE
from app.celery_notifier import CeleryNotifier, make_celery
from app.jobs.service import ITEMS
from app.settings import Settings
from devtools.redis import RedisServer
from devtools.tenant_data import TenantData
from devtools.waiting import until
from tests.integration.application import JOBS, RULES, SECRET, Api, upload


def make_settings(data_dir: Path, broker_url: str) -> Settings:
    production = {"database_url": "postgresql://db/pigeonhole", "secret_key": SECRET}
    return Settings(data_dir=data_dir, broker_url=broker_url, **production)  # type: ignore[arg-type]  # text, as in the environment


def test_a_wakeup_in_work_is_forgotten_with_its_connection(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    app = make_celery(make_settings(tmp_path, redis_server.fresh_database()))
    app.send_task("any", queue=WORK_QUEUE, ignore_result=True)
    connection = app.connection_for_read()
    channel = connection.channel()
    (message,) = until(lambda: [each] if (each := channel.basic_get(WORK_QUEUE)) else [], "it")

    connection.close()
    message.ack()

    with app.connection_for_read() as another:
        assert another.channel().basic_get(WORK_QUEUE) is None


def test_a_new_job_sends_one_wakeup_for_each_file(
    api: Api, tenants: TenantData, redis_server: RedisServer, tmp_path: Path
) -> None:
    url = redis_server.fresh_database()
    settings = make_settings(tmp_path, url)
    api.database.on_commit(ITEMS, CeleryNotifier(settings).notify)
    client = api.tenant(tenants, "a")
    file_id = upload(client)

    for files in (2, 3):
        answer = client.post(JOBS, json={"file_ids": [file_id] * files, "rules": RULES})
        assert answer.status_code == 200, answer.text

    with redis.Redis.from_url(url) as queue:
        key = KEY_PREFIX + WORK_QUEUE
        until(lambda: queue.llen(key) >= 5, "a wake-up for each file")
        assert queue.llen(key) == 5
