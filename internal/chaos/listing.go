package chaos

import (
	"bytes"
	"net/url"
	"regexp"
	"strconv"

	"github.com/osssync/osssync/internal/ossserver"
)

// listingFaults are well-formed listings of objects that are not what was asked
// for.
var listingFaults = []kind{
	{name: "page-again", at: answered, on: listing, strike: func(x *exchange, _ fault) {
		x.wire.mu.Lock()
		page := x.wire.page
		x.wire.mu.Unlock()
		a := x.commit()
		if page == nil {
			page = a.with(entry, func(first []byte) []byte { return append(bytes.Clone(first), first...) })
		}
		x.reply(page)
	}},
	{name: "page-missing", at: answered, on: listing, strike: func(x *exchange, _ fault) {
		a := x.commit()
		if next := nextMarker.FindSubmatch(a.body); next != nil {
			marker, _ := url.QueryUnescape(string(next[1]))
			a = x.wire.list(x.request, func(query url.Values) { query.Set("marker", marker) })
		}
		x.reply(a)
	}},
	{name: "page-stale", at: answered, on: listing, lie: true, strike: func(x *exchange, _ fault) {
		a := x.commit()
		x.wire.mu.Lock()
		if old := x.wire.pages[x.request.URL.Query().Get("marker")]; old != nil {
			a = old
		}
		x.wire.mu.Unlock()
		x.reply(a)
	}},
	{name: "page-loop", at: answered, on: listing, strike: func(x *exchange, _ fault) {
		marker := url.QueryEscape(x.request.URL.Query().Get("marker"))
		x.reply(x.commit().
			with(truncated, func([]byte) []byte { return []byte("<IsTruncated>true</IsTruncated>") }).
			with(nextMarker, func([]byte) []byte { return nil }).
			with(closing, func(end []byte) []byte { return append([]byte("<NextMarker>"+marker+"</NextMarker>"), end...) }))
	}},
	{name: "page-disorder", at: answered, on: listing, strike: func(x *exchange, _ fault) {
		x.reply(x.commit().with(twoEntries, func(both []byte) []byte {
			first := entry.Find(both)
			return append(bytes.Clone(both[len(first):]), first...)
		}))
	}},
	{name: "page-unlisted", at: answered, on: listing, strike: func(x *exchange, _ fault) {
		// One entry less, and a count that still has it.
		x.reply(x.commit().with(entry, func([]byte) []byte { return nil }).
			with(closing, func(end []byte) []byte { return append([]byte("<KeyCount>"+strconv.Itoa(1<<10)+"</KeyCount>"), end...) }))
	}},
}

func listing(op ossserver.Operation) bool { return op == ossserver.ListObjects }

var (
	entry      = regexp.MustCompile(`(?s)<Contents>.*?</Contents>\s*`)
	twoEntries = regexp.MustCompile(`(?s)<Contents>.*?</Contents>\s*<Contents>.*?</Contents>\s*`)
	nextMarker = regexp.MustCompile(`<NextMarker>(.*?)</NextMarker>`)
	truncated  = regexp.MustCompile(`<IsTruncated>false</IsTruncated>`)
	closing    = regexp.MustCompile(`</ListBucketResult>`)
)

// with returns the answer with the first match of a pattern replaced.
func (a *answer) with(pattern *regexp.Regexp, replace func([]byte) []byte) *answer {
	at := pattern.FindIndex(a.body)
	if at == nil {
		return a
	}
	changed := *a
	changed.body = append(bytes.Clone(a.body[:at[0]]), replace(a.body[at[0]:at[1]])...)
	changed.body = append(changed.body, a.body[at[1]:]...)
	return &changed
}
