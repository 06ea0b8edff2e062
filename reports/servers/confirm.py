"""What exploring found of a server, made by hand with boto3: confirm.py NAME ENDPOINT

Each sequence prints what it did and what came. Nothing of the suite is in it. Called by `CONFIRM=yes reports/again NAME`.
"""
import contextlib
import io
import sys
import threading
import uuid

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

KEYS = {
    "moto": ("testing", "testing"),
    "swift": ("test:tester", "testing"),
    "localstack": ("test", "test"),
    "s3s-fs": ("AKEXAMPLES3S", "SKEXAMPLES3S"),
    "garage": ("GK0123456789abcdef01234567", "0123456789abcdef" * 4),
    "versitygw": ("AKEXAMPLEVGW", "SKEXAMPLEVGW"),
    "minio": ("AKEXAMPLEMINIO", "SKEXAMPLEMINIO0"),
    "s3mock": ("AKEXAMPLES3MOCK", "SKEXAMPLES3MOCK"),
    "s3proxy": ("AKEXAMPLES3PROXY", "SKEXAMPLES3PROXY"),
    "radosgw": ("AKEXAMPLERGW", "SKEXAMPLERGW"),
    "seaweedfs": ("AKEXAMPLEWEED", "SKEXAMPLEWEED"),
    "rclone": ("AKEXAMPLERCLONE", "SKEXAMPLERCLONE"),
}
MIB = 1 << 20
NAME = None
BUCKET = f"by-hand-{uuid.uuid4().hex[:8]}"


class Hand:
    """One upload of one key, call by call."""

    def __init__(self, s3, key=None):
        self.s3, self.key = s3, key or f"by-hand/{uuid.uuid4().hex[:8]}"
        self.id = None

    def say(self, what, call):
        try:
            answer = call()
            told = self.told(what, answer)
        except ClientError as error:
            answer = None
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            told = f"{status} {error.response['Error'].get('Code')}"
        except (BotoCoreError, KeyError) as error:
            answer, told = None, type(error).__name__
        print(f"    {what}: {told}")
        return answer

    def told(self, what, answer):
        if "Body" in answer:
            body = answer["Body"].read()
            return f"200, {len(body)} bytes of {sorted(set(chr(b) for b in body))}, ETag {answer['ETag']}"
        if what.startswith("list parts"):
            return f"200, parts {[(p['PartNumber'], p['Size']) for p in answer.get('Parts', [])]}"
        if what.startswith("list uploads"):
            return f"200, uploads of {[u['Key'] == self.key for u in answer.get('Uploads', [])]}"
        return f"{answer['ResponseMetadata']['HTTPStatusCode']}" + (
            f", ETag {answer['ETag']}" if "ETag" in answer else "")

    def create(self):
        answer = self.say("create", lambda: self.s3.create_multipart_upload(Bucket=BUCKET, Key=self.key))
        self.id = answer and answer["UploadId"]
        return self

    def part(self, number, letter, size):
        call = lambda: self.s3.upload_part(
            Bucket=BUCKET, Key=self.key, UploadId=self.id, PartNumber=number, Body=letter.encode() * size)
        answer = self.say(f"part {number}, {size} bytes of {letter}", call)
        return {"PartNumber": number, "ETag": answer["ETag"] if answer else '"0"'}

    def copy(self, number, source):
        call = lambda: self.s3.upload_part_copy(
            Bucket=BUCKET, Key=self.key, UploadId=self.id, PartNumber=number,
            CopySource={"Bucket": BUCKET, "Key": source})
        return self.say(f"copy part {number}", call)

    def complete(self, parts):
        return self.say(f"complete with {[p['PartNumber'] for p in parts]}", lambda: self.completes(parts))

    def completes(self, parts):
        return self.s3.complete_multipart_upload(
            Bucket=BUCKET, Key=self.key, UploadId=self.id, MultipartUpload={"Parts": parts})

    def abort(self):
        return self.say("abort", lambda: self.aborts())

    def aborts(self):
        return self.s3.abort_multipart_upload(Bucket=BUCKET, Key=self.key, UploadId=self.id)

    def parts(self, **more):
        return self.say(f"list parts {more or ''}".strip(), lambda: self.s3.list_parts(
            Bucket=BUCKET, Key=self.key, UploadId=self.id, **more))

    def uploads(self):
        return self.say("list uploads", lambda: self.s3.list_multipart_uploads(Bucket=BUCKET, Prefix=self.key))

    def put(self, letter, size):
        return self.say(f"put {size} bytes of {letter}", lambda: self.s3.put_object(
            Bucket=BUCKET, Key=self.key, Body=letter.encode() * size))

    def get(self):
        return self.say("get", lambda: self.s3.get_object(Bucket=BUCKET, Key=self.key))

    def delete(self):
        return self.say("delete", lambda: self.s3.delete_object(Bucket=BUCKET, Key=self.key))


