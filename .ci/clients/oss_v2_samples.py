"""alibabacloud-oss-v2 as it is installed, with signatures of version 1 and 4: the same ground as with oss2.

The endpoint, the keys, the region and the certificate come from the environment.
"""

import base64
import contextlib
import io
import json
import os
import tempfile
from datetime import timedelta
from urllib.parse import urlsplit

import requests

import loopback  # noqa: F401
import alibabacloud_oss_v2 as oss
from callback_server import serving

BUCKET = "clients"
KIB = 1 << 10
PART = 100 * KIB
ENDPOINT = os.environ["OSS_ENDPOINT"]
LASTING = oss.credentials.EnvironmentVariableCredentialsProvider()
TEMPORARY = oss.credentials.StaticCredentialsProvider(
    "mpuspec-temporary", "mpuspec-temporary-secret", "mpuspec-token"
)


def client_of(provider, version):
    config = oss.config.load_default()
    config.credentials_provider = provider
    config.region = os.environ["OSS_REGION"]
    config.endpoint = ENDPOINT
    config.signature_version = version
    config.retry_max_attempts = 1
    return oss.Client(config)


def refused(code, call, request):
    """The call has to be refused with this code, and with a number."""
    try:
        call(request)
    except oss.exceptions.OperationError as error:
        told = error.unwrap()
        assert isinstance(told, oss.exceptions.ServiceError), told
        assert told.code == code and told.ec, (told.code, told.ec)
        return told
    raise AssertionError(f"{code} was expected, and the call was answered with success")


def create(client, key, **headers):
    request = oss.InitiateMultipartUploadRequest(bucket=BUCKET, key=key, **headers)
    return client.initiate_multipart_upload(request).upload_id


def send(client, key, upload_id, number, data):
    """The SDK compares the CRC-64 that it is told with its own, as it does by default."""
    request = oss.UploadPartRequest(bucket=BUCKET, key=key, upload_id=upload_id, part_number=number, body=data)
    return oss.UploadPart(part_number=number, etag=client.upload_part(request).etag)


def complete(client, key, upload_id, parts=None, **headers):
    document = oss.CompleteMultipartUpload(parts=parts) if parts else None
    return client.complete_multipart_upload(
        oss.CompleteMultipartUploadRequest(
            bucket=BUCKET, key=key, upload_id=upload_id, complete_multipart_upload=document, **headers
        )
    )


def content(client, key):
    with client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=key)).body as body:
        return body.read()


def upload(client, prefix):
    """Parts one by one, listed at the end in the order of their numbers."""
    key = f"{prefix}/file"
    pieces = {number: os.urandom(PART) for number in (2, 1)} | {3: os.urandom(7)}
    upload_id = create(client, key)
    parts = [send(client, key, upload_id, number, data) for number, data in pieces.items()]
    done = complete(client, key, upload_id, sorted(parts, key=lambda part: part.part_number))
    assert done.etag.strip('"').endswith("-3"), done.etag
    whole = b"".join(pieces[number] for number in (1, 2, 3))
    assert content(client, key) == whole, "the bytes differ"
    head = client.head_object(oss.HeadObjectRequest(bucket=BUCKET, key=key))
    assert (head.object_type, head.content_length, head.hash_crc64) == ("Multipart", len(whole), done.hash_crc64)


def optional_headers(client, prefix):
    """What the creation says is kept; nothing is overwritten; the ACL comes with the completion."""
    key = f"{prefix}/headers"
    headers = {
        "cache_control": "no-cache",
        "content_disposition": "oss_MultipartUpload.txt",
        "content_type": "text/plain",
        "storage_class": "IA",
        "server_side_encryption": "AES256",
        "tagging": "k1=v1&k2=v2",
        "metadata": {"author": "alice"},
        "forbid_overwrite": True,
    }
    upload_id = create(client, key, **headers)
    complete(client, key, upload_id, [send(client, key, upload_id, 1, b"one")], acl="public-read")
    head = client.head_object(oss.HeadObjectRequest(bucket=BUCKET, key=key))
    for name in ["cache_control", "content_disposition", "content_type", "storage_class", "server_side_encryption"]:
        assert getattr(head, name) == headers[name], (name, getattr(head, name))
    assert head.metadata == {"author": "alice"}, head.metadata
    assert client.get_object_acl(oss.GetObjectAclRequest(bucket=BUCKET, key=key)).acl == "public-read"
    tags = client.get_object_tagging(oss.GetObjectTaggingRequest(bucket=BUCKET, key=key)).tag_set.tags
    assert {tag.key: tag.value for tag in tags} == {"k1": "v1", "k2": "v2"}, tags
    again = oss.InitiateMultipartUploadRequest(bucket=BUCKET, key=key, forbid_overwrite=True)
    assert refused("FileAlreadyExists", client.initiate_multipart_upload, again).status_code == 409
    assert content(client, key) == b"one"


