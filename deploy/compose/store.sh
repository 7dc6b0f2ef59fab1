#!/bin/sh
# Starts the S3 gateway on /data with the keys from their files, and makes its one bucket.
set -eu
mkdir -p /data/cctv
ROOT_ACCESS_KEY=$(cat /run/secrets/s3-access-key)
ROOT_SECRET_KEY=$(cat /run/secrets/s3-secret-key)
export ROOT_ACCESS_KEY ROOT_SECRET_KEY
exec versitygw --port :7070 --health /health posix /data
