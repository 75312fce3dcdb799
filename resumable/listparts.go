package resumable

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/iter"
)

// listParts asks once for all parts that are stored. The listing of a key that
// its XML cannot hold cannot be told from that of another key, so of such an
// upload no part counts.
func (u *upload) listParts(ctx context.Context, s *session) ([]iter.Part, error) {
	listed := make([]iter.Part, s.plan.count)
	if !fitsXML(u.key) {
		return listed, nil
	}
	opts := iter.PartsOptions{Paging: iter.Paging{Sleep: u.opts.limits.sleep}}
	payer := payingInvoker{u.parts, subset(u.headers, requestPayer)}
	for part, err := range iter.Parts(ctx, payer, u.bucket, u.key, s.rec.UploadID, opts) {
		if hasCode(err, "NoSuchUpload") {
			return nil, fmt.Errorf("%w: %w", errUploadGone, remote(err))
		}
		if err != nil {
			return nil, fmt.Errorf("list stored parts: %w", err)
		}
		// A number beyond the plan is left out of Complete, and so out of the object.
		if i := int(part.Number) - 1; i >= 0 && i < s.plan.count {
			listed[i] = part
		}
	}
	return listed, nil
}

// fitsXML tells whether XML 1.0 holds a text unaltered; a reader turns a
// carriage return into a newline.
func fitsXML(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF
	}) < 0
}

const requestPayer = "X-Oss-Request-Payer"

// payingInvoker adds headers to each call.
type payingInvoker struct {
	iter.Invoker
	headers map[string]string
}

func (p payingInvoker) InvokeOperation(ctx context.Context, input *oss.OperationInput, optFns ...func(*oss.Options)) (*oss.OperationOutput, error) {
	if input.Headers == nil {
		input.Headers = make(map[string]string, len(p.headers))
	}
	maps.Copy(input.Headers, p.headers)
	return p.Invoker.InvokeOperation(ctx, input, optFns...)
}
