"""boto3 with its defaults and path style: 20 MiB up and down in parts, byte-exact; a wrong secret is refused."""

import io
import os
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError


def client(secret):
    return boto3.client(
        "s3",
        endpoint_url=sys.argv[1],
        aws_access_key_id="mpuspec",
        aws_secret_access_key=secret,
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )


data = os.urandom(20 << 20)
s3 = client("mpuspec-secret")
parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
s3.upload_fileobj(io.BytesIO(data), "boto", "file", Config=parts)
back = io.BytesIO()
s3.download_fileobj("boto", "file", back, Config=parts)
assert back.getvalue() == data, "the bytes differ"
assert s3.head_object(Bucket="boto", Key="file")["ETag"].endswith('-4"')
try:
    client("wrong").list_objects_v2(Bucket="boto")
    sys.exit("a wrong secret was accepted")
except ClientError as error:
    assert error.response["Error"]["Code"] == "SignatureDoesNotMatch", error
print("boto3: 20 MiB in 4 parts, byte-exact; a wrong secret is refused")
