// minio-go as it is installed, without trailing headers and with them: 20 MiB up and down in parts, from a
// file and from a stream; all attributes of the object; a presigned part; parts listed page by page and their
// upload aborted. The bucket stands in the path, then in the name of the host. The endpoint, the keys, the
// region and the certificate come from the environment.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"clients/loopback"
)

const (
	bucket = "clients"
	size   = 20 << 20
)

var ctx = context.Background()

// check ends the program when a call failed, with all of the server's answer: the error's own text is the
// message alone.
func check(what string, err error) {
	if err == nil {
		return
	}
	if answer := minio.ToErrorResponse(err); answer.Code != "" {
		log.Fatalf("%s: %d %s %s (%s)", what, answer.StatusCode, answer.Code, answer.Message, answer.Resource)
	}
	log.Fatalf("%s: %v", what, err)
}

// require ends the program with this message unless the condition holds.
func require(condition bool, format string, values ...any) {
	if !condition {
		log.Fatalf(format, values...)
	}
}

// roundTrip sends the bytes in parts from a reader, the size of which is known or is -1, and gets them back.
func roundTrip(client *minio.Core, what, key string, data []byte, reader io.Reader, length int64,
	options minio.PutObjectOptions,
) {
	_, err := client.Client.PutObject(ctx, bucket, key, reader, length, options)
	check(what+", upload", err)
	object, err := client.Client.GetObject(ctx, bucket, key, minio.GetObjectOptions{})
	check(what+", download", err)
	back, err := io.ReadAll(object)
	check(what+", download", err)
	require(bytes.Equal(back, data), "%s: the bytes differ", what)
}

// roundTrips sends the bytes by each way that minio-go has for them.
func roundTrips(client *minio.Core, place string, data []byte, trailing bool) {
	file := func() io.Reader { return bytes.NewReader(data) }
	stream := func() io.Reader { return io.MultiReader(bytes.NewReader(data)) }
	roundTrip(client, "a file", place+"file", data, file(), size, minio.PutObjectOptions{})
	// Parts of a stream are 500 MiB unless told otherwise.
	options := minio.PutObjectOptions{PartSize: 8 << 20}
	roundTrip(client, "a stream", place+"stream", data, stream(), -1, options)
	options.SendContentMd5 = true
	roundTrip(client, "a stream with Content-MD5", place+"md5", data, stream(), size, options)
	options.SendContentMd5 = false
	options.ConcurrentStreamParts, options.NumThreads = true, 3
	roundTrip(client, "a stream in parallel", place+"parallel", data, stream(), -1, options)
	if !trailing {
		return
	}
	for _, checksum := range []minio.ChecksumType{
		minio.ChecksumFullObjectCRC32, minio.ChecksumFullObjectCRC32C, minio.ChecksumCRC64NVME,
		minio.ChecksumCRC32, minio.ChecksumCRC32C, minio.ChecksumSHA1, minio.ChecksumSHA256, minio.ChecksumSHA512,
		minio.ChecksumMD5, minio.ChecksumXXHash64, minio.ChecksumXXHash3, minio.ChecksumXXHash128,
	} {
		options.Checksum = checksum
		name := checksum.String()
		if checksum.FullObjectRequested() {
			name += " of the full object"
		}
		roundTrip(client, "a file with "+name, place+name, data, file(), size, options)
		roundTrip(client, "a stream in parallel with "+name, place+name, data, stream(), -1, options)
	}
}

// attributes asks for all attributes. The client sends them in one header line, and none of them may be missing.
func attributes(client *minio.Core, key string) {
	answer, err := client.GetObjectAttributes(ctx, bucket, key, minio.ObjectAttributesOptions{})
	check("the attributes", err)
	require(answer.ETag != "" && answer.ObjectSize == size && answer.StorageClass == "STANDARD" &&
		answer.ObjectParts.PartsCount == 2, "not all attributes are answered: %+v", answer.ObjectAttributesResponse)
}

