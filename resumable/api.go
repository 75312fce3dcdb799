package resumable

import (
	"context"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/iter"
)

// API names the calls of the official SDK that a transfer makes. *oss.Client
// and *oss.EncryptionClient implement it; it must be safe for concurrent use.
//
// A client that also implements [iter.Invoker], as *oss.Client does, can list
// the parts of an upload and so resume. Any other client, above all
// *oss.EncryptionClient, transfers each object with one plain PutObject or
// GetObject: no threshold, no parts, no record.
//
// Retries of a failed request are the client's business, as configured there,
// and so is the patience with a connection on which nothing moves: the SDK's
// transport has ReadWriteTimeout for that, an http.Client of the caller's own
// needs something like it. Only what a client cannot repeat is repeated here:
// the rest of a body that broke off or stalled, and a CompleteMultipartUpload
// whose answer was lost.
type API interface {
	HeadObject(ctx context.Context, request *oss.HeadObjectRequest, optFns ...func(*oss.Options)) (*oss.HeadObjectResult, error)
	GetObject(ctx context.Context, request *oss.GetObjectRequest, optFns ...func(*oss.Options)) (*oss.GetObjectResult, error)
	PutObject(ctx context.Context, request *oss.PutObjectRequest, optFns ...func(*oss.Options)) (*oss.PutObjectResult, error)
	InitiateMultipartUpload(ctx context.Context, request *oss.InitiateMultipartUploadRequest, optFns ...func(*oss.Options)) (*oss.InitiateMultipartUploadResult, error)
	UploadPart(ctx context.Context, request *oss.UploadPartRequest, optFns ...func(*oss.Options)) (*oss.UploadPartResult, error)
	CompleteMultipartUpload(ctx context.Context, request *oss.CompleteMultipartUploadRequest, optFns ...func(*oss.Options)) (*oss.CompleteMultipartUploadResult, error)
	AbortMultipartUpload(ctx context.Context, request *oss.AbortMultipartUploadRequest, optFns ...func(*oss.Options)) (*oss.AbortMultipartUploadResult, error)
}

var (
	_ API          = (*oss.Client)(nil)
	_ API          = (*oss.EncryptionClient)(nil)
	_ iter.Invoker = (*oss.Client)(nil)
)
