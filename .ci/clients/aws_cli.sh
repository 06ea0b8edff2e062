#!/usr/bin/env bash
# The AWS CLI as it is installed: 20 MiB up and down, byte-exact. Endpoint, keys and certificate come
# from the environment.
set -euo pipefail
cd "$(mktemp -d "$HOME/aws_cli.XXXXXX")"
head -c 20971520 /dev/urandom >up
aws s3 cp --no-progress up s3://clients/aws-cli/file >/dev/null
aws s3 cp --no-progress s3://clients/aws-cli/file down >/dev/null
cmp up down
etag=$(aws s3api head-object --bucket clients --key aws-cli/file --query ETag --output text)
case $etag in
  *-3\") ;;
  *) echo "the object was not uploaded in 3 parts: its ETag is $etag" >&2; exit 1 ;;
esac
echo "20 MiB in parts, byte-exact"
