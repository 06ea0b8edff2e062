"""oss2 as it is installed, with signatures of version 1 and 4: the documented samples of multipart upload.

The endpoint, the keys, the region and the certificate come from the environment.
"""

import contextlib
import io
import json
import os
import tempfile
from urllib.parse import urlsplit

import requests

import loopback  # noqa: F401
import oss2
from callback_server import serving
from oss2 import SizedFileAdapter, determine_part_size
from oss2.credentials import EnvironmentVariableCredentialsProvider, StaticCredentialsProvider
from oss2.models import PartInfo

BUCKET = "clients"
MIB = 1 << 20
KIB = 1 << 10
ENDPOINT = os.environ["OSS_ENDPOINT"]
REGION = os.environ["OSS_REGION"]
TEMPORARY = StaticCredentialsProvider("mpuspec-temporary", "mpuspec-temporary-secret", "mpuspec-token")


def refused(error, call, *arguments, **options):
    """The call has to be refused with this error, which has to bear a number."""
    try:
        call(*arguments, **options)
    except error as told:
        assert told.ec, told
        return told
    raise AssertionError(f"{error.__name__} was expected, and the call was answered with success")


def file_of(size):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(os.urandom(size))
    return file.name


def content(filename):
    with open(filename, "rb") as file:
        return file.read()


def upload(bucket, prefix):
    """The first sample: parts of a size that the SDK determines. Its CRC check is on, as it is by default."""
    key, filename = f"{prefix}/file", file_of(2 * MIB + 12_345)
    total_size = os.path.getsize(filename)
    part_size = determine_part_size(total_size, preferred_size=1 * MIB)
    upload_id = bucket.init_multipart_upload(key).upload_id
    parts = []
    with open(filename, "rb") as fileobj:
        part_number = 1
        offset = 0
        while offset < total_size:
            num_to_upload = min(part_size, total_size - offset)
            result = bucket.upload_part(key, upload_id, part_number, SizedFileAdapter(fileobj, num_to_upload))
            parts.append(PartInfo(part_number, result.etag, size=num_to_upload, part_crc=result.crc))
            offset += num_to_upload
            part_number += 1
    done = bucket.complete_multipart_upload(key, upload_id, parts)
    assert len(parts) == 3 and done.etag.endswith("-3"), done.etag
    assert done.crc == oss2.utils.calc_obj_crc_from_parts(parts)
    back = bucket.get_object(key)
    assert back.read() == content(filename), "the bytes differ"
    assert bucket.head_object(key).object_type == "Multipart"


def optional_headers(bucket, prefix):
    """The second: what the creation says is kept; nothing is overwritten; the ACL comes with the completion."""
    key = f"{prefix}/headers"
    headers = {
        "Cache-Control": "no-cache",
        "Content-Disposition": "oss_MultipartUpload.txt",
        "Expires": "1000",
        "x-oss-forbid-overwrite": "true",
        oss2.headers.OSS_SERVER_SIDE_ENCRYPTION: oss2.SERVER_SIDE_ENCRYPTION_KMS,
        "x-oss-storage-class": oss2.BUCKET_STORAGE_CLASS_IA,
        oss2.headers.OSS_OBJECT_TAGGING: "k1=v1&k2=v2&k3=v3",
        "x-oss-meta-author": "alice",
    }
    upload_id = bucket.init_multipart_upload(key, headers=headers).upload_id
    part = bucket.upload_part(key, upload_id, 1, b"one")
    acl = {"x-oss-object-acl": oss2.OBJECT_ACL_PUBLIC_READ}
    bucket.complete_multipart_upload(key, upload_id, [PartInfo(1, part.etag)], headers=acl)
    told = bucket.head_object(key).headers
    for name in ["Cache-Control", "Content-Disposition", "Expires", "x-oss-storage-class", "x-oss-meta-author"]:
        assert told[name] == headers[name], (name, told)
    assert told["x-oss-server-side-encryption"] == "KMS", told
    assert bucket.get_object_acl(key).acl == oss2.OBJECT_ACL_PUBLIC_READ
    tags = bucket.get_object_tagging(key).tag_set.tagging_rule
    assert tags == {"k1": "v1", "k2": "v2", "k3": "v3"}, tags
    told = refused(oss2.exceptions.ServerError, bucket.init_multipart_upload, key, headers=headers)
    assert (told.status, told.code) == (409, "FileAlreadyExists"), told
    assert bucket.get_object(key).read() == b"one"