def complete_all(client, prefix):
    """The server lists the parts itself, whatever order they came in."""
    key = f"{prefix}/all"
    upload_id = create(client, key)
    pieces = {number: os.urandom(PART) for number in (3, 1, 2)}
    parts = [send(client, key, upload_id, number, data) for number, data in pieces.items()]
    both = oss.CompleteMultipartUploadRequest(
        bucket=BUCKET,
        key=key,
        upload_id=upload_id,
        complete_all="yes",
        complete_multipart_upload=oss.CompleteMultipartUpload(parts=parts),
    )
    assert refused("InvalidArgument", client.complete_multipart_upload, both).ec == "0042-00000216"
    complete(client, key, upload_id, complete_all="yes")
    assert content(client, key) == pieces[1] + pieces[2] + pieces[3], "the bytes differ"


def abort_and_list(client, prefix):
    """Pages of parts and of uploads are walked; uploads are cancelled, and then are gone."""
    key = f"{prefix}/list"
    ids = sorted(create(client, key) for _ in range(3))
    sizes = [10, 20, 30]
    for number, size in enumerate(sizes, 1):
        send(client, key, ids[0], number, bytes(size))
    pages = client.list_parts_paginator(limit=2).iter_page(
        oss.ListPartsRequest(bucket=BUCKET, key=key, upload_id=ids[0])
    )
    pages = [[(part.part_number, part.size) for part in page.parts] for page in pages]
    assert pages == [[(1, 10), (2, 20)], [(3, 30)]], pages
    walk = client.list_multipart_uploads_paginator(limit=1).iter_page(
        oss.ListMultipartUploadsRequest(bucket=BUCKET, prefix=prefix)
    )
    told = [(one.key, one.upload_id) for page in walk for one in page.uploads or []]
    assert told == [(key, upload_id) for upload_id in ids], told
    for upload_id in ids:
        abort = oss.AbortMultipartUploadRequest(bucket=BUCKET, key=key, upload_id=upload_id)
        client.abort_multipart_upload(abort)
        refused("NoSuchUpload", client.abort_multipart_upload, abort)
    left = client.list_multipart_uploads(oss.ListMultipartUploadsRequest(bucket=BUCKET, prefix=prefix))
    assert not left.uploads, left.uploads


def resumable(client, prefix):
    """The uploader is interrupted and starts again from its checkpoint: only what is missing is sent."""
    key, data = f"{prefix}/resumable", os.urandom(5 * 2 * PART + 7)
    sent = []
    upload_part = client.upload_part

    def interrupted(request, **options):
        if len(sent) == 3:
            raise InterruptedError
        sent.append(request.part_number)
        return upload_part(request, **options)

    def counted(request, **options):
        sent.append(request.part_number)
        return upload_part(request, **options)

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        with open(path, "wb") as file:
            file.write(data)
        uploader = client.uploader(
            part_size=2 * PART, parallel_num=1, enable_checkpoint=True, checkpoint_dir=folder, leave_parts_on_error=True
        )
        request = oss.PutObjectRequest(bucket=BUCKET, key=key)
        client.upload_part = interrupted
        with contextlib.redirect_stderr(io.StringIO()):
            try:
                uploader.upload_file(request, path)
            except Exception:  # The SDK wraps what interrupted it.
                pass
            else:
                raise AssertionError("the upload was not interrupted")
        client.upload_part = counted
        uploader.upload_file(request, path)
    del client.upload_part
    assert sorted(sent) == [1, 2, 3, 4, 5, 6], sent
    assert content(client, key) == data, "the bytes differ"


