// The AWS SDK for Go v2 as it is installed: 20 MiB up and down in parts by the transfer manager, with each of
// its checksums; all attributes of the object; a presigned part; uploads listed page by page and aborted. The
// bucket stands in the path, then in the name of the host. The endpoint, the keys, the region and the
// certificate come from the environment.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	transfer "github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"clients/loopback"
)

const size = 20 << 20

var (
	ctx    = context.Background()
	bucket = aws.String("clients")
)

// check ends the program when a call failed; the SDK's error tells the operation and the server's answer.
func check(err error) {
	if err != nil {
		log.Fatalf("%v", err)
	}
}

// require ends the program with this message unless the condition holds.
func require(condition bool, format string, values ...any) {
	if !condition {
		log.Fatalf(format, values...)
	}
}

// roundTrip sends the bytes in parts and gets them back, first with the checksum that the SDK chooses.
func roundTrip(client *s3.Client, data []byte, key string) {
	manager := transfermanager.New(client)
	for _, algorithm := range []transfer.ChecksumAlgorithm{
		"",
		transfer.ChecksumAlgorithmCrc32c,
		transfer.ChecksumAlgorithmSha1,
		transfer.ChecksumAlgorithmSha256,
		transfer.ChecksumAlgorithmSha512,
	} {
		up, err := manager.UploadObject(ctx, &transfermanager.UploadObjectInput{
			Bucket: bucket, Key: aws.String(key), Body: bytes.NewReader(data), ChecksumAlgorithm: algorithm,
		})
		check(err)
		require(len(up.CompletedParts) == 3, "the object was uploaded in %d parts, not in 3", len(up.CompletedParts))
		down := transfer.NewWriteAtBuffer(make([]byte, 0, size))
		_, err = manager.DownloadObject(ctx, &transfermanager.DownloadObjectInput{
			Bucket: bucket, Key: aws.String(key), WriterAt: down,
		})
		check(err)
		require(bytes.Equal(down.Bytes(), data), "the bytes differ")
	}
}

// attributes asks for all attributes. The SDK sends a header line for each, and none of them may be missing.
func attributes(client *s3.Client, key string) {
	answer, err := client.GetObjectAttributes(ctx, &s3.GetObjectAttributesInput{
		Bucket: bucket, Key: aws.String(key), ObjectAttributes: types.ObjectAttributes("").Values(),
	})
	check(err)
	text, err := json.Marshal(answer)
	check(err)
	require(answer.ETag != nil && answer.Checksum != nil && answer.Checksum.ChecksumSHA512 != nil &&
		answer.ObjectParts != nil && len(answer.ObjectParts.Parts) == 3 && aws.ToInt64(answer.ObjectSize) == size &&
		answer.StorageClass == types.StorageClassStandard, "not all attributes are answered: %s", text)
}

// create starts an upload of this key and returns its id.
func create(client *s3.Client, key string) *string {
	upload, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: aws.String(key)})
	check(err)
	return upload.UploadId
}

// presignedPart sends a part to its URL with nothing of the SDK in between.
func presignedPart(client *s3.Client, plain *http.Client, body []byte, key string) {
	id := create(client, key)
	presigned, err := s3.NewPresignClient(client).PresignUploadPart(ctx, &s3.UploadPartInput{
		Bucket: bucket, Key: aws.String(key), UploadId: id, PartNumber: aws.Int32(1),
	})
	check(err)
	request, err := http.NewRequest(presigned.Method, presigned.URL, bytes.NewReader(body))
	check(err)
	answer, err := plain.Do(request)
	check(err)
	text, err := io.ReadAll(answer.Body)
	check(err)
	require(answer.StatusCode == 200, "the presigned part: %s %s", answer.Status, text)
	_, err = client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: aws.String(key), UploadId: id,
		MultipartUpload: &types.CompletedMultipartUpload{
			Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: aws.String(answer.Header.Get("ETag"))}},
		},
	})
	check(err)
	object, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String(key)})
	check(err)
	stored, err := io.ReadAll(object.Body)
	check(err)
	require(bytes.Equal(stored, body), "the bytes of the presigned part differ")
}

