package spec

import (
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const (
	metaPrefix     = "x-oss-meta-"
	maxHeaderBytes = 4096 // of one value; the request line and all headers share one buffer in many proxies
)

// header is one that OSS takes with PutObject and InitiateMultipartUpload and
// gives back, or keeps, with the object.
type header struct {
	name  string                     // canonical
	words []string                   // what it may be; nil: anything that check allows
	check func(value string) problem // nil: anything
}

// headers is the closed table of what a rule may set, besides user metadata.
var headers = []header{
	{name: "Cache-Control"},
	{name: "Content-Disposition"},
	{name: "Content-Encoding"},
	{name: "Content-Language"},
	{name: contentType, check: checkMediaType},
	{name: "Expires"},
	{name: "x-oss-object-acl", words: []string{"default", "private", "public-read", "public-read-write"}},
	{name: "x-oss-server-side-data-encryption", words: []string{"SM4"}},
	{name: "x-oss-server-side-encryption", words: []string{"AES256", "KMS", "SM4"}},
	{name: "x-oss-server-side-encryption-key-id"},
	{name: "x-oss-storage-class", words: []string{"Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"}},
	{name: "x-oss-tagging", check: checkTagging},
}

// reservedMeta are the beginnings of user metadata that has a meaning to
// osssync or to the encryption client of the SDK.
var reservedMeta = []string{"x-oss-meta-osssync-", "x-oss-meta-client-side-encryption-"}

var metaName = regexp.MustCompile(`^x-oss-meta-[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

func decodeHeaders(d *decoder, v value, into *mappingDraft) {
	if v.node == nil {
		return
	}
	for _, item := range d.items(v, 0, maxRules) {
		rule := HeaderRule{Set: map[string]string{}}
		record(d, item, headerFields, &rule)
		into.Headers = append(into.Headers, rule)
	}
}

func decodeSet(d *decoder, v value, into *HeaderRule) {
	list, ok := d.entries(v)
	if !ok || !d.counts(v, "headers", len(list), 1, maxHeaders) {
		return
	}
	first := map[string]int{}
	for _, e := range list {
		h, wrong := findHeader(e.key)
		if line, twice := first[h.name]; wrong.what == "" && twice {
			wrong = problem{"header " + h.name + " for a second time", fmt.Sprintf("the first is in line %d; the case of letters does not count", line)}
		}
		if wrong.what != "" {
			d.report(e.at, wrong)
			continue
		}
		first[h.name] = e.at.line
		var set string
		if decodeScalar(d, e.value, text("text", "", h.parse), &set) {
			into.Set[h.name] = set
		}
	}
}

// findHeader returns the header of a name in any case of letters.
func findHeader(name string) (header, problem) {
	known := make([]string, len(headers))
	for i, h := range headers {
		if strings.EqualFold(h.name, name) {
			return h, problem{}
		}
		known[i] = h.name
	}
	lower := strings.ToLower(name)
	switch {
	case !strings.HasPrefix(lower, metaPrefix):
		return header{}, problem{"unknown header", oneOf(name, append(known, metaPrefix+"*"))}
	case !metaName.MatchString(lower):
		return header{}, problem{"name of user metadata", "letters, digits and hyphens after " + metaPrefix}
	case slices.ContainsFunc(reservedMeta, func(reserved string) bool { return strings.HasPrefix(lower, reserved) }):
		return header{}, problem{"reserved user metadata", "choose another name after " + metaPrefix}
	}
	return header{name: lower}, problem{}
}

// parse checks a value of the header.
func (h header) parse(text string) (string, problem) {
	switch {
	case text == "":
		return "", problem{"empty header", "take it out"}
	case len(text) > maxHeaderBytes:
		return "", problem{"header of more than 4,096 bytes", ""}
	case strings.TrimSpace(text) != text:
		return "", problem{"space around the value of a header", "it would be lost on the way"}
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }):
		return "", problem{"header with a character that is not visible ASCII", "encode it as the header's standard says"}
	}
	switch {
	case h.words != nil && !slices.Contains(h.words, text):
		return "", problem{"unknown word " + quote(text), oneOf(text, h.words)}
	case h.check != nil:
		return text, h.check(text)
	}
	return text, problem{}
}

func checkMediaType(text string) problem {
	if media, _, err := mime.ParseMediaType(text); err != nil || !strings.Contains(media, "/") {
		return problem{"malformed media type", "such as text/html or text/html; charset=utf-8"}
	}
	return problem{}
}

// The limits of OSS for the tags of one object. Lengths count characters; all
// that are allowed are ASCII.
const (
	maxTags     = 10
	maxTagKey   = 128
	maxTagValue = 256
)

var tagText = regexp.MustCompile(`^[A-Za-z0-9 +=._:/-]*$`)

// checkTagging checks "key=value&key=value", each part encoded as in a query.
func checkTagging(text string) problem {
	const form = "write key=value&key=value, percent-encoded"
	pairs := strings.Split(text, "&")
	if len(pairs) > maxTags {
		return problem{fmt.Sprintf("%d tags", len(pairs)), "OSS takes at most 10"}
	}
	seen := map[string]bool{}
	for _, pair := range pairs {
		key, value, _ := strings.Cut(pair, "=")
		key, keyErr := url.QueryUnescape(key)
		value, valueErr := url.QueryUnescape(value)
		switch {
		case keyErr != nil || valueErr != nil || key == "" || strings.Count(pair, "=") > 1:
			return problem{"malformed tags", form}
		case len(key) > maxTagKey || len(value) > maxTagValue:
			return problem{"tag that is too long", "OSS takes 128 characters for a key and 256 for a value"}
		case !tagText.MatchString(key) || !tagText.MatchString(value):
			return problem{"tag with a character that OSS does not take", "letters, digits, space and + - = . _ : /"}
		case seen[key]:
			return problem{"tag " + quote(key) + " for a second time", "the keys of an object's tags differ"}
		}
		seen[key] = true
	}
	return problem{}
}
