package ossserver

import (
	"net/http"
	"strconv"
	"strings"
)

// byteRange is the part of a body that an answer carries.
type byteRange struct {
	offset, length int64
	partial        bool // answered as 206
}

// parseRange applies a Range header to a body of size bytes. What is not one
// well-formed range is passed over. A range that reaches beyond the body gives
// the whole body, or, when strict (x-oss-range-behavior: standard), the part
// that is there, or InvalidRange where there is none.
func parseRange(header string, size int64, strict bool) (byteRange, error) {
	whole := byteRange{offset: 0, length: size}
	spec, ok := strings.CutPrefix(header, "bytes=")
	if !ok {
		return whole, nil
	}
	from, to, ok := strings.Cut(spec, "-")
	if !ok {
		return whole, nil
	}
	first, last, ok := resolveRange(from, to, size)
	if !ok {
		return whole, nil
	}
	if first >= 0 && last < size && first <= last {
		return byteRange{first, last - first + 1, true}, nil
	}
	if !strict {
		return whole, nil
	}
	if first >= size || size == 0 {
		return whole, newError(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range cannot be satisfied.").
			with("RangeRequested", header).
			with("ActualObjectSize", strconv.FormatInt(size, 10))
	}
	first, last = max(first, 0), min(last, size-1)
	return byteRange{first, last - first + 1, true}, nil
}

// resolveRange turns the two ends of "a-b", "a-" or "-n" into the offsets of
// the first and the last byte, which can lie outside of the body. A suffix of
// length 0 begins, as the grammar has it, behind the end.
func resolveRange(from, to string, size int64) (first, last int64, ok bool) {
	if from == "" {
		n, ok := parseOffset(to)
		return size - n, size - 1, ok
	}
	first, ok = parseOffset(from)
	if !ok {
		return 0, 0, false
	}
	if to == "" {
		return first, max(first, size-1), true
	}
	last, ok = parseOffset(to)
	return first, last, ok && first <= last
}

// parseOffset reads plain digits; ParseInt alone would take a sign too.
func parseOffset(s string) (int64, bool) {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// contentRange is the value of the Content-Range header.
func (r byteRange) contentRange(size int64) string {
	return "bytes " + strconv.FormatInt(r.offset, 10) + "-" + strconv.FormatInt(r.offset+r.length-1, 10) + "/" + strconv.FormatInt(size, 10)
}
