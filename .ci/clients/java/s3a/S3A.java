import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.S3AFileSystem;

/**
 * Hadoop's S3A as it is installed: 20 MiB through its block output stream, which uploads each block as a part,
 * and back; a stream given up in the middle, whose upload is aborted. The bucket stands in the path, then in the
 * name of the host. The endpoint, the keys and the region come from the environment, the certificate from the
 * virtual machine's trust store.
 */
public final class S3A {
    private static final byte[] DATA = new byte[20 << 20];

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
        URI endpoint = URI.create(System.getenv("AWS_ENDPOINT_URL"));
        for (String style : List.of("path", "host")) {
            boolean path = style.equals("path");
            var settings = new Configuration();
            settings.set("fs.s3a.endpoint",
                path ? endpoint.toString() : endpoint.getScheme() + "://localhost:" + endpoint.getPort());
            settings.set("fs.s3a.endpoint.region", System.getenv("AWS_REGION"));
            settings.setBoolean("fs.s3a.path.style.access", path);
            settings.set("hadoop.tmp.dir", System.getenv("HOME") + "/hadoop");
            // By default a file is uploaded in parts from 128 MiB on.
            settings.set("fs.s3a.multipart.size", "5M");
            settings.set("fs.s3a.multipart.threshold", "5M");
            try (var fileSystem = new S3AFileSystem()) {
                fileSystem.initialize(URI.create("s3a://clients/"), settings);
                roundTrip(fileSystem, new Path("/s3a/" + style + "/file"));
                abandoned(fileSystem, new Path("/s3a/" + style + "/abandoned"));
            }
        }
        System.out.println("20 MiB in blocks, byte-exact, path style and virtual-host style; a stream aborted");
    }

    private static void roundTrip(S3AFileSystem fileSystem, Path path) throws IOException {
        try (var up = fileSystem.create(path)) {
            up.write(DATA);
        }
        String etag = ((EtagSource) fileSystem.getFileStatus(path)).getEtag();
        require(etag.endsWith("-4\""), "the object was not uploaded in 4 parts: its ETag is " + etag);
        byte[] back = new byte[DATA.length];
        try (var down = fileSystem.open(path)) {
            down.readFully(0, back);
        }
        require(Arrays.equals(back, DATA), "the bytes differ");
    }

    /** Writes two blocks, finds the upload of them, gives the stream up and finds no upload any more. */
    private static void abandoned(S3AFileSystem fileSystem, Path path) throws IOException {
        String folder = fileSystem.pathToKey(path.getParent());
        var up = fileSystem.create(path);
        up.write(DATA, 0, 12 << 20);
        require(fileSystem.listUploads(folder).hasNext(), "the upload is not listed");
        up.abort();
        require(!fileSystem.listUploads(folder).hasNext(), "the upload is listed after it was aborted");
        require(!fileSystem.exists(path), "an aborted upload made an object");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
