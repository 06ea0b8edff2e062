"""What a run left in its server: left.py LABEL REPORT.json JOURNAL.jsonl [--may-die] [--leaves] [--gone CODE]

The journal names all that the run made. Each bucket is listed; the run's own is made again, since a removed
bucket can hide what is left in it; each upload is asked for by its id and has to answer NoSuchUpload.
--gone CODE: the server's ListParts knows no such answer; an abort is asked instead, and CODE means gone.
--may-die: the server ends on some requests, and was begun again on its data.
--leaves: the server keeps what it was asked to remove, and says that it is gone.
With any of them the run cannot remove everything, and it is enough that the report names what is left. With --leaves a
bucket that it names stands for what is in it.
Ends with 1 if anything is left, or not as it has to be.
"""

import argparse
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

arguments = argparse.ArgumentParser()
arguments.add_argument("label")
arguments.add_argument("report", type=argparse.FileType())
arguments.add_argument("journal", type=argparse.FileType())
arguments.add_argument("--may-die", action="store_true")
arguments.add_argument("--leaves", action="store_true")
arguments.add_argument("--gone", metavar="CODE")
arguments = arguments.parse_args()

report = json.load(arguments.report)
made = [json.loads(line) for line in arguments.journal][1:]
uploads = sorted({tuple(entry["upload"]) for entry in made if "upload" in entry})
bucket = report["target"]["bucket"]
s3 = boto3.client(
    "s3",
    endpoint_url=report["target"]["endpoint"],
    config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, proxies={}),
)
found = []
# Uploads that are known to be gone.
gone_for_sure = set()


def say(text):
    print(f"{arguments.label}: {text}")


def pages(operation, key, name):
    """All entries of a listing; None where the server has no such listing."""
    try:
        return [entry for page in s3.get_paginator(operation).paginate(Bucket=name) for entry in page.get(key, [])]
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (405, 501):
            return None
        raise


def look_into(name):
    objects = pages("list_objects_v2", "Contents", name)
    in_progress = pages("list_multipart_uploads", "Uploads", name)
    found.extend(f"object {entry['Key']}" for entry in objects or [])
    found.extend(f"upload {entry['UploadId']} of {entry['Key']}" for entry in in_progress or [])
    count = lambda listed, what: f"{what} cannot be listed" if listed is None else f"{len(listed)} {what}"
    say(f"listed in {name}: {count(objects, 'objects')}, {count(in_progress, 'uploads')}")


def ask_for_uploads():
    call, gone = s3.list_parts, "NoSuchUpload"
    if arguments.gone:
        call, gone = s3.abort_multipart_upload, arguments.gone
    elif report["preflight"].get("ListParts") != "ok":
        say("there is no ListParts to ask for uploads by their ids")
        return
    absent = 0
    for key, upload in uploads:
        try:
            call(Bucket=bucket, Key=key, UploadId=upload)
            found.append(f"upload {upload} of {key}")
        except ClientError as error:
            if error.response["Error"]["Code"] == gone:
                absent += 1
                gone_for_sure.add(f"upload {upload} of {key}")
            else:
                found.append(f"upload {upload} of {key} (asked for: {error})")
    say(f"{absent} of the {len(uploads)} upload ids of the run are answered {gone}")


def look():
    names = [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    found.extend(f"bucket {name}" for name in names)
    if bucket not in names:
        s3.create_bucket(Bucket=bucket)
    for name in sorted({*names, bucket}):
        look_into(name)
    ask_for_uploads()


counts = {name: number for name, number in report["summary"].items() if isinstance(number, int) and number}
say(f"{report['run']['millis'] / 1000:.1f} s, " + ", ".join(f"{number} {name}" for name, number in counts.items()))
told = report["cleanup"]["left"]
if told:
    say(f"the report names {len(told)} things that could not be removed")
reasons = [row["reason"] or "" for row in report["cases"]]
died = next((reason for reason in reasons if reason.startswith("the server is gone since ")), None)
if died:
    say(died)
wrong = []
if died and not arguments.may_die:
    wrong.append(died)
try:
    look()
except (BotoCoreError, ClientError) as error:
    wrong.append(f"the server cannot be asked: {error}")
named = {line.split(": aws ")[0].split(" (")[0] for line in told}
if arguments.may_die or arguments.leaves or arguments.gone:
    if arguments.leaves and f"bucket {bucket}" in named:
        named.update(found)
    wrong += [f"{line} is left, and the report does not name it" for line in found if line not in named]
else:
    wrong += [f"left: {line}" for line in found] + [f"the report names as left: {line}" for line in sorted(named)]
doubted = len(named & gone_for_sure)
if doubted:
    say(f"{doubted} uploads that the report names are gone: the server refused to say so to the run")
for line in wrong[:20]:
    say(line)
if len(wrong) > 20:
    say(f"and {len(wrong) - 20} more")
sys.exit(1 if wrong else 0)
