package iter

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

var (
	// ErrNotListing is wrapped by the error of an answer of status 200 that is not a complete, well-formed listing of
	// what was asked for: a page of a proxy, an empty or cut body, an <Error> document, the listing of another bucket,
	// keys out of order, a continuation that does not move on.
	ErrNotListing = errors.New("not a bucket listing")

	// ErrNotFound is wrapped by the error of an answer that names something that does not exist: status 404, or an
	// error code that starts with NoSuch. [errors.As] finds the *oss.ServiceError with the exact code.
	ErrNotFound = errors.New("not found")
)

// maxSnapshot bounds what a refusal keeps of the answer's body.
const maxSnapshot = 1 << 20

// refusal is an answer of the service that is an error, told in one line.
type refusal struct {
	err     error // as the SDK returned it
	service *oss.ServiceError
}

// described is err with the service's refusals made readable and recognisable.
func described(err error) error {
	service, ok := errors.AsType[*oss.ServiceError](err)
	if !ok {
		return err
	}
	// The SDK has read the whole body, whatever its length. Only an HTTP client that bounds bodies helps against that;
	// here they are at least not kept.
	if len(service.Snapshot) > maxSnapshot {
		service.Snapshot = slices.Clone(service.Snapshot[:maxSnapshot])
	}
	return &refusal{err, service}
}

func (e *refusal) Error() string {
	return fmt.Sprintf("status %d %.64q: %.256q, request %.64q",
		e.service.StatusCode, e.service.Code, e.service.Message, e.service.RequestID)
}

func (e *refusal) Unwrap() error { return e.err }

func (e *refusal) Is(target error) bool {
	return target == ErrNotFound &&
		(e.service.StatusCode == http.StatusNotFound || strings.HasPrefix(e.service.Code, "NoSuch"))
}