// abandoned lists three uploads and the parts of each in pages of one, aborts them and finds none of them.
func abandoned(client *s3.Client, prefix string) {
	began := map[string]string{}
	for _, name := range []string{"a", "b", "c"} {
		key := prefix + name
		began[key] = *create(client, key)
		for number := range int32(3) {
			_, err := client.UploadPart(ctx, &s3.UploadPartInput{
				Bucket: bucket, Key: aws.String(key), UploadId: aws.String(began[key]), PartNumber: aws.Int32(number + 1),
				Body: bytes.NewReader([]byte(name)),
			})
			check(err)
		}
	}
	listed := listUploads(client, prefix)
	require(fmt.Sprint(listed) == fmt.Sprint(began), "the uploads %v are listed, not %v", listed, began)
	for key, id := range listed {
		parts := s3.NewListPartsPaginator(client, &s3.ListPartsInput{
			Bucket: bucket, Key: aws.String(key), UploadId: aws.String(id), MaxParts: aws.Int32(1),
		})
		var numbers []int32
		for parts.HasMorePages() {
			page, err := parts.NextPage(ctx)
			check(err)
			for _, part := range page.Parts {
				numbers = append(numbers, *part.PartNumber)
			}
			require(len(numbers) <= 3, "the list of three parts does not end: %v", numbers)
		}
		require(fmt.Sprint(numbers) == "[1 2 3]", "the parts %v are listed, not 1, 2 and 3", numbers)
		_, err := client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{
			Bucket: bucket, Key: aws.String(key), UploadId: aws.String(id),
		})
		check(err)
		_, err = client.ListParts(ctx, &s3.ListPartsInput{Bucket: bucket, Key: aws.String(key), UploadId: aws.String(id)})
		var refusal smithy.APIError
		require(errors.As(err, &refusal) && refusal.ErrorCode() == "NoSuchUpload",
			"NoSuchUpload was expected after the abort, not: %v", err)
	}
	left := listUploads(client, prefix)
	require(len(left) == 0, "the uploads %v are listed after they were aborted", left)
}

// listUploads returns the ids of all uploads below a prefix by their keys, read in pages of one.
func listUploads(client *s3.Client, prefix string) map[string]string {
	uploads := map[string]string{}
	pages := s3.NewListMultipartUploadsPaginator(client, &s3.ListMultipartUploadsInput{
		Bucket: bucket, Prefix: aws.String(prefix), MaxUploads: aws.Int32(1),
	})
	for count := 1; pages.HasMorePages(); count++ {
		require(count < 10, "the list of at most three uploads does not end: %v", uploads)
		page, err := pages.NextPage(ctx)
		check(err)
		for _, upload := range page.Uploads {
			uploads[*upload.Key] = *upload.UploadId
		}
	}
	return uploads
}

func main() {
	log.SetFlags(0)
	data := make([]byte, size)
	_, err := rand.NewChaCha8([32]byte([]byte("the AWS SDK for Go in 20 MiBytes"))).Read(data)
	check(err)
	reach := func(transport *http.Transport) { transport.DialContext = loopback.Dial }
	// This is the SDK's own client, so that it takes the certificate from AWS_CA_BUNDLE.
	settings, err := config.LoadDefaultConfig(ctx,
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(reach)))
	check(err)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	reach(transport)
	plain := &http.Client{Transport: transport}
	endpoint, err := url.Parse(os.Getenv("AWS_ENDPOINT_URL"))
	check(err)
	for _, style := range []string{"path", "host"} {
		client := s3.NewFromConfig(settings, func(options *s3.Options) {
			options.UsePathStyle = style == "path"
			if !options.UsePathStyle {
				options.BaseEndpoint = aws.String(endpoint.Scheme + "://localhost:" + endpoint.Port())
			}
		})
		place := "aws-sdk-go/" + style + "/"
		roundTrip(client, data, place+"file")
		attributes(client, place+"file")
		presignedPart(client, plain, data[:100_000], place+"presigned")
		abandoned(client, place+"abandoned/")
	}
	fmt.Println("20 MiB in parts with five checksums, byte-exact, path style and virtual-host style; " +
		"all attributes; a presigned part; uploads and parts page by page, aborted")
}
