# syntax=docker/dockerfile:1
# A verifier on the CPU: one worker of a site whose settings and keys it is given.
# Build from the repository's root: docker buildx build --platform linux/amd64,linux/arm64 -f deploy/images/worker.Dockerfile .

FROM --platform=$BUILDPLATFORM debian:trixie-slim@sha256:a29215f6a35e51e22adffa17f89e9d2ef06214e64a2bad10d765c46aea49f11f AS wheel
COPY deploy/images/system.sh /images/
RUN /images/system.sh ca-certificates python3
WORKDIR /source
COPY . .
RUN deploy/images/wheel.sh /wheels

FROM debian:trixie-slim@sha256:a29215f6a35e51e22adffa17f89e9d2ef06214e64a2bad10d765c46aea49f11f AS packages
COPY deploy/images/system.sh /images/
RUN /images/system.sh ca-certificates python3
WORKDIR /source
COPY requirements/controller.txt requirements/
COPY scripts/vendor scripts/vendor
COPY deploy/images/venv.sh deploy/images/
COPY --from=wheel /wheels /wheels
RUN deploy/images/venv.sh requirements/controller.txt /wheels/*.whl

FROM debian:trixie-slim@sha256:a29215f6a35e51e22adffa17f89e9d2ef06214e64a2bad10d765c46aea49f11f
COPY deploy/images/system.sh deploy/images/user.sh /images/
RUN /images/system.sh python3 && /images/user.sh /var/lib/cctv /etc/cctv
COPY --from=packages /opt/cctv /opt/cctv
COPY deploy/images/healthy.py /opt/cctv/share/healthy.py
ENV PATH=/opt/cctv/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CCTV_DATA=/var/lib/cctv
WORKDIR /var/lib/cctv
USER 10001:10001
VOLUME /var/lib/cctv
# Written besides: a tmpfs at /tmp. The root may be read-only.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=20s --start-period=120s CMD ["cctv", "status"]
ENTRYPOINT ["cctv"]
CMD ["worker", "--config", "/var/lib/cctv/cctv.toml"]
