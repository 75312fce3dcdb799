package resumable

import (
	"fmt"
	"time"
)

// Limits of the service: a part, and a PutObject, holds at most 5 GiB; an
// upload has at most 10,000 parts, each of at least 100 KiB but the last.
const (
	maxPartSize  int64 = 5 << 30
	minPartSize  int64 = 100 << 10
	maxParts     int64 = 10_000
	maxRanges    int64 = 100_000
	maxPartsSize       = maxParts * maxPartSize
)

// Defaults of oss2, which users of the Python SDK know.
const (
	defaultUploadThreshold   int64 = 10 << 20
	defaultDownloadThreshold int64 = 100 << 20
	defaultPartSize          int64 = 10 << 20
	defaultUploadParts             = 1
	defaultDownloadParts           = 4
	defaultStallTimeout            = 2 * time.Minute
)

// partPlan cuts a body of size bytes into count pieces of partSize bytes, the
// last of which may be shorter.
type partPlan struct {
	size, partSize int64
	count          int
}

// planParts doubles the preferred part size until it reaches floor and most
// pieces suffice. A body smaller than the preferred size is one piece.
func planParts(size, preferred, floor, most int64) partPlan {
	if size < preferred {
		return cut(size, size)
	}
	for preferred < floor || (size-1)/preferred+1 > most {
		preferred *= 2
	}
	return cut(size, preferred)
}

// cut is the plan of a given part size; both sizes must be positive.
func cut(size, partSize int64) partPlan {
	return partPlan{size: size, partSize: partSize, count: int((size-1)/partSize + 1)}
}

// uploadPlan is planParts within the limits of a multipart upload.
func uploadPlan(size, preferred, floor int64) (partPlan, error) {
	if size > maxPartsSize {
		return partPlan{}, fmt.Errorf("%w: %d bytes, an object holds at most %d", ErrTooLarge, size, maxPartsSize)
	}
	plan := planParts(size, preferred, floor, maxParts)
	if plan.partSize > maxPartSize {
		return partPlan{}, fmt.Errorf("%w: parts of %d bytes, a part holds at most %d", ErrTooLarge, plan.partSize, maxPartSize)
	}
	return plan, nil
}

// offset is where piece i, counted from 0, begins.
func (p partPlan) offset(i int) int64 { return int64(i) * p.partSize }

// length is how many bytes piece i has.
func (p partPlan) length(i int) int64 { return min(p.partSize, p.size-p.offset(i)) }
