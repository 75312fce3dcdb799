package ossserver

import "strings"

// Operation is the name of an OSS API operation, spelled as in the service's
// reference. The zero value stands for a request that names no operation this
// server has.
type Operation string

// The operations this server has.
const (
	ListBuckets       Operation = "ListBuckets"
	PutBucket         Operation = "PutBucket"
	DeleteBucket      Operation = "DeleteBucket"
	GetBucketInfo     Operation = "GetBucketInfo"
	GetBucketLocation Operation = "GetBucketLocation"

	ListObjects           Operation = "ListObjects"
	ListObjectsV2         Operation = "ListObjectsV2"
	DeleteMultipleObjects Operation = "DeleteMultipleObjects"

	PutObject     Operation = "PutObject"
	CopyObject    Operation = "CopyObject"
	GetObject     Operation = "GetObject"
	HeadObject    Operation = "HeadObject"
	GetObjectMeta Operation = "GetObjectMeta"
	DeleteObject  Operation = "DeleteObject"

	InitiateMultipartUpload Operation = "InitiateMultipartUpload"
	UploadPart              Operation = "UploadPart"
	UploadPartCopy          Operation = "UploadPartCopy"
	CompleteMultipartUpload Operation = "CompleteMultipartUpload"
	AbortMultipartUpload    Operation = "AbortMultipartUpload"
	ListParts               Operation = "ListParts"
	ListMultipartUploads    Operation = "ListMultipartUploads"
)

// level says what the path of a request names.
type level int

const (
	serviceLevel level = iota
	bucketLevel
	objectLevel
)

// rule is one row of the routing table.
type rule struct {
	operation Operation
	method    string
	level     level
	needs     string // query names that must be there, space-separated; "name=value" fixes the value too
	allows    string // further query names it understands, space-separated
	reads     string // x-oss- headers it understands, in lower case, space-separated; "x-oss-meta-" is a prefix
	copies    bool   // x-oss-copy-source must be there; without it, it must not
	serve     func(*Server, *call) error
}

const (
	listingParameters = "prefix delimiter encoding-type"

	newObjectHeaders = "x-oss-meta- x-oss-storage-class x-oss-tagging x-oss-forbid-overwrite"
	copyHeaders      = "x-oss-copy-source x-oss-copy-source-if-match x-oss-copy-source-if-none-match" +
		" x-oss-copy-source-if-modified-since x-oss-copy-source-if-unmodified-since"
)

