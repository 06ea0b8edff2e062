// The AWS SDK for JavaScript as it is installed: 20 MiB up in parts by lib-storage and down by GetObject,
// byte-exact, with the bucket in the path and in the name of the host. The endpoint, the keys and the
// certificate come from the environment.
"use strict";

const assert = require("node:assert");
const crypto = require("node:crypto");
const http = require("node:http");
const https = require("node:https");
const { GetObjectCommand, HeadObjectCommand, S3Client } = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");

const Bucket = "clients";
const data = crypto.randomBytes(20 << 20);

async function roundTrip(client, Key) {
  await new Upload({ client, params: { Bucket, Key, Body: data } }).done();
  const { ETag } = await client.send(new HeadObjectCommand({ Bucket, Key }));
  assert.match(ETag, /-4"$/, "the object was not uploaded in 4 parts");
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  assert.ok(data.equals(Buffer.from(await Body.transformToByteArray())), "the bytes differ");
  client.destroy();
}

// Names below localhost are this machine (RFC 6761, 6.3), and not every resolver knows.
const lookup = (name, options, done) =>
  options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

async function main() {
  const endpoint = new URL(process.env.AWS_ENDPOINT_URL);
  await roundTrip(new S3Client({ forcePathStyle: true }), "aws-sdk-js/path");
  endpoint.hostname = "localhost";
  await roundTrip(
    new S3Client({
      endpoint: endpoint.href,
      requestHandler: { httpAgent: new http.Agent({ lookup }), httpsAgent: new https.Agent({ lookup }) },
    }),
    "aws-sdk-js/host",
  );
  console.log("20 MiB in parts, byte-exact, path style and virtual-host style");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
