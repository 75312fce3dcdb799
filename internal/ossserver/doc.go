// Package ossserver is a local server that speaks the REST API of Alibaba Cloud
// OSS and keeps buckets in a directory. It is the embedded store of a spec that
// has no account, the server behind `osssync serve`, and the ground of tests.
//
// # Use
//
// A Server is an http.Handler:
//
//	s, err := ossserver.Open(ossserver.Options{
//		Dir:         "/var/lib/oss",
//		Credentials: map[string]string{"id": "secret"},
//	})
//	...
//	http.ListenAndServe("127.0.0.1:9000", s)
//
// A program that only talks to it itself needs no port: DialContext fits into
// an http.Transport.
//
//	client := &http.Client{Transport: &http.Transport{DialContext: s.DialContext}}
//
// It must not be wrapped into an http.ServeMux, which cleans paths: "a//b" and
// "a/../b" are keys.
//
// # What it answers
//
// The operations are the constants of type Operation. What this server does not
// know it refuses with NotImplemented: other operations and query parameters
// with status 501, x-oss- headers with 400. It never passes over them. Three
// headers are understood and without effect: x-oss-traffic-limit,
// x-oss-request-payer, x-oss-user-agent. ACLs are stored and returned; since
// every request must be signed by the one owner they do not restrict anything
// yet. There are no versions. An object of an archive class can be stored and
// listed, but not read, as there is no restore. The ETag of a multipart object
// is the MD5 of the MD5s of its parts; OSS keeps its way secret.
//
// Buckets are named in the path or by the Host header. Signatures may be V4 or
// V1, in the Authorization header or in the query.
//
// # Names and bytes
//
// names.db is a bbolt database:
//
//	format/record             version of this layout
//	buckets/NAME/record       bucketRecord, JSON
//	buckets/NAME/objects/KEY  objectRecord
//	buckets/NAME/uploads/K    uploadRecord, JSON; K orders by key, then upload id
//	buckets/NAME/parts/P      partRecord; P is the upload id and the part number
//	blobs/ID                  blob: the bytes of an object, or the files they are in
//	files/ID                  present for each file in use
//
// Bodies over 16 KiB and all parts are files in content/, named by the id of
// the file. A file never changes once it has been written.
//
// # Crashes
//
// A body is written and synced, then the folder is synced, then one database
// transaction gives it a name, then the client is answered. Before the commit
// nothing leads to the file; with the commit all of it is there. The commit
// also drops the files of what was replaced or deleted; they are unlinked after
// it, or when the last reader that began before it has ended. So a crash leaves
// at most files that no record refers to, and Open removes these. Changes that
// wait at the same time share a transaction, and so the syncs of it.
package ossserver
