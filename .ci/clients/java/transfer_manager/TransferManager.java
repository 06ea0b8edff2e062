import static software.amazon.awssdk.core.async.AsyncRequestBody.fromBytes;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.crt.S3CrtHttpConfiguration;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.ObjectAttributes;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

/**
 * The AWS SDK for Java v2 as it is installed, over Netty and over the CRT: 20 MiB up and down in parts by the
 * transfer manager, with each of its checksums; all attributes of the object; a presigned part; uploads listed
 * page by page and aborted. The bucket stands in the path, then in the name of the host. The endpoint, the keys
 * and the region come from the environment, the certificate from the virtual machine's trust store.
 */
public final class TransferManager {
    private static final String BUCKET = "clients";
    private static final byte[] DATA = new byte[20 << 20];
    private static final URI ENDPOINT = URI.create(System.getenv("AWS_ENDPOINT_URL"));

    private final S3AsyncClient client;
    private final S3Presigner presigner;
    private final String place;

    private TransferManager(S3AsyncClient client, S3Presigner presigner, String place) {
        this.client = client;
        this.presigner = presigner;
        this.place = place;
    }

    public static void main(String[] arguments) {
        try {
            everything();
            System.exit(0);
        } catch (Throwable error) {
            // The server's answer is in the message of a cause; the stacks of an asynchronous call only hide it.
            for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                System.err.println(cause);
            }
            System.exit(1);
        }
    }

    private static void everything() throws Exception {
        new Random(20).nextBytes(DATA);
        for (String style : List.of("path", "host")) {
            boolean path = style.equals("path");
            URI endpoint = path ? ENDPOINT : URI.create(ENDPOINT.getScheme() + "://localhost:" + ENDPOINT.getPort());
            var presigner = S3Presigner.builder()
                .endpointOverride(endpoint)
                .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(path).build())
                .build();
            var netty = S3AsyncClient.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(path)
                .multipartEnabled(true)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder())
                .build();
            new TransferManager(netty, presigner, "aws-sdk-java/netty/" + style + "/").run();
            if (!path && !systemResolves("clients.localhost")) {
                System.out.print("(the CRT in path style alone: the system does not resolve clients.localhost) ");
                continue;
            }
            // Over TLS the CRT trusts the system's store alone, or everybody.
            var crt = S3AsyncClient.crtBuilder()
                .endpointOverride(endpoint)
                .forcePathStyle(path)
                .httpConfiguration(S3CrtHttpConfiguration.builder().trustAllCertificatesEnabled(true).build())
                .build();
            new TransferManager(crt, presigner, "aws-sdk-java/crt/" + style + "/").run();
        }
        System.out.println("20 MiB in parts with each checksum over Netty and over the CRT, byte-exact, path style and "
            + "virtual-host style; all attributes; a presigned part; uploads and parts page by page, aborted");
    }

    /** Returns whether the C library resolves the name, as the CRT does; Java has a hosts file of its own. */
    private static boolean systemResolves(String name) throws Exception {
        return new ProcessBuilder("getent", "hosts", name).start().waitFor() == 0;
    }

    private void run() throws Exception {
        roundTrips();
        attributes();
        presignedPart();
        abandoned();
        client.close();
    }

    /** Sends the bytes in parts and gets them back, first with the checksum that the SDK chooses. */
    private void roundTrips() throws Exception {
        Path up = Files.createTempFile("up", null);
        Path down = Files.createTempFile("down", null);
        Files.write(up, DATA);
        var algorithms = new ArrayList<ChecksumAlgorithm>();
        algorithms.add(null);
        // The SDK knows MD5 by name and does not calculate it.
        algorithms.addAll(EnumSet.complementOf(
            EnumSet.of(ChecksumAlgorithm.MD5, ChecksumAlgorithm.UNKNOWN_TO_SDK_VERSION)));
        String key = place + "file";
        try (var manager = S3TransferManager.builder().s3Client(client).build()) {
            for (ChecksumAlgorithm algorithm : algorithms) {
                try {
                    manager.uploadFile(upload -> upload.source(up).putObjectRequest(
                        put -> put.bucket(BUCKET).key(key).checksumAlgorithm(algorithm))).completionFuture().join();
                    manager.downloadFile(download -> download.destination(down).getObjectRequest(
                        get -> get.bucket(BUCKET).key(key))).completionFuture().join();
                } catch (CompletionException error) {
                    throw new AssertionError(place + ": the checksum " + algorithm, error);
                }
                require(Arrays.equals(Files.readAllBytes(down), DATA), "the bytes differ");
                var head = client.headObject(
                    get -> get.bucket(BUCKET).key(key).checksumMode(ChecksumMode.ENABLED)).join();
                require(algorithm == null || head.getValueForField("Checksum" + algorithm, String.class).isPresent(),
                    "the checksum " + algorithm + " is missing: " + head);
            }
        } finally {
            Files.delete(up);
            Files.delete(down);
        }
    }

    /** Asks for all attributes. The SDK sends a header line for each, and none of them may be missing. */
    private void attributes() {
        var answer = client.getObjectAttributes(
            get -> get.bucket(BUCKET).key(place + "file").objectAttributes(ObjectAttributes.knownValues())).join();
        require(answer.eTag() != null && answer.checksum() != null && answer.objectParts() != null
            && answer.objectParts().totalPartsCount() == 3 && answer.storageClass() != null
            && answer.objectSize() == DATA.length, "not all attributes are answered: " + answer);
    }

    /** Returns the id of a new upload of this key. */
    private String create(String key) {
        return client.createMultipartUpload(create -> create.bucket(BUCKET).key(key)).join().uploadId();
    }

    /** Sends a part to its URL with nothing of the SDK in between. */
    private void presignedPart() throws Exception {
        byte[] body = Arrays.copyOf(DATA, 100_000);
        String key = place + "presigned";
        String id = create(key);
        URI url = presigner.presignUploadPart(presign -> presign.signatureDuration(Duration.ofMinutes(1))
            .uploadPartRequest(part -> part.bucket(BUCKET).key(key).uploadId(id).partNumber(1))).url().toURI();
        var request = HttpRequest.newBuilder(url).PUT(HttpRequest.BodyPublishers.ofByteArray(body)).build();
        var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        require(answer.statusCode() == 200, "the presigned part: " + answer.statusCode() + " " + answer.body());
        String etag = answer.headers().firstValue("ETag").orElseThrow();
        var part = CompletedPart.builder().partNumber(1).eTag(etag).build();
        client.completeMultipartUpload(complete -> complete.bucket(BUCKET).key(key).uploadId(id)
            .multipartUpload(parts -> parts.parts(part))).join();
        var object = client.getObject(get -> get.bucket(BUCKET).key(key), AsyncResponseTransformer.toBytes()).join();
        require(Arrays.equals(object.asByteArray(), body), "the bytes of the presigned part differ");
    }

    /** Lists three uploads and the parts of each in pages of one, aborts them and finds none of them. */
    private void abandoned() {
        var began = new TreeMap<String, String>();
        for (String name : List.of("a", "b", "c")) {
            String key = place + "abandoned/" + name;
            String id = create(key);
            began.put(key, id);
            for (int number : List.of(1, 2, 3)) {
                client.uploadPart(part -> part.bucket(BUCKET).key(key).uploadId(id).partNumber(number),
                    fromBytes(name.getBytes())).join();
            }
        }
        var listed = listUploads();
        require(listed.equals(began), "the uploads " + listed + " are listed, not " + began);
        listed.forEach((key, id) -> {
            var numbers = new ArrayList<Integer>();
            // The limits are for lists that do not end.
            client.listPartsPaginator(list -> list.bucket(BUCKET).key(key).uploadId(id).maxParts(1)).parts().limit(10)
                .subscribe(part -> numbers.add(part.partNumber())).join();
            require(numbers.equals(List.of(1, 2, 3)), "the parts " + numbers + " are listed, not 1, 2 and 3");
            client.abortMultipartUpload(abort -> abort.bucket(BUCKET).key(key).uploadId(id)).join();
            try {
                var parts = client.listParts(list -> list.bucket(BUCKET).key(key).uploadId(id)).join();
                throw new AssertionError("NoSuchUpload was expected after the abort, not: " + parts);
            } catch (CompletionException error) {
                require(error.getCause() instanceof NoSuchUploadException, "NoSuchUpload was expected, not: " + error);
            }
        });
        require(listUploads().isEmpty(), "uploads are listed after they were aborted");
    }

    /** Returns the ids of all abandoned uploads by their keys, read in pages of one. */
    private Map<String, String> listUploads() {
        var uploads = new TreeMap<String, String>();
        client.listMultipartUploadsPaginator(list -> list.bucket(BUCKET).prefix(place + "abandoned/").maxUploads(1))
            .uploads().limit(10).subscribe(upload -> uploads.put(upload.key(), upload.uploadId())).join();
        return uploads;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