// rules is searched from the top: of two rows that fit, the more demanding one
// comes first.
func rules() []rule {
	return []rule{
		{operation: ListBuckets, method: "GET", level: serviceLevel, serve: (*Server).listBuckets,
			allows: "prefix marker max-keys"},

		{operation: GetBucketInfo, method: "GET", level: bucketLevel, serve: (*Server).getBucketInfo,
			needs: "bucketInfo"},
		{operation: GetBucketLocation, method: "GET", level: bucketLevel, serve: (*Server).getBucketLocation,
			needs: "location"},
		{operation: ListMultipartUploads, method: "GET", level: bucketLevel, serve: (*Server).listMultipartUploads,
			needs: "uploads", allows: listingParameters + " key-marker upload-id-marker max-uploads"},
		{operation: ListObjectsV2, method: "GET", level: bucketLevel, serve: (*Server).listObjectsV2,
			needs: "list-type=2", allows: listingParameters + " start-after continuation-token max-keys fetch-owner"},
		{operation: ListObjects, method: "GET", level: bucketLevel, serve: (*Server).listObjects,
			allows: listingParameters + " marker max-keys"},
		{operation: PutBucket, method: "PUT", level: bucketLevel, serve: (*Server).putBucket,
			reads: "x-oss-acl x-oss-storage-class"},
		{operation: DeleteBucket, method: "DELETE", level: bucketLevel, serve: (*Server).deleteBucket},
		{operation: DeleteMultipleObjects, method: "POST", level: bucketLevel, serve: (*Server).deleteMultipleObjects,
			needs: "delete", allows: "encoding-type"},

		{operation: ListParts, method: "GET", level: objectLevel, serve: (*Server).listParts,
			needs: "uploadId", allows: "part-number-marker max-parts encoding-type"},
		{operation: GetObject, method: "GET", level: objectLevel, serve: (*Server).getObject,
			allows: responseOverrides, reads: "x-oss-range-behavior"},
		{operation: GetObjectMeta, method: "HEAD", level: objectLevel, serve: (*Server).getObjectMeta,
			needs: "objectMeta"},
		{operation: HeadObject, method: "HEAD", level: objectLevel, serve: (*Server).headObject},
		{operation: UploadPartCopy, method: "PUT", level: objectLevel, serve: (*Server).uploadPartCopy, copies: true,
			needs: "partNumber uploadId", reads: copyHeaders + " x-oss-copy-source-range"},
		{operation: UploadPart, method: "PUT", level: objectLevel, serve: (*Server).uploadPart,
			needs: "partNumber uploadId"},
		{operation: CopyObject, method: "PUT", level: objectLevel, serve: (*Server).copyObject, copies: true,
			reads: copyHeaders + " " + newObjectHeaders + " x-oss-object-acl x-oss-metadata-directive x-oss-tagging-directive"},
		{operation: PutObject, method: "PUT", level: objectLevel, serve: (*Server).putObject,
			reads: newObjectHeaders + " x-oss-object-acl"},
		{operation: InitiateMultipartUpload, method: "POST", level: objectLevel, serve: (*Server).initiateMultipartUpload,
			needs: "uploads", allows: "encoding-type", reads: newObjectHeaders},
		{operation: CompleteMultipartUpload, method: "POST", level: objectLevel, serve: (*Server).completeMultipartUpload,
			needs: "uploadId", allows: "encoding-type", reads: "x-oss-forbid-overwrite x-oss-object-acl x-oss-complete-all"},
		{operation: AbortMultipartUpload, method: "DELETE", level: objectLevel, serve: (*Server).abortMultipartUpload,
			needs: "uploadId"},
		{operation: DeleteObject, method: "DELETE", level: objectLevel, serve: (*Server).deleteObject},
	}
}

// route finds the row for a request. A query name that the row does not know
// ends in NotImplemented: it could name a subresource, and to answer for the
// resource itself would be a lie ("DELETE key?acl" must not delete the key).
func route(table []rule, method string, t target, q query, copies bool) (rule, error) {
	for _, r := range table {
		if r.method != method || r.level != t.level() || r.copies != copies || !q.hasAll(r.needs) {
			continue
		}
		for _, p := range q {
			if !r.knows(p.name) {
				return rule{}, notImplemented("The query parameter %q is not implemented for %s.", p.name, r.operation)
			}
		}
		return r, nil
	}
	return rule{}, notImplemented("The operation is not implemented.")
}

// knows reports whether the row understands a query name, the names of a
// signature included.
func (r rule) knows(name string) bool {
	if isSignatureParameter(name) || name == trafficLimit {
		return true
	}
	for need := range strings.FieldsSeq(r.needs) {
		if n, _, _ := strings.Cut(need, "="); n == name {
			return true
		}
	}
	for allowed := range strings.FieldsSeq(r.allows) {
		if allowed == name {
			return true
		}
	}
	return false
}

// understands reports whether the row looks at an x-oss- header, given in lower
// case, or every row does.
func (r rule) understands(header string) bool {
	for h := range strings.FieldsSeq(r.reads) {
		if h == header || h == metaPrefix && strings.HasPrefix(header, metaPrefix) {
			return true
		}
	}
	switch header {
	case "x-oss-date", "x-oss-content-sha256", "x-oss-security-token",
		// Without effect: limits are checked and not kept, and there is one
		// account to pay.
		trafficLimit, "x-oss-request-payer", "x-oss-user-agent":
		return true
	}
	return false
}
