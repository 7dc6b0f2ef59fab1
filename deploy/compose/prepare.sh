#!/bin/sh
# Makes what compose.yaml needs and nobody else may know: secrets, folders, and a certificate to begin with. As root, once:
# what is there is left as it is. $1: the name that people and nodes use.
set -eu
name=${1:?usage: prepare.sh NAME (for example cctv.example)}
cd "$(dirname "$0")"
umask 077
mkdir -p secrets footage acme
chmod 0711 secrets

fresh() {  # FILE OWNER: a secret of 192 bits
    [ -e "secrets/$1" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"secrets/$1"
    chown "$2" "secrets/$1"
}
fresh database-password 999:999
fresh s3-access-key 10001:10001
fresh s3-secret-key 10001:10001
fresh grafana-password 472:0
[ -e secrets/database-url ] || printf 'postgresql://cctv:%s@database/cctv' "$(cat secrets/database-password)" >secrets/database-url
[ -e secrets/metrics-token ] || : >secrets/metrics-token
chown 10001:10001 secrets/database-url footage
chown 65534:65534 secrets/metrics-token
chmod 0755 acme

if [ ! -e secrets/tls-key ]; then  # browsers warn of it: put your own in its place, or one by ACME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj "/CN=$name" \
        -addext "subjectAltName=DNS:$name" -keyout secrets/tls-key -out secrets/tls-certificate 2>/dev/null
fi
chown 101:101 secrets/tls-key
chmod 0644 secrets/tls-certificate
sed -i "s/cctv\.example/$name/g" cctv.toml nginx/name.conf
