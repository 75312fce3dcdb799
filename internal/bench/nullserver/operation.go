package nullserver

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// dialect is whose API a client speaks.
type dialect int

const (
	dialectS3 dialect = iota
	dialectOSS
)

// dialectOf tells the dialect by the signature, which clients of both APIs send.
func dialectOf(r *http.Request) dialect {
	if strings.HasPrefix(r.Header.Get("Authorization"), "OSS") {
		return dialectOSS
	}
	return dialectS3
}

// operation is the kind of a request.
type operation int

const (
	opUnknown operation = iota
	opList
	opHead
	opGet
	opPut
	opInitiate
	opPart
	opComplete
	opAbort
	opUploads // listing of pending uploads
	opDelete
	opDeleteMany
	opBucket // whatever concerns the bucket alone
	operations
)

var operationNames = [operations]string{
	"unknown", "list", "head", "get", "put", "initiate", "part", "complete", "abort", "uploads", "delete", "delete-many", "bucket",
}

// classify tells what a request asks for, by its method and the names of its parameters.
func classify(method, key string, q url.Values) operation {
	if key == "" {
		return classifyBucket(method, q)
	}
	upload := q.Has("uploadId")
	switch {
	case method == "PUT" && upload:
		return opPart
	case method == "PUT":
		return opPut
	case method == "POST" && q.Has("uploads"):
		return opInitiate
	case method == "POST" && upload:
		return opComplete
	case method == "DELETE" && upload:
		return opAbort
	case method == "DELETE":
		return opDelete
	case method == "GET" && !upload:
		return opGet
	case method == "HEAD":
		return opHead
	}
	return opUnknown
}

func classifyBucket(method string, q url.Values) operation {
	switch {
	case method == "POST" && q.Has("delete"):
		return opDeleteMany
	case method == "GET" && q.Has("uploads"):
		return opUploads
	case method == "HEAD", method == "PUT", method == "GET" && slices.ContainsFunc(bucketQueries, q.Has):
		return opBucket
	case method == "GET":
		return opList
	}
	return opUnknown
}

// bucketQueries ask for settings of the bucket. A listing has none of them.
var bucketQueries = []string{
	"acl", "bucketInfo", "encryption", "lifecycle", "location", "object-lock", "policy", "replication", "tagging", "versioning",
}

// Requests is how many requests of each kind a server got.
type Requests [operations]int64

// String lists the kinds that came, as in "list 200 · head 3"; "none" if none did.
func (r Requests) String() string {
	var b strings.Builder
	for op, n := range r {
		if n == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(" · ")
		}
		fmt.Fprintf(&b, "%s %d", operationNames[op], n)
	}
	if b.Len() == 0 {
		return "none"
	}
	return b.String()
}
