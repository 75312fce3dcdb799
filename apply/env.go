package apply

import (
	"context"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/resumable"
	"github.com/osssync/osssync/spec"
)

// API is the calls of the SDK that are made here; *oss.Client has them.
type API interface {
	resumable.API
	iter.Invoker
	CopyObject(ctx context.Context, request *oss.CopyObjectRequest, optFns ...func(*oss.Options)) (*oss.CopyObjectResult, error)
	DeleteObject(ctx context.Context, request *oss.DeleteObjectRequest, optFns ...func(*oss.Options)) (*oss.DeleteObjectResult, error)
}

// Env is where and how the rows of one mapping are run. All fields but ServerTime,
// Progress, TempMark and Partial are required.
type Env struct {
	Client  API
	Mapping *spec.Mapping
	Root    *localfs.Root
	Store   resumable.Store // checkpoints of this mapping
	Scope   string          // identity of the service, bound into checkpoints
	RunID   string          // names the trash folder of the run
	Now     func() time.Time

	// ServerTime is that of resumable.UploadOptions; nil for no intents.
	ServerTime func() (time.Time, bool)

	Progress *Progress // nil: nobody looks

	// TempMark is that of resumable.DownloadOptions; "" for none.
	TempMark string

	// Partial says that content is due which the section does not move. What waits
	// for content, as deletes do, is held.
	Partial bool
}
