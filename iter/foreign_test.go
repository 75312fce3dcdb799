package iter

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// wantNotListing wants the listing of s to be refused as none, after one request and without an object.
func wantNotListing(t *testing.T, s *service, opts ObjectsOptions) error {
	t.Helper()
	got, err := gather(Objects(t.Context(), serve(t, s), "bucket", opts))
	if !errors.Is(err, ErrNotListing) || len(got) != 0 || len(s.requests()) != 1 {
		t.Errorf("%d objects in %d requests, %v", len(got), len(s.requests()), err)
	}
	return err
}

func listOf(head string, keys ...string) string {
	body := "<ListBucketResult><Name>bucket</Name><Prefix>p/</Prefix><IsTruncated>false</IsTruncated>" + head
	for _, key := range keys {
		body += objectXML(key)
	}
	return body + "</ListBucketResult>"
}

func prefixXML(name string) string {
	return "<CommonPrefixes><Prefix>" + name + "</Prefix></CommonPrefixes>"
}

// Hazards D2 to D5: every answer of status 200 that is not the listing that was asked for.
func TestD2_D3_D5_AnswersThatAreNoListing(t *testing.T) {
	valid := listOf("", "p/a", "p/b")
	tests := []struct {
		name, contentType, body, says string
	}{
		{"D2 login page", "text/html; charset=utf-8", "<!DOCTYPE html><html><body>Please sign in</body></html>",
			`answer of text/html, 55 B, is not a bucket listing: begins "<!DOCTYPE html>`},
		{"D2 login page without type", "", "<!DOCTYPE html><html></html>", "answer of unknown type, 28 B, is not a bucket listing"},
		{"D2 listing called HTML", "text/html", valid, "is not a bucket listing"},
		{"D2 XHTML", "application/xhtml+xml", valid, "is not a bucket listing"},
		{"D2 empty", "application/xml", "", "answer of application/xml, 0 B, is not a bucket listing: empty document"},
		{"D2 white space", "application/xml", " \n", "empty document"},
		{"D2 only a declaration", "application/xml", `<?xml version="1.0"?>`, "empty document"},
		{"D2 JSON", "application/json", `{"IsTruncated": false}`, "byte 0: text where an element should be"},
		{"D2 error", "application/xml", "<Error><Code>AccessDenied</Code></Error>", `root element "Error" instead of "ListBucketResult"`},
		{"D2 buckets", "application/xml", "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>", `root element "ListAllMyBucketsResult"`},
		{"D2 unclosed declaration", "application/xml", `<?xml version="1.0"`, "cut off"},
		{"D2 open comment at the end", "application/xml", valid + "<!--", "cut off"},
		{"D2 bare root", "application/xml", "<ListBucketResult/>", `element "ListBucketResult" without "Name"`},
		{"D2 cut", "application/xml", valid[:len(valid)-1], "cut off"},
		{"D2 cut between entries", "application/xml", strings.TrimSuffix(valid, "</ListBucketResult>"), "cut off"},
		{"D2 two documents", "application/xml", valid + valid, "text after the root element"},
		{"D2 not UTF-8", "application/xml", listOf("", "p/\xff"), "not UTF-8"},
		{"D2 document type", "application/xml", "<!DOCTYPE ListBucketResult>" + valid, "declaration or CDATA"},
		{"D2 count", "application/xml", listOf("<KeyCount>3</KeyCount>", "p/a", "p/b"), `count of "3" with 2 entries`},
		{"D3 other bucket", "application/xml", strings.Replace(valid, "bucket", "other", 1), `it is of bucket "other"`},
		{"D3 other prefix", "application/xml", strings.Replace(valid, "p/", "q/", 1), `it is of prefix "q/"`},
		{"D3 no prefix", "application/xml", strings.Replace(valid, "<Prefix>p/</Prefix>", "", 1), `it is of prefix ""`},
		{"D3 later page", "application/xml", listOf("<Marker>p/B</Marker>", "p/C"), `it begins at "p/B", not at "p/A"`},
		{"D3 first page", "application/xml", listOf("<Marker></Marker>", "p/C"), `it begins at "", not at "p/A"`},
		{"D3 key of other prefix", "application/xml", listOf("", "p/a", "q"), `"q" does not start with "p/"`},
		{"D3 common prefix of other prefix", "application/xml", listOf(prefixXML("q/")), `"q/" does not start with "p/"`},
		{"K14 key", "application/xml", listOf("<EncodingType>url</EncodingType>", "p/%4"), `percent-encoding "%4" is cut off`},
		{"K14 common prefix", "application/xml", listOf("<EncodingType>url</EncodingType>" + prefixXML("p/%zz/")), `percent-encoding "%zz"`},
		{"D5 order", "application/xml", listOf("", "p/b", "p/a"), `"p/a" after "p/b"`},
		{"D5 order that sorting would hide", "application/xml", listOf(prefixXML("p/z/"), "p/b", "p/a"), `"p/a" after "p/b"`},
		{"D5 duplicate", "application/xml", listOf("", "p/b", "p/b"), `"p/b" after "p/b"`},
		{"D5 order of prefixes", "application/xml", listOf(prefixXML("p/b/") + prefixXML("p/a/")), `"p/a/" after "p/b/"`},
		{"D5 duplicate prefix", "application/xml", listOf(prefixXML("p/a/") + prefixXML("p/a/")), `"p/a/" after "p/a/"`},
		{"D5 OI-4 key is a prefix", "application/xml", listOf(prefixXML("p/a/"), "p/a/"), `"p/a/" after "p/a/"`},
		{"D5 prefix without delimiter at its end", "application/xml", listOf(prefixXML("p/a")), `common prefix "p/a" with delimiter "/"`},
		{"D5 prefix that is the prefix", "application/xml", listOf(prefixXML("p/")), `common prefix "p/" with delimiter "/"`},
		{"D5 key up to the marker", "application/xml", listOf("", "p/A"), `"p/A" is not after the marker "p/A"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &service{fault: failing(9, func(w http.ResponseWriter) {
				w.Header()["Content-Type"] = []string{test.contentType}
				fmt.Fprint(w, test.body)
			})}
			err := wantNotListing(t, s, ObjectsOptions{Prefix: "p/", Delimiter: "/", Marker: "p/A"})
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q is not in %q", test.says, err)
			}
		})
	}
}

func TestOI7_PrefixThatNobodyAskedForIsRefused(t *testing.T) {
	wantNotListing(t, &service{fault: page(listOf(prefixXML("p/a/")))}, ObjectsOptions{Prefix: "p/"})
}

// Hazard D4: a service that says "more" for ever.
func TestD4_MarkerThatStandsStillEndsTheListing(t *testing.T) {
	s := &service{fault: failing(9, func(w http.ResponseWriter) { fmt.Fprint(w, truncatedPage("<NextMarker>m</NextMarker>")) })}
	got, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{}))
	if !errors.Is(err, ErrNotListing) || len(got) != 1 || len(s.requests()) != 2 {
		t.Errorf("%d objects in %d requests, %v", len(got), len(s.requests()), err)
	}
}

// Hazard D5: order holds from page to page.
func TestD5_PageThatStepsBackEndsTheListing(t *testing.T) {
	s := &service{}
	s.fault = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		next := fmt.Sprintf("<NextMarker>d%d</NextMarker>", n)
		fmt.Fprint(w, strings.Replace(truncatedPage(next+prefixXML("e/")), objectXML("m"), "", 1))
		return true
	}
	got, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Delimiter: "/"}))
	if !errors.Is(err, ErrNotListing) || len(got) != 1 || !strings.Contains(err.Error(), `"e/" after "e/"`) {
		t.Errorf("%v, %v", keys(got), err)
	}
}

func TestCommonPrefixEqualToTheMarkerIsRefused(t *testing.T) {
	wantNotListing(t, &service{fault: page(listOf(prefixXML("p/a/")))}, ObjectsOptions{Prefix: "p/", Delimiter: "/", Marker: "p/a/"})
}

func TestMarkerInsideACommonPrefix(t *testing.T) {
	s := &service{objects: []string{"a/1", "a/2", "b"}}
	got, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Delimiter: "/", Marker: "a/1"}))
	if err != nil || len(got) != 2 || got[0].Key != "a/" {
		t.Errorf("%v, %v", keys(got), err)
	}
}

// Hazard D1: whichever page fails, and however, no listing ends as if it were whole.
func TestD1_EveryPageFailsInEveryWay(t *testing.T) {
	for name, fault := range map[string]func(http.ResponseWriter){
		"500":  status(500, "InternalError"),
		"403":  status(403, "AccessDenied"),
		"lost": hangUp,
		"torn": torn,
		"cut":  func(w http.ResponseWriter) { fmt.Fprint(w, strings.TrimSuffix(listOf(""), ">")) },
		"html": func(w http.ResponseWriter) { fmt.Fprint(w, "<html></html>") },
	} {
		for bad := 1; bad <= 5; bad++ {
			s := &service{objects: abc()}
			s.fault = func(n int, w http.ResponseWriter, _ *http.Request) bool {
				if n >= bad {
					fault(w)
				}
				return n >= bad
			}
			got, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: Paging{PageSize: 2, Sleep: noWait(nil)}}))
			if err == nil || len(got) != 2*(bad-1) {
				t.Errorf("%s on page %d: %d objects, %v", name, bad, len(got), err)
			}
		}
	}
}

// Hazard M19: an answer without end is not read to its end.
func TestM19_BodyIsBounded(t *testing.T) {
	wrote := 0
	s := &service{fault: failing(9, func(w http.ResponseWriter) {
		fmt.Fprint(w, "<ListBucketResult><Name>bucket</Name>")
		block := []byte(strings.Repeat(" ", 1<<20))
		for range 64 {
			n, err := w.Write(block)
			if wrote += n; err != nil {
				return
			}
		}
	})}
	err := wantNotListing(t, s, ObjectsOptions{})
	if !errors.Is(err, errTooLong) || !strings.Contains(err.Error(), "longer than 8 MiB") {
		t.Error(err)
	}
	s.Close() // waits for the handler
	if wrote >= 64<<20 {
		t.Errorf("%d bytes were taken", wrote)
	}
}
