"""boto3 as it is installed: 20 MiB up and down in parts; presigned parts; a part copied on conditions.

The endpoint, the keys, the region and the certificate come from the environment, as boto3 reads them.
"""

import io
import os
from ssl import create_default_context
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET = "clients"
MIB = 1 << 20


def refused(code, call, **arguments):
    """The call has to be refused with this code."""
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise AssertionError(f"{code} was expected, and the call was answered with success")


def round_trip(s3):
    data = os.urandom(20 * MIB)
    s3.upload_fileobj(io.BytesIO(data), BUCKET, "boto3/file")
    back = io.BytesIO()
    s3.download_fileobj(BUCKET, "boto3/file", back)
    assert back.getvalue() == data, "the bytes differ"
    assert s3.head_object(Bucket=BUCKET, Key="boto3/file")["ETag"].endswith('-3"')
    return data


def put(url, body):
    """Sends a body to a presigned URL with nothing of boto3 in between; gives the status and the ETag."""
    bundle = os.environ.get("AWS_CA_BUNDLE")
    context = create_default_context(cafile=bundle) if url.startswith("https:") else None
    try:
        with urlopen(Request(url, body, method="PUT"), context=context) as answer:
            return answer.status, answer.headers["ETag"]
    except HTTPError as error:
        return error.code, None


def presigned_part(s3):
    """A part goes up by its URL, and not by that of another part, nor by one of signature version 2."""
    place = {"Bucket": BUCKET, "Key": "boto3/presigned"}
    upload = {**place, "UploadId": s3.create_multipart_upload(**place)["UploadId"]}
    part = {**upload, "PartNumber": 1}
    body = os.urandom(100_000)
    # boto3 signs URLs by version 2 unless told otherwise; AWS takes it for old buckets alone.
    assert put(s3.generate_presigned_url("upload_part", part, ExpiresIn=60), body)[0] == 400
    version_4 = boto3.client("s3", config=Config(signature_version="s3v4"))
    url = version_4.generate_presigned_url("upload_part", part, ExpiresIn=60)
    assert put(url.replace("partNumber=1", "partNumber=2"), body)[0] == 403
    status, etag = put(url, body)
    assert status == 200, status
    numbers = [part["PartNumber"] for part in s3.list_parts(**upload)["Parts"]]
    assert numbers == [1], numbers
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    assert s3.get_object(**place)["Body"].read() == body, "the bytes differ"


def copied_part(s3, source):
    """A range becomes a part while the source is what the caller thinks it is, and else it does not."""
    etag = s3.head_object(Bucket=BUCKET, Key="boto3/file")["ETag"]
    place = {"Bucket": BUCKET, "Key": "boto3/copied"}
    upload = {**place, "UploadId": s3.create_multipart_upload(**place)["UploadId"]}
    copy = {
        **upload,
        "PartNumber": 1,
        "CopySource": {"Bucket": BUCKET, "Key": "boto3/file"},
        "CopySourceRange": f"bytes={MIB}-{7 * MIB - 1}",
    }
    refused("PreconditionFailed", s3.upload_part_copy, **copy, CopySourceIfMatch='"0"')
    refused("PreconditionFailed", s3.upload_part_copy, **copy, CopySourceIfNoneMatch=etag)
    part = s3.upload_part_copy(**copy, CopySourceIfMatch=etag)["CopyPartResult"]
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert s3.get_object(**place)["Body"].read() == source[MIB : 7 * MIB], "the bytes differ"


s3 = boto3.client("s3")
data = round_trip(s3)
presigned_part(s3)
copied_part(s3, data)
wrong = boto3.client("s3", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_secret_access_key="wrong")
refused("SignatureDoesNotMatch", wrong.list_objects_v2, Bucket=BUCKET)
print("20 MiB in parts, byte-exact; a presigned part; a part copied on conditions; a wrong secret refused")