def presigned_part(client, prefix):
    """A part goes up by its URL, and not by that of another part."""
    key = f"{prefix}/presigned"
    upload_id = create(client, key)
    data = os.urandom(PART)
    request = oss.UploadPartRequest(bucket=BUCKET, key=key, upload_id=upload_id, part_number=1)
    signed = client.presign(request, expires=timedelta(seconds=60))
    other = signed.url.replace("partNumber=1", "partNumber=2")
    assert requests.put(other, data=data, headers=signed.signed_headers).status_code == 403
    answer = requests.put(signed.url, data=data, headers=signed.signed_headers)
    assert answer.status_code == 200, answer.text
    complete(client, key, upload_id, [oss.UploadPart(part_number=1, etag=answer.headers["ETag"])])
    assert content(client, key) == data, "the bytes differ"


def callback(client, prefix):
    """Another server is told of the finished object, and its reply is the answer; if it fails, the object stays."""

    def encoded(value):
        return base64.b64encode(json.dumps(value).encode()).decode()

    with serving() as (url, told):
        for path in ["", "fails"]:
            key = f"{prefix}/callback/{path}"
            asked = {
                "callbackUrl": f"{url}/{path}",
                "callbackBody": '{"object":${object},"size":${size},"mine":${x:mine}}',
                "callbackBodyType": "application/json",
            }
            upload_id = create(client, key)
            parts = [send(client, key, upload_id, 1, b"12345")]
            told.clear()
            done = complete(
                client, key, upload_id, parts, callback=encoded(asked), callback_var=encoded({"x:mine": "a value"})
            )
            assert done.status_code == (203 if path else 200), done.status_code
            if not path:
                assert json.loads(done.callback_result) == {"Status": "OK"}, done.callback_result
            expected = {"object": key, "size": 5, "mine": "a value"}
            assert told == [("application/json", expected)], told
            assert content(client, key) == b"12345"


def copied_part(client, prefix):
    """Parts are copied by ranges."""
    key, source = f"{prefix}/copied", f"{prefix}/source"
    data = os.urandom(PART + 5)
    client.put_object(oss.PutObjectRequest(bucket=BUCKET, key=source, body=data))
    upload_id = create(client, key)
    parts = []
    for number, (first, last) in enumerate([(0, PART - 1), (PART, PART + 4)], 1):
        copied = client.upload_part_copy(
            oss.UploadPartCopyRequest(
                bucket=BUCKET,
                key=key,
                upload_id=upload_id,
                part_number=number,
                source_bucket=BUCKET,
                source_key=source,
                source_range=f"bytes={first}-{last}",
            )
        )
        parts.append(oss.UploadPart(part_number=number, etag=copied.etag))
    complete(client, key, upload_id, parts)
    assert content(client, key) == data, "the bytes differ"


def wrong_credentials(version):
    """A wrong secret, a wrong key, and a temporary one without its token are refused."""
    name = os.environ["OSS_ACCESS_KEY_ID"]
    for key, secret, code in [
        (name, "wrong", "SignatureDoesNotMatch"),
        ("nobody", "wrong", "InvalidAccessKeyId"),
        ("mpuspec-temporary", "mpuspec-temporary-secret", "InvalidAccessKeyId"),
    ]:
        client = client_of(oss.credentials.StaticCredentialsProvider(key, secret), version)
        request = oss.InitiateMultipartUploadRequest(bucket=BUCKET, key="k")
        assert refused(code, client.initiate_multipart_upload, request).status_code == 403


for version in ["v1", "v4"]:
    for who, provider in [("lasting", LASTING), ("temporary", TEMPORARY)]:
        client = client_of(provider, version)
        prefix = f"oss-v2/{urlsplit(ENDPOINT).hostname}/{version} {who}+ü"
        for sample in (
            upload,
            optional_headers,
            complete_all,
            abort_and_list,
            resumable,
            presigned_part,
            callback,
            copied_part,
        ):
            sample(client, prefix)
    wrong_credentials(version)
print(
    "v1 and v4, lasting and temporary keys: samples, optional headers, complete-all, listings, abort, "
    "a resumed upload, presigned parts, callbacks, copied parts, wrong credentials"
)