def complete_all(bucket, prefix):
    """The third: the server lists the parts itself, whatever order they came in."""
    key = f"{prefix}/all"
    upload_id = bucket.init_multipart_upload(key).upload_id
    parts = {number: os.urandom(100 * KIB) for number in (3, 1, 2)}
    for number, data in parts.items():
        bucket.upload_part(key, upload_id, number, data)
    headers = {"x-oss-complete-all": "yes"}
    told = refused(
        oss2.exceptions.InvalidArgument,
        bucket.complete_multipart_upload,
        key,
        upload_id,
        [PartInfo(1, "0")],
        headers=headers,
    )
    assert told.ec == "0042-00000216", told
    bucket.complete_multipart_upload(key, upload_id, None, headers=headers)
    assert bucket.get_object(key).read() == parts[1] + parts[2] + parts[3], "the bytes differ"


def abort_and_list(bucket, prefix):
    """The fourth to the seventh: parts and uploads are listed, uploads are cancelled."""
    key = f"{prefix}/list"
    ids = sorted(bucket.init_multipart_upload(key).upload_id for _ in range(3))
    other = bucket.init_multipart_upload(f"{key}/other").upload_id
    sizes = [10, 20, 30]
    for number, size in enumerate(sizes, 1):
        bucket.upload_part(key, ids[0], number, bytes(size))
    listed = list(oss2.PartIterator(bucket, key, ids[0], max_parts=2))
    assert [(part.part_number, part.size) for part in listed] == list(enumerate(sizes, 1)), listed
    assert [told.upload_id for told in oss2.ObjectUploadIterator(bucket, key, max_uploads=2)] == ids
    told = [(told.key, told.upload_id) for told in oss2.MultipartUploadIterator(bucket, prefix=key, max_uploads=1)]
    assert told == [(key, upload_id) for upload_id in ids] + [(f"{key}/other", other)], told
    bucket.abort_multipart_upload(f"{key}/other", other)
    for upload_id in ids:
        bucket.abort_multipart_upload(key, upload_id)
        refused(oss2.exceptions.NoSuchUpload, bucket.abort_multipart_upload, key, upload_id)
    assert not list(oss2.MultipartUploadIterator(bucket, prefix=prefix))


def resumable(bucket, prefix):
    """An upload is interrupted and taken up again: only the parts that are missing are sent."""
    key, filename = f"{prefix}/resumable", file_of(5 * 200 * KIB + 7)
    store = oss2.ResumableStore(root=tempfile.mkdtemp())
    sent = []
    upload_part = bucket.upload_part

    def interrupted(key, upload_id, number, data, **options):
        if len(sent) == 3:
            raise InterruptedError
        sent.append(number)
        return upload_part(key, upload_id, number, data, **options)

    def counted(key, upload_id, number, data, **options):
        sent.append(number)
        return upload_part(key, upload_id, number, data, **options)

    options = {"store": store, "multipart_threshold": 100 * KIB, "part_size": 200 * KIB, "num_threads": 1}
    bucket.upload_part = interrupted
    # The SDK prints what interrupted it.
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            oss2.resumable_upload(bucket, key, filename, **options)
        except InterruptedError:
            pass
        else:
            raise AssertionError("the upload was not interrupted")
    bucket.upload_part = counted
    oss2.resumable_upload(bucket, key, filename, **options)
    del bucket.upload_part
    assert sorted(sent) == [1, 2, 3, 4, 5, 6], sent
    assert bucket.get_object(key).read() == content(filename), "the bytes differ"


