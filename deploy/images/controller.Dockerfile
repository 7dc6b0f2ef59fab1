# syntax=docker/dockerfile:1
# Every role of the controller, under one supervisor or one by one, and mosquitto for its nodes.
# Build from the repository's root: docker buildx build --platform linux/amd64,linux/arm64 -f deploy/images/controller.Dockerfile .

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
RUN /images/system.sh python3 mosquitto && /images/user.sh /var/lib/cctv /etc/cctv
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
EXPOSE 8443 8883 8884
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=20s --start-period=90s CMD ["cctv", "status"]
ENTRYPOINT ["cctv"]
CMD ["up"]
