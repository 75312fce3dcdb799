package ossserver

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTaggingDocument leaves over 3 KiB for each of the most tags there can be.
const maxTaggingDocument = 64 << 10

// tag is a label of an object or bucket.
type tag struct {
	Key   string `xml:"Key"`
	Value string `xml:"Value"`
}

type taggingDocument struct {
	XMLName xml.Name `xml:"Tagging"`
	Tags    []tag    `xml:"TagSet>Tag"`
}

// parseTagging reads a <Tagging> document with at most so many tags of which all
// is text in some sense.
func parseTagging(doc []byte, most int, isText func(string) bool) ([]tag, error) {
	var d taggingDocument
	if err := unmarshalDocument(doc, &d); err != nil {
		return nil, err
	}
	return d.Tags, checkTags(d.Tags, most, isText)
}

// parseTagHeader reads tags as x-oss-tagging writes them: "k=v&k2=v2" with both
// sides encoded.
func parseTagHeader(header string) ([]tag, error) {
	var tags []tag
	for pair := range strings.SplitSeq(header, "&") {
		if pair == "" {
			continue
		}
		k, v, _ := strings.Cut(pair, "=")
		key, keyErr := url.QueryUnescape(k)
		value, valueErr := url.QueryUnescape(v)
		if keyErr != nil || valueErr != nil {
			return nil, invalidTag(k)
		}
		tags = append(tags, tag{key, value})
	}
	return tags, checkTags(tags, maxTags, isTagText)
}

// formatTags writes tags as x-oss-tagging does.
func formatTags(tags []tag) string {
	pairs := make([]string, len(tags))
	for i, t := range tags {
		pairs[i] = escapeName(t.Key, false) + "=" + escapeName(t.Value, false)
	}
	return strings.Join(pairs, "&")
}

func checkTags(tags []tag, most int, isText func(string) bool) error {
	if len(tags) > most {
		return newError(http.StatusBadRequest, "InvalidTag", "There are too many tags.")
	}
	seen := make(map[string]bool, len(tags))
	for _, t := range tags {
		if t.Key == "" || seen[t.Key] || !isText(t.Key) || !isText(t.Value) ||
			utf8.RuneCountInString(t.Key) > maxTagKey || utf8.RuneCountInString(t.Value) > maxTagValue {
			return invalidTag(t.Key)
		}
		seen[t.Key] = true
	}
	return nil
}

func invalidTag(key string) *apiError {
	return newError(http.StatusBadRequest, "InvalidTag", "The tag you specified is not valid.").with("TagKey", key)
}

// isTagText reports whether the tags of an object can have a text: letters and
// digits of any script, blanks and some signs.
func isTagText(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" +-=._:/", r) {
			return false
		}
	}
	return true
}

func (s *Server) putObjectTagging(c *call) error {
	doc, err := c.readDocument(maxTaggingDocument)
	if err != nil {
		return err
	}
	tags, err := parseTagging(doc, maxTags, isTagText)
	if err != nil {
		return err
	}
	return s.setTags(c, formatTags(tags), http.StatusOK)
}

func (s *Server) deleteObjectTagging(c *call) error {
	return s.setTags(c, "", http.StatusNoContent)
}

func (s *Server) setTags(c *call, tags string, status int) error {
	o, err := s.editObject(c.target, func(o *objectRecord) error {
		o.Tags = tags
		return nil
	})
	if err != nil {
		return err
	}
	writeVersion(c.Header(), o)
	c.writeEmpty(status)
	return nil
}

func (s *Server) getObjectTagging(c *call) error {
	o, err := s.findObject(c.target)
	if err != nil {
		return err
	}
	tags, err := parseTagHeader(o.Tags)
	if err != nil {
		return err
	}
	writeVersion(c.Header(), o)
	c.writeXML(http.StatusOK, taggingXML(tags))
	return nil
}

func taggingXML(tags []tag) []byte {
	w := newDocument()
	w.tagging(tags)
	return w.bytes()
}

func (w *xmlWriter) tagging(tags []tag) {
	w.open("Tagging")
	w.open("TagSet")
	for _, t := range tags {
		w.open("Tag")
		w.text("Key", t.Key)
		w.text("Value", t.Value)
		w.end("Tag")
	}
	w.end("TagSet")
	w.end("Tagging")
}

// parseBucketTags reads the tags of a bucket, which can have any characters.
func parseBucketTags(doc []byte) ([]tag, error) {
	return parseTagging(doc, maxBucketTags, utf8.ValidString)
}

// removeTags returns a <Tagging> document without some keys, given with commas
// between.
func removeTags(doc []byte, keys string) ([]byte, error) {
	tags, err := parseBucketTags(doc)
	if err != nil {
		return nil, err
	}
	gone := strings.Split(keys, ",")
	return taggingXML(slices.DeleteFunc(tags, func(t tag) bool { return slices.Contains(gone, t.Key) })), nil
}
