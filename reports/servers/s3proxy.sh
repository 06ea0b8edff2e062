# S3Proxy, a gateway to other storages in Java; here it keeps all in memory.
registry='Maven Central'
default_version=4.0.0
default_port=5624
# Its ListParts answers an empty list for any id; an abort looks.
gone=NoSuchUpload
# An abort under another key removes what the upload is ended by.
leaves=yes
key=AKEXAMPLES3PROXY secret=SKEXAMPLES3PROXY
# What is found about signatures and rights goes to its maintainers first.
skip=auth

install() {
  maven_jar "org.gaul:s3proxy:$version:jar:jar-with-dependencies"
}

start() {
  refuse_taken "$port"
  printf '%s\n' "s3proxy.endpoint=http://$host:$port" s3proxy.authorization=aws-v4 "s3proxy.identity=$key" \
    "s3proxy.credential=$secret" jclouds.provider=transient-nio2 >"$work/s3proxy.conf"
  begin java -Xmx2g -jar "$home/s3proxy-$version-jar-with-dependencies.jar" --properties "$work/s3proxy.conf"
  until_ready "http://$host:$port/" 60
}
