"""The servers that the other tests rely on do what those tests assume."""

import io
from collections.abc import Callable

import httpx
import paho.mqtt.client as paho
import psycopg
import pytest
from minio.error import S3Error
from paho.mqtt.enums import CallbackAPIVersion

from tests.servers.mosquitto import Mosquitto
from tests.servers.postgres import Postgres
from tests.servers.processes import answers
from tests.servers.stores import S3Store

pytestmark = pytest.mark.integration


def connects(broker: Mosquitto, user: str, password: str) -> bool:
    """Whether the broker lets this user in."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
    client.username_pw_set(user, password)
    client.connect(broker.host, broker.port)
    accepted: list[bool] = []
    client.on_connect = lambda _client, _data, _flags, reason, _properties: accepted.append(not reason.is_failure)
    while not accepted:
        assert client.loop(1) in {paho.MQTT_ERR_SUCCESS, paho.MQTT_ERR_CONN_REFUSED}
    client.disconnect()
    return accepted[0]


def put_if_absent(store: S3Store, key: str) -> None:
    """PUT on condition that nothing is there."""
    store.client()._execute("PUT", store.bucket, key, body=b"2", headers={"If-None-Match": ["*"]})


def test_mosquitto_knows_its_users_and_nobody_else(mosquitto: Callable[..., Mosquitto]) -> None:
    broker = mosquitto(users={"node-a": "right"})
    assert connects(broker, "node-a", "right")
    assert not connects(broker, "node-a", "wrong")
    assert not connects(broker, "node-b", "right")


def test_mosquitto_comes_back_on_its_port(mosquitto: Callable[..., Mosquitto]) -> None:
    broker = mosquitto()
    broker.server.kill()
    assert not answers(broker.port)
    broker.server.start()
    assert connects(broker, "anyone", "anything")


def test_each_test_has_an_empty_database(postgres_url: str, postgres: Postgres) -> None:
    address = postgres_url.replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        connection.execute("CREATE TABLE seen (id int)")
    assert tables == (0,)
    assert postgres.url("x") != postgres_url


def test_s3_keeps_bytes_and_asks_for_credentials(any_s3: S3Store) -> None:
    client = any_s3.client()
    client.put_object(any_s3.bucket, "a/b", io.BytesIO(b"bytes"), 5)
    with client.get_object(any_s3.bucket, "a/b") as found:
        assert found.read() == b"bytes"
    assert httpx.get(f"http://{any_s3.endpoint}/{any_s3.bucket}/a/b").status_code in {400, 403}


def test_s3_conditional_put_is_where_the_two_stores_differ(s3: S3Store, second_s3: S3Store) -> None:
    for store in (s3, second_s3):
        store.client().put_object(store.bucket, "once", io.BytesIO(b"1"), 1)
    with pytest.raises(S3Error, match="PreconditionFailed"):
        put_if_absent(s3, "once")
    put_if_absent(second_s3, "once")