def at_once(*calls):
    """Each call on a thread of its own, released by one barrier. Given is what each came to."""
    came, barrier = [None] * len(calls), threading.Barrier(len(calls))

    def run(at, call):
        barrier.wait()
        try:
            came[at] = call()
        except (ClientError, BotoCoreError) as error:
            came[at] = error
    threads = [threading.Thread(target=run, args=(at, call)) for at, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def done(answer):
    return not isinstance(answer, Exception)


SEQUENCES = {}


def of(*names):
    def keep(sequence):
        for name in names:
            SEQUENCES.setdefault(name, []).append(sequence)
        return sequence
    return keep


@of("swift")
def a_part_number_above_one_thousand(s3):
    Hand(s3).create().part(10_000, "a", 10)


@of(*KEYS)
def an_ended_upload(s3):
    """After the completion: parts, listing, completion and abort of the same id, and the object."""
    hand = Hand(s3).create()
    one = hand.part(1, "a", 1000)
    hand.complete([one])
    hand.parts()
    hand.part(1, "b", 2000)
    hand.parts()
    hand.complete([one])
    hand.get()
    hand.abort()
    hand.get()


@of(*KEYS)
def an_aborted_upload(s3):
    hand = Hand(s3).create()
    one = hand.part(1, "a", 1000)
    hand.abort()
    hand.parts()
    hand.part(1, "b", 2000)
    hand.complete([one])
    hand.abort()


@of(*KEYS)
def pages_of_parts(s3):
    hand = Hand(s3).create()
    hand.part(3, "a", 100)
    hand.parts()
    hand.parts(MaxParts=1, PartNumberMarker=2)
    hand.parts(MaxParts=1, PartNumberMarker=3)
    hand.abort()


@of(*KEYS)
def a_list_with_a_part_twice(s3):
    hand = Hand(s3).create()
    one = hand.part(3, "a", 100)
    hand.complete([one, one])
    hand.complete([one])
    hand.complete([one, one])
    hand.get()


@of("localstack", "moto")
def a_list_with_a_full_part_twice(s3):
    hand = Hand(s3).create()
    one = hand.part(3, "a", 5 * MIB)
    hand.complete([one, one])
    hand.get()


@of("s3s-fs", "garage")
def a_list_that_begins_with_two(s3):
    hand = Hand(s3).create()
    two = hand.part(2, "a", 100)
    hand.complete([two])
    hand.parts()
    hand.complete([two])
    hand.get()


@of(*KEYS)
def a_refused_completion(s3):
    """The upload goes on behind it."""
    hand = Hand(s3).create()
    one = hand.part(1, "a", 100)
    hand.complete([one, {"PartNumber": 99, "ETag": '"0"'}])
    hand.parts()
    hand.complete([one])
    hand.get()
    hand.abort()


@of(*KEYS)
def a_delete_of_the_key(s3):
    """A deletion of the object while an upload of the same key is in progress."""
    hand = Hand(s3).create()
    one = hand.part(1, "a", 100)
    hand.delete()
    hand.parts()
    hand.uploads()
    hand.complete([one])
    hand.get()


@of(*KEYS)
def a_put_of_the_key(s3):
    hand = Hand(s3).create()
    one = hand.part(1, "a", 100)
    hand.put("p", 10)
    hand.parts()
    hand.complete([one])
    hand.get()


@of("garage", "s3s-fs")
def part_numbers_and_sizes(s3):
    hand = Hand(s3).create()
    hand.part(0, "z", 10)
    hand.part(1, "e", 0)
    hand.parts()
    hand.abort()
    hand = Hand(s3).create()
    hand.complete([hand.part(1, "a", 100), hand.part(2, "b", 100)])
    hand.get()
    source = Hand(s3)
    source.put("s", 20)
    hand = Hand(s3).create()
    hand.copy(1, source.key)
    hand.parts()
    hand.abort()


@of(*KEYS)
def completion_and_abort_at_once(s3, rounds=200):
    """Both answered with success, and what is there then."""
    both = lost = 0
    for _ in range(rounds):
        hand, one = one_part(s3, 1000)
        completed, aborted = at_once(lambda: hand.completes([one]), hand.aborts)
        if done(completed) and done(aborted):
            both += 1
            lost += read(s3, hand.key) != b"a" * 1000
    print(f"    {rounds} rounds: both answered with success in {both}; of these the object was not there in {lost}")


@of(*KEYS)
def completion_and_a_new_part_at_once(s3, rounds=200):
    """The listed part is replaced while the completion runs: the object is that of the list, or the list is refused."""
    completed, wrong = 0, []
    for _ in range(rounds):
        hand, one = one_part(s3, 64 << 10)
        answer, _ = at_once(lambda: hand.completes([one]), lambda: s3.upload_part(
            Bucket=BUCKET, Key=hand.key, UploadId=hand.id, PartNumber=1, Body=b"b" * (48 << 10)))
        if done(answer):
            completed += 1
            found = read(s3, hand.key)
            if found != b"a" * (64 << 10):
                wrong.append(in_words(found))
    print(f"    {rounds} rounds: completed in {completed}; another object than the list's in {len(wrong)}: {sorted(set(wrong))}")


@of(*KEYS)
def a_read_while_a_completion_runs(s3, rounds=100):
    """The old object or the new one: bytes and ETag of the same."""
    mixed = []
    for _ in range(rounds):
        hand = Hand(s3)
        old = s3.put_object(Bucket=BUCKET, Key=hand.key, Body=b"o" * 1000)["ETag"]
        silent(hand.create)
        one = silent(lambda: hand.part(1, "n", 5 * MIB))

        def get():
            answer = s3.get_object(Bucket=BUCKET, Key=hand.key)
            return answer["ETag"], answer["ContentLength"], answer["Body"].read()
        completed, seen = at_once(lambda: hand.completes([one]), get)
        if not done(seen):
            code = seen.response["Error"].get("Code") if isinstance(seen, ClientError) else type(seen).__name__
            mixed.append(f"{code}")
        elif (seen[0] == old) != (seen[2] == b"o" * 1000):
            mixed.append(f"{len(seen[2])} bytes of {sorted(set(map(chr, seen[2])))} with the {'old' if seen[0] == old else 'new'} ETag")
    print(f"    {rounds} rounds: neither the old nor the new object in {len(mixed)}: {sorted(set(mixed))}")


@of(*KEYS)
def two_completions_at_once(s3, rounds=100):
    """Of one upload: whatever both are answered, an acknowledged object is there."""
    acknowledged = lost = 0
    for _ in range(rounds):
        hand, one = one_part(s3, 1000)
        answers = at_once(*[lambda: hand.completes([one])] * 2)
        if any(map(done, answers)):
            acknowledged += 1
            lost += read(s3, hand.key) != b"a" * 1000
    print(f"    {rounds} rounds: acknowledged in {acknowledged}; of these the object was not there in {lost}")


@of(*KEYS)
def one_part_number_twice_at_once(s3, rounds=200):
    """Completed with the ETag that is listed then: the object is the one part or the other, whole."""
    completed, wrong = 0, []
    for _ in range(rounds):
        hand = silent(Hand(s3).create)

        def send(letter, size):
            return lambda: s3.upload_part(Bucket=BUCKET, Key=hand.key, UploadId=hand.id, PartNumber=1,
                                          Body=letter * size)
        at_once(send(b"a", 64 << 10), send(b"b", 48 << 10))
        listed = s3.list_parts(Bucket=BUCKET, Key=hand.key, UploadId=hand.id).get("Parts", [])
        try:
            hand.completes([{"PartNumber": 1, "ETag": listed[0]["ETag"]}])
        except (ClientError, KeyError, IndexError) as error:
            wrong.append("no ETag is listed" if isinstance(error, KeyError) else type(error).__name__)
            continue
        completed += 1
        found = read(s3, hand.key)
        if found not in (b"a" * (64 << 10), b"b" * (48 << 10)):
            wrong.append(in_words(found))
    print(f"    {rounds} rounds: completed in {completed}; no whole part in {len(wrong)}: {sorted(set(wrong))}")


@of(*KEYS)
def an_abort_over_an_object(s3):
    """The object stays."""
    hand = Hand(s3)
    hand.put("p", 10)
    hand.create()
    hand.part(1, "a", 100)
    hand.abort()
    hand.get()


@of(*KEYS)
def an_aborted_upload_completed_over_an_object(s3):
    """Success would say that the part is the object now."""
    hand = Hand(s3)
    hand.put("p", 10)
    hand.create()
    one = hand.part(1, "a", 100)
    hand.abort()
    hand.complete([one])
    hand.get()


@of(*KEYS)
def a_part_sent_again(s3):
    """Completed with the ETag of the first, which is no more."""
    hand = Hand(s3).create()
    first = hand.part(1, "a", 100)
    second = hand.part(1, "b", 50)
    hand.parts()
    hand.complete([first])
    hand.complete([second])
    hand.get()


@of(*KEYS)
def a_copy_over_a_sent_part(s3):
    source = Hand(s3)
    source.put("s", 20)
    hand = Hand(s3).create()
    first = hand.part(1, "a", 100)
    hand.copy(1, source.key)
    hand.parts()
    hand.complete([first])
    hand.get()
    hand.abort()


@of(*KEYS)
def pages_behind_numbers_that_are_no_part(s3):
    hand = Hand(s3).create()
    for number in (2, 4, 6):
        hand.part(number, "a", 100)
    hand.parts(PartNumberMarker=1)
    hand.parts(PartNumberMarker=3)
    hand.abort()


@of(*KEYS)
def a_client_that_goes_away_while_a_completion_runs(s3, rounds=100):
    """It asks again later: the upload goes on, or is completed."""
    impatient = client(s3.meta.endpoint_url, read_timeout=0.002)
    cut = lost = 0
    for _ in range(rounds):
        hand, one = one_part(s3, 1000)
        patient, hand.s3 = hand.s3, impatient
        try:
            hand.completes([one])
        except (BotoCoreError, ClientError):
            cut += 1
            hand.s3 = patient
            try:
                hand.completes([one])
            except ClientError:
                pass
            lost += read(s3, hand.key) != b"a" * 1000
    print(f"    {rounds} rounds: cut in {cut}; asked again, the object was not there in {lost} of these")


def one_part(s3, size):
    """An upload with a part of so many a, without a word."""
    hand = silent(Hand(s3).create)
    return hand, silent(lambda: hand.part(1, "a", size))


def in_words(found):
    return "nothing to be read" if found is None else f"{len(found)} bytes of {sorted(set(map(chr, found)))}"


def read(s3, key):
    """The bytes; none if there are none to be had."""
    try:
        return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    except (BotoCoreError, ClientError):
        return None


def silent(call):
    """The same without a word."""
    with contextlib.redirect_stdout(io.StringIO()):
        return call()


def client(endpoint, **more):
    access, secret = KEYS[NAME]
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=access,
                        aws_secret_access_key=secret, config=Config(
                            signature_version="s3v4", retries={"total_max_attempts": 1},
                            s3={"addressing_style": "path"}, max_pool_connections=20,
                            request_checksum_calculation="when_required",
                            response_checksum_validation="when_required", **more))


def main(name, endpoint):
    global NAME
    NAME = name
    s3 = client(endpoint)
    s3.create_bucket(Bucket=BUCKET)
    for sequence in SEQUENCES.get(name, []):
        print(f"{sequence.__name__.replace('_', ' ')}")
        sequence(s3)


if __name__ == "__main__":
    main(*sys.argv[1:])
