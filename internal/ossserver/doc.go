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
// with status 501, x-oss- headers with 400. It never passes over them, but
// for x-oss-meta- headers where there is no object to make. Two headers are
// understood and without effect: x-oss-request-payer and x-oss-user-agent. What
// differs from OSS is told for each operation in docs/server.md.
//
// There is one owner: everyone who has a key. Requests without a signature may
// do what the ACL of an object or of its bucket opens to everybody. Settings of
// a bucket are checked, kept and given back; beside ACL, versioning, default
// encryption and CORS none has an effect.
//
// Buckets are named in the path or by the Host header. Signatures may be V4, V2
// or V1, in the Authorization header or in the query; a form has its own.
//
// A client that neither sends nor takes a byte of a body for a minute is given up.
//
// # Names and bytes
//
// names.db is a bbolt database:
//
//	format/record             version of this layout
//	buckets/NAME/record       bucketRecord, JSON
//	buckets/NAME/configs/NAME document of a setting, as it came
//	buckets/NAME/objects/KEY  objectRecord of the current version, unless it is
//	                          a delete marker
//	buckets/NAME/versions/V   objectRecord of a delete marker or an older version;
//	                          V orders by key, then from new to old
//	buckets/NAME/nulls/KEY    order of the null version, where that is in versions
//	buckets/NAME/uploads/K    uploadRecord, JSON; K orders by key, then upload id
//	buckets/NAME/parts/P      partRecord; P is the upload id and the part number
//	blobs/ID                  blob: the bytes of an object, or the files they are in
//	files/ID                  present for each file in use
//
// Bodies over 16 KiB and all parts are files in content/, named by the id of
// the file. A file never changes once it has been written: an append is another
// file of the same blob.
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
//
// When a commit fails it may be in force all the same. Unless the database shows
// the state before it, no change is applied again and nothing more is written until
// the next Open; so it is after a panic of bbolt, with which that answers damage.
//
// Where a loss of power took the end of a file, the server does not serve what
// is left of it: a database cut short or damaged is not opened, and a body cut
// short is answered with an error. bbolt keeps the state before the last change;
// where it has to fall back on that, files without a record are moved into
// aside-ID/ and stay there.
package ossserver
