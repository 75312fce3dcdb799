package chaos

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/osssync/osssync/internal/ossserver"
)

// whole is the true answer with the length of its body.
func (x *exchange) whole() *answer {
	a := x.commit()
	if x.request.Method != http.MethodHead {
		a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	return a
}

// framingFaults are true answers whose ends are not where they say.
var framingFaults = []kind{
	{name: "longer", at: answered, on: answers, strike: func(x *exchange, _ fault) {
		a := x.whole()
		a.header.Set("Content-Length", strconv.Itoa(len(a.body)+10))
		x.raw(append(head(a), a.body...), closed)
	}},
	{name: "shorter", at: within, on: answers, strike: func(x *exchange, f fault) {
		a := x.whole()
		cut := f.offset % max(len(a.body), 1)
		a.header.Set("Content-Length", strconv.Itoa(cut))
		x.raw(append(head(a), a.body[:cut]...), closed)
	}},
	{name: "unframed", at: answered, on: answers, strike: func(x *exchange, _ fault) {
		a := x.whole()
		a.header.Del("Content-Length")
		x.raw(append(head(a), a.body...), closed)
	}},
	{name: "unframed-cut", at: within, on: answers, strike: func(x *exchange, f fault) {
		a := x.whole()
		a.header.Del("Content-Length")
		x.raw(append(head(a), a.body[:f.offset%max(len(a.body), 1)]...), closed)
	}},
	{name: "chunked-cut", at: within, on: answers, strike: func(x *exchange, f fault) {
		a := x.whole()
		cut := a.body[:f.offset%max(len(a.body), 1)]
		a.header.Del("Content-Length")
		a.header.Set("Transfer-Encoding", "chunked")
		text := head(a)
		if len(cut) > 0 {
			text = fmt.Appendf(text, "%x\r\n%s\r\n", len(cut), cut)
		}
		x.raw(text, closed)
	}},
	{name: "range-wrong", at: answered, on: ranged, strike: func(x *exchange, _ fault) {
		a := x.commit()
		var from, to, size int
		if n, _ := fmt.Sscanf(a.header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &size); n == 3 {
			a.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from+1, to+1, size))
		}
		x.reply(a)
	}},
	{name: "range-ignored", at: answered, on: ranged, strike: func(x *exchange, _ fault) {
		x.request.Header.Del("Range")
		x.reply(x.commit())
	}},
	{name: "range-shifted", at: answered, on: ranged, strike: func(x *exchange, _ fault) {
		// The head of the answer is that of what was asked for, the body is not.
		asked := x.commit()
		var from, to int
		if n, _ := fmt.Sscanf(x.request.Header.Get("Range"), "bytes=%d-%d", &from, &to); n == 2 && from > 0 {
			x.request.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from-1, to-1))
			asked.body = x.commit().body
		}
		x.reply(asked)
	}},
}

func ranged(op ossserver.Operation) bool { return op == ossserver.GetObject }

// contentFaults change bytes, or what is said of them.
var contentFaults = []kind{
	{name: "flip", at: []point{whileSending, inBody}, on: carries, strike: func(x *exchange, f fault) {
		if f.at == whileSending {
			content := x.hold()
			if len(content) > 0 {
				content[f.offset%len(content)] ^= 0x20
			}
			x.reply(x.commit())
			return
		}
		a := x.commit()
		if len(a.body) > 0 {
			a.body = bytes.Clone(a.body)
			a.body[f.offset%len(a.body)] ^= 0x20
		}
		x.reply(a)
	}},
	{name: "gzip", at: answered, on: answers, strike: func(x *exchange, _ fault) {
		a := x.commit()
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(a.body)
		z.Close()
		a.header.Set("Content-Encoding", "gzip")
		a.body = b.Bytes()
		x.reply(a)
	}},
	{name: "etag-gone", at: answered, on: hasETag, strike: changing("Etag", func(string) string { return "" })},
	{name: "etag-wrong", at: answered, on: hasETag, strike: changing("Etag", func(string) string { return `"D41D8CD98F00B204E9800998ECF8427F"` })},
	{name: "etag-bare", at: answered, on: hasETag, strike: changing("Etag", func(etag string) string { return strings.ToLower(strings.Trim(etag, `"`)) })},
	{name: "crc-gone", at: answered, on: hasETag, strike: changing(crcHeader, func(string) string { return "" })},
	{name: "crc-wrong", at: answered, on: hasETag, strike: changing(crcHeader, func(string) string { return "1" })},
}

const crcHeader = "X-Oss-Hash-Crc64ecma"

// carries reports whether content goes one way or the other with op.
func carries(op ossserver.Operation) bool { return sends(op) || op == ossserver.GetObject }

func hasETag(op ossserver.Operation) bool {
	return carries(op) || op == ossserver.HeadObject
}

// changing gives a header of the true answer another value; "" removes it.
func changing(name string, change func(string) string) func(*exchange, fault) {
	return func(x *exchange, _ fault) {
		a := x.commit()
		value := a.header.Get(name)
		if value == "" {
			x.reply(a)
			return
		}
		if value = change(value); value == "" {
			a.header.Del(name)
		} else {
			a.header.Set(name, value)
		}
		x.reply(a)
	}
}