// presignedPart sends a part to its URL with nothing of minio-go in between.
func presignedPart(client *minio.Core, plain *http.Client, body []byte, key string) {
	id, err := client.NewMultipartUpload(ctx, bucket, key, minio.PutObjectOptions{})
	check("the upload of a presigned part", err)
	place, err := client.Presign(ctx, http.MethodPut, bucket, key, time.Minute,
		url.Values{"uploadId": {id}, "partNumber": {"1"}})
	check("presigning", err)
	request, err := http.NewRequest(http.MethodPut, place.String(), bytes.NewReader(body))
	check("the presigned part", err)
	answer, err := plain.Do(request)
	check("the presigned part", err)
	text, err := io.ReadAll(answer.Body)
	check("the presigned part", err)
	require(answer.StatusCode == 200, "the presigned part: %s %s", answer.Status, text)
	_, err = client.CompleteMultipartUpload(ctx, bucket, key, id,
		[]minio.CompletePart{{PartNumber: 1, ETag: answer.Header.Get("ETag")}}, minio.PutObjectOptions{})
	check("completing the presigned part", err)
	object, _, _, err := client.GetObject(ctx, bucket, key, minio.GetObjectOptions{})
	check("the object of the presigned part", err)
	stored, err := io.ReadAll(object)
	check("the object of the presigned part", err)
	require(bytes.Equal(stored, body), "the bytes of the presigned part differ")
}

// abandoned lists the parts of an upload in pages of one, finds the upload, aborts it and finds it no more.
func abandoned(client *minio.Core, key string) {
	id, err := client.NewMultipartUpload(ctx, bucket, key, minio.PutObjectOptions{})
	check("an upload", err)
	for number := range 3 {
		_, err := client.PutObjectPart(ctx, bucket, key, id, number+1, bytes.NewReader([]byte("part")), 4,
			minio.PutObjectPartOptions{})
		check("a part", err)
	}
	var numbers []int
	for marker, more := 0, true; more; {
		page, err := client.ListObjectParts(ctx, bucket, key, id, marker, 1)
		check("the list of parts", err)
		for _, part := range page.ObjectParts {
			numbers = append(numbers, part.PartNumber)
		}
		require(len(numbers) <= 3, "the list of three parts does not end: %v", numbers)
		marker, more = page.NextPartNumberMarker, page.IsTruncated
	}
	require(fmt.Sprint(numbers) == "[1 2 3]", "the parts %v are listed, not 1, 2 and 3", numbers)
	require(listUploads(client, key) == id, "the upload is not listed")
	check("the abort", client.AbortMultipartUpload(ctx, bucket, key, id))
	require(listUploads(client, key) == "", "the upload is listed after it was aborted")
	_, err = client.ListObjectParts(ctx, bucket, key, id, 0, 1)
	require(minio.ToErrorResponse(err).Code == minio.NoSuchUpload,
		"NoSuchUpload was expected after the abort, not: %v", err)
}

// listUploads returns the ids of all uploads of the key.
func listUploads(client *minio.Core, key string) (ids string) {
	for upload := range client.ListIncompleteUploads(ctx, bucket, key, true) {
		check("the list of uploads", upload.Err)
		ids += upload.UploadID
	}
	return ids
}

func main() {
	log.SetFlags(0)
	data := make([]byte, size)
	_, err := rand.NewChaCha8([32]byte([]byte("minio-go: 20 MiB, with a trailer"))).Read(data)
	check("the data", err)
	endpoint, err := url.Parse(os.Getenv("AWS_ENDPOINT_URL"))
	check("the endpoint", err)
	secure := endpoint.Scheme == "https"
	transport, err := minio.DefaultTransport(secure)
	check("the certificate", err)
	transport.DialContext = loopback.Dial
	for _, trailing := range []bool{false, true} {
		for _, style := range []minio.BucketLookupType{minio.BucketLookupPath, minio.BucketLookupDNS} {
			host, place := endpoint.Host, fmt.Sprintf("minio-go/%v-%v/", trailing, style)
			if style == minio.BucketLookupDNS {
				host = "localhost:" + endpoint.Port()
			}
			client, err := minio.NewCore(host, &minio.Options{
				Creds:           credentials.NewEnvAWS(),
				Secure:          secure,
				Region:          os.Getenv("AWS_REGION"),
				Transport:       transport,
				BucketLookup:    style,
				TrailingHeaders: trailing,
			})
			check("the client", err)
			roundTrips(client, place, data, trailing)
			attributes(client, place+"file")
			presignedPart(client, &http.Client{Transport: transport}, data[:100_000], place+"presigned")
			abandoned(client, place+"abandoned")
		}
	}
	fmt.Println("20 MiB in parts with and without trailing headers, byte-exact, path style and virtual-host style; " +
		"all attributes; a presigned part; parts page by page, aborted")
}
