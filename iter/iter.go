package iter

import (
	"context"
	"iter"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// Seq2 is the standard library's [iter.Seq2] under this package's name, so that a caller needs only one of two
// packages called iter.
type Seq2[K, V any] = iter.Seq2[K, V]

// Invoker is the one call of the official SDK that the iterators make. *oss.Client implements it.
//
// InvokeOperation signs and sends input and hands back the answer with its body unread. An answer whose status is not
// 2xx is an error that wraps *oss.ServiceError. Implementations must be safe for concurrent use if sequences over them
// are ranged over concurrently.
type Invoker interface {
	InvokeOperation(ctx context.Context, input *oss.OperationInput, optFns ...func(*oss.Options)) (*oss.OperationOutput, error)
}
