package nullserver

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// question is what a listing asks for.
type question struct {
	prefix, delimiter string
	after             string // the last name of the page before
	most              int    // entries, 1 to 1000
	second            bool   // second version of the call
	encoded           bool   // names are wanted in percent-encoding
	dialect           dialect
	query             url.Values
}

func ask(q url.Values, d dialect) question {
	a := question{
		prefix: q.Get("prefix"), delimiter: q.Get("delimiter"), most: 1000, dialect: d, query: q,
		second: q.Get("list-type") == "2", encoded: q.Get("encoding-type") == "url",
	}
	a.after = q.Get("marker")
	if a.second {
		a.after = max(q.Get("start-after"), q.Get("continuation-token"))
	}
	if most, err := strconv.Atoi(q.Get("max-keys")); err == nil && most > 0 {
		a.most = min(most, a.most)
	}
	return a
}

var pages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// list answers with a page of the bucket.
func (s *Server) list(w http.ResponseWriter, q url.Values, d dialect) {
	a := ask(q, d)
	entries := pages.Get().(*bytes.Buffer)
	defer pages.Put(entries)
	entries.Reset()
	last, count, more := a.fill(entries, &s.objects)

	var head bytes.Buffer
	head.WriteString(xml.Header + "<ListBucketResult>")
	element(&head, "Name", s.bucket)
	element(&head, "Prefix", a.name(a.prefix))
	element(&head, "MaxKeys", strconv.Itoa(a.most))
	element(&head, "Delimiter", a.name(a.delimiter))
	element(&head, "IsTruncated", strconv.FormatBool(more))
	if a.encoded {
		element(&head, "EncodingType", "url")
	}
	if a.second {
		element(&head, "StartAfter", a.name(q.Get("start-after")))
		element(&head, "ContinuationToken", q.Get("continuation-token"))
		element(&head, "KeyCount", strconv.Itoa(count))
	} else {
		element(&head, "Marker", a.name(q.Get("marker")))
	}
	switch {
	case more && a.second:
		element(&head, "NextContinuationToken", last)
	case more:
		element(&head, "NextMarker", a.name(last))
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(head.Len()+entries.Len()+len(listEnd)))
	for _, text := range [][]byte{head.Bytes(), entries.Bytes(), []byte(listEnd)} {
		if _, err := w.Write(text); err != nil {
			return // the client went away
		}
	}
}

const listEnd = "</ListBucketResult>"

// fill writes the entries of the page. It returns the name of the last one, how many
// there are, and whether there is more.
func (a *question) fill(out *bytes.Buffer, all *objects) (last string, count int, more bool) {
	first := max(a.prefix, a.after)
	if strings.HasPrefix(a.after, a.prefix) && a.folder(a.after) != "" {
		first = a.folder(a.after) + beyond
	}
	for {
		folder := ""
		for o := range all.from(first) {
			if !strings.HasPrefix(o.Key, a.prefix) {
				return last, count, false
			}
			if o.Key == a.after {
				continue
			}
			if count == a.most {
				return last, count, true
			}
			count++
			if folder = a.folder(o.Key); folder != "" {
				break
			}
			a.object(out, o)
			last = o.Key
		}
		if folder == "" {
			return last, count, false
		}
		out.WriteString("<CommonPrefixes>")
		element(out, "Prefix", a.name(folder))
		out.WriteString("</CommonPrefixes>")
		last, first = folder, folder+beyond // and not through all that it holds
	}
}

// folder is the common prefix that key goes into, if it goes into one.
func (a *question) folder(key string) string {
	if a.delimiter == "" {
		return ""
	}
	name, _, found := strings.Cut(key[len(a.prefix):], a.delimiter)
	if !found {
		return ""
	}
	return a.prefix + name + a.delimiter
}

// beyond is after whatever a key can go on with: no UTF-8 has this byte.
const beyond = "\xff"

// object writes one object. The buffer takes its parts without garbage: this is most
// of what a listing costs.
func (a *question) object(out *bytes.Buffer, o *Object) {
	kind := "<StorageClass>STANDARD</StorageClass></Contents>"
	if a.dialect == dialectOSS {
		kind = "<Type>Normal</Type><StorageClass>Standard</StorageClass></Contents>"
	}
	out.WriteString("<Contents><Key>")
	a.escape(out, o.Key)
	out.WriteString("</Key><LastModified>")
	out.Write(o.Modified.UTC().AppendFormat(out.AvailableBuffer(), "2006-01-02T15:04:05.000Z"))
	out.WriteString("</LastModified><ETag>&quot;")
	out.WriteString(strings.Trim(o.etag(a.dialect), `"`))
	out.WriteString("&quot;</ETag><Size>")
	out.Write(strconv.AppendInt(out.AvailableBuffer(), o.Size, 10))
	out.WriteString("</Size>")
	out.WriteString(kind)
}

// escape writes a key as it stands where it has letters, digits, dots, dashes and
// slashes alone, as those of a benchmark have.
func (a *question) escape(out *bytes.Buffer, key string) {
	if !strings.ContainsFunc(key, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '-' && r <= '9')
	}) {
		out.WriteString(key)
		return
	}
	text(out, a.name(key))
}

// name is a name as the client wants it.
func (a *question) name(name string) string {
	if !a.encoded {
		return name
	}
	return strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(name))
}

func element(out *bytes.Buffer, name, value string) {
	out.WriteString("<" + name + ">")
	text(out, value)
	out.WriteString("</" + name + ">")
}

// text writes character data. A bytes.Buffer takes all that is written to it.
func text(out *bytes.Buffer, value string) { _ = xml.EscapeText(out, []byte(value)) }

// wholeSecond is now, as precise as listings are.
func wholeSecond() time.Time { return time.Now().UTC().Truncate(time.Second) }
