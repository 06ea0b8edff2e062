# S3Mock, a test server in Java on files; it checks no signature.
registry='Maven Central'
default_version=5.2.0
default_port=5623
key=AKEXAMPLES3MOCK secret=SKEXAMPLES3MOCK
# Some of the uploads that it has forgotten keep the bucket from being removed.
leaves=yes

install() {
  maven_jar "com.adobe.testing:s3mock:$version:jar:exec"
}

start() {
  refuse_taken "$port"
  begin java -Xmx1g -jar "$home/s3mock-$version-exec.jar" --server.address="$host" --server.ssl.enabled=false \
    --server.port="$port" --http.port=0 --com.adobe.testing.s3mock.store.root="$work/data"
  until_ready "http://$host:$port/favicon.ico" 120
}