def presigned_part(bucket, prefix):
    """A part goes up by its URL, and not by that of another part."""
    key = f"{prefix}/presigned"
    upload_id = bucket.init_multipart_upload(key).upload_id
    data = os.urandom(100 * KIB)
    params = {"partNumber": "1", "uploadId": upload_id}
    url = bucket.sign_url("PUT", key, 60, params=params, slash_safe=True)
    assert requests.put(url.replace("partNumber=1", "partNumber=2"), data=data).status_code == 403
    answer = requests.put(url, data=data)
    assert answer.status_code == 200, answer.text
    bucket.complete_multipart_upload(key, upload_id, [PartInfo(1, answer.headers["ETag"].strip('"'))])
    assert bucket.get_object(key).read() == data, "the bytes differ"


def callback(bucket, prefix):
    """Another server is told of the finished object, and its reply is the answer; if it fails, the object stays."""

    def encoded(value):
        return oss2.utils.b64encode_as_string(json.dumps(value))

    with serving() as (url, told):
        for path in ["", "fails"]:
            key = f"{prefix}/callback/{path}"
            asked = {
                "callbackUrl": f"{url}/{path}",
                "callbackBody": '{"object":${object},"size":${size},"mine":${x:mine}}',
                "callbackBodyType": "application/json",
            }
            headers = {"x-oss-callback": encoded(asked), "x-oss-callback-var": encoded({"x:mine": "a value"})}
            upload_id = bucket.init_multipart_upload(key).upload_id
            parts = [PartInfo(1, bucket.upload_part(key, upload_id, 1, b"12345").etag)]
            told.clear()
            # The SDK takes 203 for success, and leaves it to the caller to look.
            done = bucket.complete_multipart_upload(key, upload_id, parts, headers=headers)
            reply = done.resp.read()
            if path:
                assert done.status == 203 and b"<Code>CallbackFailed</Code>" in reply, reply
            else:
                assert (done.status, reply) == (200, b'{"Status":"OK"}'), reply
            expected = {"object": key, "size": 5, "mine": "a value"}
            assert told == [("application/json", expected)], told
            assert bucket.get_object(key).read() == b"12345"


def copied_part(bucket, prefix):
    """Parts are copied by closed and open ranges."""
    key, source = f"{prefix}/copied", os.urandom(200 * KIB + 5)
    bucket.put_object(f"{prefix}/source", source)
    upload_id = bucket.init_multipart_upload(key).upload_id
    parts = []
    for number, byte_range in enumerate([(0, 100 * KIB - 1), (100 * KIB, None)], 1):
        copied = bucket.upload_part_copy(BUCKET, f"{prefix}/source", byte_range, key, upload_id, number)
        parts.append(PartInfo(number, copied.etag))
    bucket.complete_multipart_upload(key, upload_id, parts)
    assert bucket.get_object(key).read() == source, "the bytes differ"


def wrong_credentials(make):
    """A wrong secret, a wrong key, and a temporary one without its token are refused."""
    name = os.environ["OSS_ACCESS_KEY_ID"]
    for key, secret, error in [
        (name, "wrong", oss2.exceptions.SignatureDoesNotMatch),
        ("nobody", "wrong", oss2.exceptions.ServerError),
        ("mpuspec-temporary", "mpuspec-temporary-secret", oss2.exceptions.ServerError),
    ]:
        bucket = oss2.Bucket(make(StaticCredentialsProvider(key, secret)), ENDPOINT, BUCKET, region=REGION)
        assert refused(error, bucket.init_multipart_upload, "k").status == 403


for version, make in [("V1", oss2.ProviderAuth), ("V4", oss2.ProviderAuthV4)]:
    for who, provider in [("lasting", EnvironmentVariableCredentialsProvider()), ("temporary", TEMPORARY)]:
        bucket = oss2.Bucket(make(provider), ENDPOINT, BUCKET, region=REGION)
        prefix = f"oss2/{urlsplit(ENDPOINT).hostname}/{version} {who}+ü"
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
            sample(bucket, prefix)
    wrong_credentials(make)
print(
    "V1 and V4, lasting and temporary keys: samples, optional headers, complete-all, listings, abort, "
    "a resumed upload, presigned parts, callbacks, copied parts, wrong credentials"
)
