"""Writes the configuration file of a node that was let in: no secret but what its cameras' addresses hold."""

from shared.enrolment import Admission, EnrolledCamera
from shared.toml_text import toml_string


def write_node_file(
    admission: Admission,
    url: str,
    broker_host: str,
    key_file: str,
    cameras: tuple[EnrolledCamera, ...],
    ca_pem: str | None,
) -> str:
    """The file's text; `cctv-edge run --config FILE` reads it."""
    broker = admission.broker
    films = [one.source for one in cameras if one.source.startswith("/")]
    folders = dict.fromkeys(film.rpartition("/")[0] or "/" for film in films)
    lines = [
        "# Keep this file to its owner: cameras' addresses may hold passwords.",
        f"site = {toml_string(admission.site)}",
        f"node = {toml_string(admission.node)}",
        f"data_dir = {toml_string(data_folder(admission.node))}",
        *([f"film_folders = [{', '.join(map(toml_string, folders))}]"] if folders else []),
        f"controller_url = {toml_string(url)}",
        f"key_file = {toml_string(key_file)}",
        *([f"ca_pem = {toml_string(ca_pem)}"] if ca_pem is not None else []),
        "",
        "[broker]",
        f"host = {toml_string(broker_host)}",
        f"port = {broker.port}",
        *([f"password = {toml_string(broker.password)}"] if broker.password is not None else []),
        f"tls = {str(broker.tls).lower()}",
    ]
    for camera in cameras:
        lines += ["", "[[cameras]]", f"name = {toml_string(camera.name)}", f"source = {toml_string(camera.source)}"]
        if camera.sub_source is not None:
            lines.append(f"sub_source = {toml_string(camera.sub_source)}")
    return "\n".join(lines) + "\n"


def data_folder(node: str) -> str:
    """Where the node keeps its data, beside its file."""
    return f"{node}-data"
