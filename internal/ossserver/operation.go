package ossserver

// Operation is the name of an OSS API operation, spelled as in the service's
// reference. The zero value stands for a request that names no operation this
// server has.
type Operation string

// The operations this server has on the service and on buckets.
const (
	ListBuckets       Operation = "ListBuckets"
	PutBucket         Operation = "PutBucket"
	DeleteBucket      Operation = "DeleteBucket"
	HeadBucket        Operation = "HeadBucket"
	GetBucketInfo     Operation = "GetBucketInfo"
	GetBucketLocation Operation = "GetBucketLocation"
	GetBucketStat     Operation = "GetBucketStat"

	PutBucketAcl        Operation = "PutBucketAcl"
	GetBucketAcl        Operation = "GetBucketAcl"
	PutBucketVersioning Operation = "PutBucketVersioning"
	GetBucketVersioning Operation = "GetBucketVersioning"

	PutBucketTags           Operation = "PutBucketTags"
	GetBucketTags           Operation = "GetBucketTags"
	DeleteBucketTags        Operation = "DeleteBucketTags"
	PutBucketEncryption     Operation = "PutBucketEncryption"
	GetBucketEncryption     Operation = "GetBucketEncryption"
	DeleteBucketEncryption  Operation = "DeleteBucketEncryption"
	PutBucketLifecycle      Operation = "PutBucketLifecycle"
	GetBucketLifecycle      Operation = "GetBucketLifecycle"
	DeleteBucketLifecycle   Operation = "DeleteBucketLifecycle"
	PutBucketCors           Operation = "PutBucketCors"
	GetBucketCors           Operation = "GetBucketCors"
	DeleteBucketCors        Operation = "DeleteBucketCors"
	PutBucketWebsite        Operation = "PutBucketWebsite"
	GetBucketWebsite        Operation = "GetBucketWebsite"
	DeleteBucketWebsite     Operation = "DeleteBucketWebsite"
	PutBucketReferer        Operation = "PutBucketReferer"
	GetBucketReferer        Operation = "GetBucketReferer"
	PutBucketLogging        Operation = "PutBucketLogging"
	GetBucketLogging        Operation = "GetBucketLogging"
	DeleteBucketLogging     Operation = "DeleteBucketLogging"
	PutBucketPolicy         Operation = "PutBucketPolicy"
	GetBucketPolicy         Operation = "GetBucketPolicy"
	DeleteBucketPolicy      Operation = "DeleteBucketPolicy"
	PutBucketRequestPayment Operation = "PutBucketRequestPayment"
	GetBucketRequestPayment Operation = "GetBucketRequestPayment"
	ListLiveChannel         Operation = "ListLiveChannel"
)

// The operations this server has on objects and multipart uploads.
const (
	ListObjects           Operation = "ListObjects"
	ListObjectsV2         Operation = "ListObjectsV2"
	ListObjectVersions    Operation = "ListObjectVersions"
	DeleteMultipleObjects Operation = "DeleteMultipleObjects"

	PutObject     Operation = "PutObject"
	PostObject    Operation = "PostObject"
	CopyObject    Operation = "CopyObject"
	AppendObject  Operation = "AppendObject"
	GetObject     Operation = "GetObject"
	HeadObject    Operation = "HeadObject"
	GetObjectMeta Operation = "GetObjectMeta"
	DeleteObject  Operation = "DeleteObject"
	OptionObject  Operation = "OptionObject"

	PutSymlink          Operation = "PutSymlink"
	GetSymlink          Operation = "GetSymlink"
	PutObjectAcl        Operation = "PutObjectAcl"
	GetObjectAcl        Operation = "GetObjectAcl"
	PutObjectTagging    Operation = "PutObjectTagging"
	GetObjectTagging    Operation = "GetObjectTagging"
	DeleteObjectTagging Operation = "DeleteObjectTagging"
	RestoreObject       Operation = "RestoreObject"
	CleanRestoredObject Operation = "CleanRestoredObject"

	InitiateMultipartUpload Operation = "InitiateMultipartUpload"
	UploadPart              Operation = "UploadPart"
	UploadPartCopy          Operation = "UploadPartCopy"
	CompleteMultipartUpload Operation = "CompleteMultipartUpload"
	AbortMultipartUpload    Operation = "AbortMultipartUpload"
	ListParts               Operation = "ListParts"
	ListMultipartUploads    Operation = "ListMultipartUploads"
)
