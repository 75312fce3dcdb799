package ossserver

import (
	"net/http"
	"net/url"
	"testing"
)

func TestJournalAssertions(t *testing.T) {
	listing := func(prefix string) Exchange {
		return Exchange{Request: Request{Operation: ListObjects, Bucket: "b", Query: url.Values{"prefix": {prefix}}}}
	}
	object := func(op Operation, bucket, key string, status int, code string) Exchange {
		return Exchange{Request: Request{Operation: op, Bucket: bucket, Key: key}, Status: status, Code: code}
	}
	copied := func(source string) Exchange {
		e := object(CopyObject, "b", "www/x", 200, "")
		e.Header = http.Header{"X-Oss-Copy-Source": {source}}
		return e
	}
	batch := func(keys ...string) Exchange {
		e := object(DeleteMultipleObjects, "b", "", 200, "")
		for _, k := range keys {
			e.Deletes = append(e.Deletes, ObjectVersion{Key: k})
		}
		return e
	}
	for _, c := range []struct {
		name           string
		exchange       Exchange
		outside, probe bool
	}{
		{"listing below", listing("www/sub/"), false, false},
		{"listing of all", listing(""), true, false},
		{"listing beside", listing("www2/"), true, false},
		{"settings", object(GetBucketInfo, "b", "", 200, ""), false, false},
		{"another bucket", object(GetObject, "c", "www/a", 200, ""), true, false},
		{"key below", object(PutObject, "b", "www/a", 200, ""), false, false},
		{"key beside", object(PutObject, "b", "www2/a", 200, ""), true, false},
		{"batch below", batch("www/a", "www/b"), false, false},
		{"batch beside", batch("www/a", "b"), true, false},
		{"copy below", copied("/b/%77ww/a%20b"), false, false},
		{"copy from elsewhere", copied("/c/www/a"), true, false},
		{"look at what is there", object(HeadObject, "b", "www/a", 200, ""), false, false},
		{"look at what is not", object(HeadObject, "b", "www/a", 404, "NoSuchKey"), false, true},
		{"no such bucket", object(HeadObject, "b", "www/a", 404, "NoSuchBucket"), false, false},
		{"delete of what is not", object(DeleteObject, "b", "www/a", 204, ""), false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var j Journal
			j.Record(c.exchange)
			if got := j.Outside("b", "www/"); len(got) == 1 != c.outside {
				t.Errorf("outside: %v", got)
			}
			if got := j.Probes(); len(got) == 1 != c.probe {
				t.Errorf("probes: %v", got)
			}
		})
	}
}
