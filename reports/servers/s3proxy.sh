# S3Proxy, a gateway to other storages in Java; here it keeps all in memory.
registry='Maven Central'
default_version=4.0.0
default_port=5624
key=AKEXAMPLES3PROXY secret=SKEXAMPLES3PROXY

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
